// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/frame_pool.h>

#include <memory>
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
constexpr std::size_t chunk_size = std::size_t{1} << 16;

/// Where the blocks of one size are cut from.
struct chunk_list {
  std::vector<std::unique_ptr<std::byte[]>> chunks;
  std::size_t chunk = 0, used = 0; ///< the place of the next block
};

struct pool_with_chunks : frame_pool {
  std::array<chunk_list, largest / step> cut;
};

/// The pool itself has no destructor that the thread runs: frames may be given back by whatever it destroys last.
struct give_back {
  ~give_back() {
    if (frames_of_thread && frames_of_thread->live == 0)
      delete static_cast<pool_with_chunks *>(std::exchange(frames_of_thread, nullptr));
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
  chunk_list &from = pool.cut[index];
  const std::size_t block = (index + 1) * frame_pool::step;
  if (from.chunk < from.chunks.size() && from.used + block > chunk_size) {
    ++from.chunk;
    from.used = 0;
  }
  if (from.chunk == from.chunks.size())
    from.chunks.push_back(std::make_unique_for_overwrite<std::byte[]>(chunk_size));
  ++pool.live;
  void *frame = from.chunks[from.chunk].get() + from.used;
  from.used += block;
  return frame;
}

void release_frame_slowly(void *frame, std::size_t size) noexcept {
  if (size > frame_pool::largest) {
    ::operator delete(frame, size);
    return;
  }
  (void)own_pool();
  release_frame(frame, size);
}

void rewind_frames() noexcept {
  pool_with_chunks &pool = own_pool();
  if (pool.live != 0)
    return;
  pool.free.fill(nullptr);
  for (chunk_list &each : pool.cut)
    each.chunk = each.used = 0;
}
#endif

} // namespace corace::detail
