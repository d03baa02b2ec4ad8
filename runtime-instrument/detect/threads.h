// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What belongs to a thread, and the quick way to it: instrumented code calls the detector at every access, and most of
// these calls have to find out only that there is nothing to do.
#pragma once

#include "detect/detector.h"
#include "detect/flat_map.h"

#include <atomic>
#include <cstdint>
#include <vector>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

namespace corace::detect {

struct frame;

/// A coroutine that runs on a thread, from its resumption until it leaves.
struct activation {
  std::uintptr_t frame;
  std::uintptr_t stack;    ///< where the thread's stack ended when it began: what is deeper belongs to it
  const corace_site *via;  ///< the call or suspension in its body that was reached last
  detect::frame *known_as; ///< where it was found last; it may be another coroutine's by now
};

/// Only its thread uses it.
struct thread_state {
  std::uint64_t run = ~std::uint64_t{0}; ///< the run that the rest is about, as `current_run` gives it
  static constexpr unsigned busy = 1;    ///< the detector itself runs
  static constexpr unsigned paused = 2;  ///< see pause()
  unsigned quiet = 0;                    ///< why nothing is recorded
  task_id entered = no_task;
  std::uintptr_t entered_stack = 0;
  std::uintptr_t stack_low = 0; ///< lowest address of the thread's stack
  const corace_site *last_call = nullptr;
  std::vector<activation> stack;
  bool collects = false;
  flat_map<bool> touched; ///< the running segment's footprint, where it is asked for
  footprint last_footprint;

  /// The activation of this coroutine ends, and so does what lies above. Nothing is found at the second leave of a ramp
  /// whose await_suspend gave a handle.
  void leave(std::uintptr_t coroutine) {
    for (std::size_t i = stack.size(); i-- > 0;)
      if (stack[i].frame == coroutine) {
        stack.resize(i);
        return;
      }
  }
};

/// Twice the number of the run, and one more while it is being recorded. 0: there was none yet.
inline constinit std::atomic<std::uint64_t> current_run{0};
[[nodiscard]] inline bool is_recorded(std::uint64_t run) noexcept { return (run & 1) != 0; }

/// The run's tasks come from a scheduler that knows them; see add_task().
inline constinit std::atomic<bool> tasks_are_told{false};

/// Of the calling thread. Null before its first call, and after its last.
inline constinit thread_local thread_state *own_state = nullptr;

/// Puts away what is left of an earlier run, and makes the state where the thread has none. Null as below.
[[nodiscard]] thread_state *refresh_thread() noexcept;

/// Null while the thread ends, or while the detector itself runs on it.
[[nodiscard]] inline thread_state *this_thread() noexcept {
  thread_state *const state = own_state;
  if (state != nullptr && state->run == current_run.load(std::memory_order_relaxed)) [[likely]]
    return (state->quiet & thread_state::busy) != 0 ? nullptr : state;
  return refresh_thread();
}

/// Null also between runs and on a paused thread.
[[nodiscard]] inline thread_state *recording_thread() noexcept {
  const std::uint64_t run = current_run.load(std::memory_order_relaxed);
  if (!is_recorded(run))
    return nullptr;
  thread_state *const state = own_state;
  if (state != nullptr && state->run == run) [[likely]]
    return state->quiet != 0 ? nullptr : state;
  thread_state *const fresh = refresh_thread();
  return fresh == nullptr || fresh->quiet != 0 ? nullptr : fresh;
}

/// Nobody else can call the detector before the caller creates a thread. A lock would cost more than what it guards.
[[nodiscard]] inline bool only_thread() noexcept {
#if __has_include(<sys/single_threaded.h>)
  return __libc_single_threaded != 0;
#else
  return false;
#endif
}

} // namespace corace::detect
