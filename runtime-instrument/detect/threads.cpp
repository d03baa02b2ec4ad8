// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Thread states outlive their threads and are used again: what a thread's last destructors do must not meet a dead one.

#include "detect/threads.h"

#include <mutex>
#include <pthread.h>
#include <utility>

namespace corace::detect {
namespace {

struct state_pool {
  std::mutex lock;
  std::vector<thread_state *> idle, all;
};
state_pool &the_states() noexcept {
  static state_pool *const only = new state_pool;
  return *only;
}

constinit thread_local bool thread_is_over = false;

struct give_back {
  ~give_back() {
    thread_is_over = true;
    if (thread_state *state = std::exchange(own_state, nullptr)) {
      const std::scoped_lock guard(the_states().lock);
      the_states().idle.push_back(state);
    }
  }
};

std::uintptr_t lowest_stack_address() noexcept {
  pthread_attr_t attributes;
  void *low = nullptr;
  std::size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0)
    return 0;
  pthread_attr_getstack(&attributes, &low, &size);
  pthread_attr_destroy(&attributes);
  return reinterpret_cast<std::uintptr_t>(low);
}

void make_state() {
  thread_local const give_back at_exit;
  static_cast<void>(at_exit);
  state_pool &states = the_states();
  const std::scoped_lock guard(states.lock);
  if (states.idle.empty()) {
    states.all.push_back(new thread_state);
    own_state = states.all.back();
  } else {
    own_state = states.idle.back();
    states.idle.pop_back();
    *own_state = thread_state{};
  }
  own_state->stack_low = lowest_stack_address();
}

} // namespace

thread_state *refresh_thread() noexcept {
  if (thread_is_over)
    return nullptr;
  if (own_state == nullptr)
    make_state();
  thread_state &state = *own_state;
  if ((state.quiet & thread_state::busy) != 0)
    return nullptr;
  const std::uint64_t run = current_run.load(std::memory_order_relaxed);
  const std::uint64_t before = std::exchange(state.run, run);
  if (before / 2 == run / 2)
    return &state;
  state.stack.clear();
  state.entered = no_task;
  state.touched.clear();
  state.last_footprint.cells.clear();
  state.collects = false;
  return &state;
}

} // namespace corace::detect
