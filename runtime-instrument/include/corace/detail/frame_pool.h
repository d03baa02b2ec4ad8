// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where coroutine frames and states come from: blocks of a few sizes, cut from chunks and kept for reuse. Each thread
// has blocks of its own; one that another thread releases goes back to the thread that it came from. Sizes are nearly
// always known when this is compiled; then a block costs a few instructions.
//
// The same requests in the same order get the same addresses after rewind_frames(), on which the explorer relies when
// it runs a program again and again in one process.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

namespace corace::detail {

struct free_block {
  free_block *next;
};

struct frame_pool {
  static constexpr std::size_t step = 16, largest = 2048;
  [[nodiscard]] static constexpr std::size_t size_class(std::size_t size) noexcept { return (size - 1) / step; }

  std::array<free_block *, largest / step> free{}; ///< blocks of step, 2 * step and so on
  std::size_t live = 0;                            ///< blocks that are in use
};

/// What blocks are cut from. Stands at a multiple of `size`. A little of that is left to the heap's own use: then it
/// can put one behind the other.
struct frame_chunk {
  static constexpr std::size_t size = std::size_t{1} << 15, room = size - 64;
  frame_pool *owner;

  [[nodiscard]] static frame_chunk &of(void *block) noexcept {
    return *reinterpret_cast<frame_chunk *>(reinterpret_cast<std::uintptr_t>(block) & ~(size - 1));
  }
};

/// Null until the thread has asked for its first block; stays null where every block comes straight from the heap.
inline constinit thread_local frame_pool *frames_of_thread = nullptr;

[[nodiscard]] void *allocate_frame_slowly(std::size_t size);
void release_frame_slowly(void *frame, std::size_t size) noexcept;
/// When no frame is in use, the next ones get the addresses that the first ones got.
void rewind_frames() noexcept;

[[nodiscard]] inline void *allocate_frame(std::size_t size) {
  if (frame_pool *pool = frames_of_thread; pool && size <= frame_pool::largest) [[likely]]
    if (free_block *&first = pool->free[frame_pool::size_class(size)]) [[likely]] {
      ++pool->live;
      void *block = first;
      first = first->next;
      return block;
    }
  return allocate_frame_slowly(size);
}

inline void release_frame(void *frame, std::size_t size) noexcept {
  if (frame_pool *pool = frames_of_thread; pool && size <= frame_pool::largest && frame_chunk::of(frame).owner == pool)
      [[likely]] {
    --pool->live;
    free_block *&first = pool->free[frame_pool::size_class(size)];
    first = new (frame) free_block{first};
    return;
  }
  release_frame_slowly(frame, size);
}

} // namespace corace::detail
