// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where coroutine frames and task states come from: blocks of a few sizes, cut from chunks and kept for reuse. Each
// thread has blocks of its own. The same requests in the same order get the same addresses after rewind_frames(), on
// which the explorer relies when it runs a program again and again in one process.
#include <corace/detail/promise.h>
#include <corace/event_loop.h>

#include <array>
#include <memory>
#include <new>
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
void *allocate_frame(std::size_t size) { return ::operator new(size); }
void release_frame(void *frame, std::size_t size) noexcept { ::operator delete(frame, size); }
void rewind_frames() noexcept {}
#else

namespace {
constexpr std::size_t step = 64, largest = 2048, chunk_size = std::size_t{1} << 16;

struct free_block {
  free_block *next;
};

struct size_class {
  free_block *free = nullptr;
  std::vector<std::unique_ptr<std::byte[]>> chunks;
  std::size_t chunk = 0, used = 0; ///< where the next block is cut from
};

struct pool {
  std::array<size_class, largest / step> classes;
  std::size_t live = 0;
};

/// Has no destructor: frames may be given back by whatever the thread destroys last.
thread_local pool *blocks_of_thread = nullptr;

struct give_back {
  ~give_back() {
    if (blocks_of_thread && blocks_of_thread->live == 0)
      delete std::exchange(blocks_of_thread, nullptr);
  }
};

pool &own_pool() {
  if (!blocks_of_thread) {
    blocks_of_thread = new pool;
    thread_local const give_back at_exit;
    static_cast<void>(at_exit);
  }
  return *blocks_of_thread;
}
} // namespace

void *allocate_frame(std::size_t size) {
  if (size > largest)
    return ::operator new(size);
  pool &all = own_pool();
  size_class &blocks = all.classes[(size - 1) / step];
  const std::size_t block = ((size - 1) / step + 1) * step;
  if (blocks.free) {
    ++all.live;
    return std::exchange(blocks.free, blocks.free->next);
  }
  if (blocks.chunk < blocks.chunks.size() && blocks.used + block > chunk_size) {
    ++blocks.chunk;
    blocks.used = 0;
  }
  if (blocks.chunk == blocks.chunks.size())
    blocks.chunks.push_back(std::make_unique_for_overwrite<std::byte[]>(chunk_size));
  ++all.live;
  void *frame = blocks.chunks[blocks.chunk].get() + blocks.used;
  blocks.used += block;
  return frame;
}

void release_frame(void *frame, std::size_t size) noexcept {
  if (size > largest) {
    ::operator delete(frame, size);
    return;
  }
  pool &all = own_pool();
  --all.live;
  size_class &blocks = all.classes[(size - 1) / step];
  blocks.free = new (frame) free_block{blocks.free};
}

void rewind_frames() noexcept {
  pool &all = own_pool();
  if (all.live != 0)
    return;
  for (size_class &each : all.classes) {
    each.free = nullptr;
    each.chunk = each.used = 0;
  }
}
#endif

const void *next_object_of_running_task() noexcept {
  event_loop *loop = event_loop::current();
  if (!loop || !loop->running())
    return nullptr;
  task_state &task = *loop->running();
  // Far from other tasks' objects, as keys are hashes; and apart from the task's own two.
  return reinterpret_cast<const void *>((task.key & ~std::uint64_t{15}) + 16 * ++task.objects);
}

} // namespace corace::detail
