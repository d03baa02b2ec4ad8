// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/frame_pool.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define CORACE_PLAIN_FRAMES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CORACE_PLAIN_FRAMES 1
#endif
#endif

namespace corace::detail {

#ifdef CORACE_PLAIN_FRAMES
// The sanitizer sees the use of a frame that is gone only when the frame really goes.
void *allocate_frame_slowly(std::size_t size) { return ::operator new(size); }
void release_frame_slowly(void *frame, std::size_t size) noexcept { ::operator delete(frame, size); }
void rewind_frames() noexcept {}
#else

namespace {
struct aligned_delete {
  void operator()(frame_chunk *chunk) const noexcept {
    ::operator delete(chunk, frame_chunk::room, std::align_val_t(frame_chunk::size));
  }
};
using chunk_pointer = std::unique_ptr<frame_chunk, aligned_delete>;

/// Where the blocks of one size are cut from.
struct chunk_list {
  std::vector<chunk_pointer> chunks;
  std::size_t chunk = 0, used = frame_pool::step; ///< the place of the next block; the first step is the chunk's own
};

/// A block that another thread has released.
struct returned_block {
  returned_block *next;
  std::size_t index; ///< its size class
};

struct pool_with_chunks : frame_pool {
  std::array<chunk_list, largest / step> cut;
  std::size_t classes = 0;                         ///< size classes from here on have never been asked for
  std::mutex lock;                                 ///< guards what follows
  std::atomic<returned_block *> returned{nullptr}; ///< by other threads; changed under the lock
  bool orphaned = false; ///< the thread has ended; `live` is guarded too, and who brings it to 0 deletes
};

/// In the hands of the thread again.
void take_returned(pool_with_chunks &pool) noexcept {
  if (!pool.returned.load(std::memory_order_relaxed))
    return;
  returned_block *all = nullptr;
  {
    const std::lock_guard guard(pool.lock);
    all = pool.returned.exchange(nullptr);
  }
  while (all) {
    returned_block *next = all->next;
    free_block *&first = pool.free[all->index];
    first = new (all) free_block{first};
    --pool.live;
    all = next;
  }
}

/// The pool itself has no destructor that the thread runs: frames may be given back by whatever it destroys last.
struct give_back {
  ~give_back() {
    auto *pool = static_cast<pool_with_chunks *>(std::exchange(frames_of_thread, nullptr));
    if (!pool)
      return;
    {
      const std::lock_guard guard(pool->lock);
      for (const returned_block *each = pool->returned; each; each = each->next)
        --pool->live;
      pool->returned = nullptr;
      pool->orphaned = pool->live != 0;
      if (pool->orphaned)
        return;
    }
    delete pool;
  }
};

pool_with_chunks &own_pool() {
  if (!frames_of_thread) {
    frames_of_thread = new pool_with_chunks;
    thread_local const give_back at_exit;
    static_cast<void>(at_exit);
  }
  return static_cast<pool_with_chunks &>(*frames_of_thread);
}
} // namespace

void *allocate_frame_slowly(std::size_t size) {
  if (size > frame_pool::largest)
    return ::operator new(size);
  pool_with_chunks &pool = own_pool();
  const std::size_t index = frame_pool::size_class(size);
  pool.classes = std::max(pool.classes, index + 1);
  if (!pool.free[index])
    take_returned(pool);
  if (free_block *&first = pool.free[index]) {
    ++pool.live;
    return std::exchange(first, first->next);
  }
  chunk_list &from = pool.cut[index];
  const std::size_t block = (index + 1) * frame_pool::step;
  if (from.chunk < from.chunks.size() && from.used + block > frame_chunk::room) {
    ++from.chunk;
    from.used = frame_pool::step;
  }
  if (from.chunk == from.chunks.size()) {
    void *fresh = ::operator new(frame_chunk::room, std::align_val_t(frame_chunk::size));
    from.chunks.emplace_back(new (fresh) frame_chunk{&pool});
  }
  ++pool.live;
  void *frame = reinterpret_cast<std::byte *>(from.chunks[from.chunk].get()) + from.used;
  from.used += block;
  return frame;
}

void release_frame_slowly(void *frame, std::size_t size) noexcept {
  if (size > frame_pool::largest) {
    ::operator delete(frame, size);
    return;
  }
  auto &pool = static_cast<pool_with_chunks &>(*frame_chunk::of(frame).owner); // another thread's
  {
    const std::lock_guard guard(pool.lock);
    if (!pool.orphaned) {
      pool.returned = new (frame) returned_block{pool.returned, frame_pool::size_class(size)};
      return;
    }
    if (--pool.live != 0)
      return;
  }
  delete &pool;
}

/// Bytes.
constexpr std::size_t few_frames = 4096;

void rewind_frames() noexcept {
  pool_with_chunks &pool = own_pool();
  take_returned(pool);
  if (pool.live != 0)
    return;
  for (std::size_t i = 0; i < pool.classes; ++i) {
    chunk_list &from = pool.cut[i];
    if (from.chunk == 0 && from.used <= few_frames) { // in the order of their places: faster than to cut them again
      const std::size_t block = (i + 1) * frame_pool::step;
      free_block *first = nullptr;
      for (std::size_t at = from.used; at > frame_pool::step;) {
        at -= block;
        first = new (reinterpret_cast<std::byte *>(from.chunks[0].get()) + at) free_block{first};
      }
      pool.free[i] = first;
      continue;
    }
    pool.free[i] = nullptr;
    from.chunk = 0;
    from.used = frame_pool::step;
  }
}
#endif

} // namespace corace::detail
