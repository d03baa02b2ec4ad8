// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waiting for several futures without touching them: what wait() does.
//
// The end that decides queues a call-back, and that one wakes who waits: so the waiter goes on two ticks later, as in
// asyncio, and always gives up its turn.
#pragma once

#include <corace/any_future.h>
#include <corace/detail/callback.h>
#include <corace/detail/optional_delay.h>
#include <corace/event_loop.h>
#include <corace/return_when.h>

#include <vector>

namespace corace::detail {

class many_wait : public wait_node {
public:
  /// Waits for up to `capacity` futures.
  many_wait(return_when rule, std::size_t capacity, optional_delay limit = std::nullopt)
      : wait_node(operations), members_(capacity), limit_(limit), rule_(rule) {}
  /// Before the await. A future that was added already counts once.
  void add(future_state &future) {
    members_[count_].owner = this;
    members_[count_++].future = pointer<>::share(future);
  }
  bool await_ready() const noexcept { return false; }
  void await_suspend(task_coroutine innermost);
  void await_resume();

private:
  struct member : completion {
    many_wait *owner = nullptr;
    pointer<> future;
  };
  struct turn : ready_node {
    explicit turn(many_wait &wait) noexcept;
    many_wait &owner;
  };
  struct alarm : timer {
    explicit alarm(many_wait &wait) noexcept : owner(wait) {}
    many_wait &owner;
  };
  static const wait_operations operations;
  void ended(const future_state &future) noexcept;
  void go_on() noexcept;
  void let_go() noexcept;

  std::vector<member> members_;
  std::size_t count_ = 0; ///< members
  std::size_t pending_ = 0;
  optional_delay limit_;
  return_when rule_;
  bool decided_ = false;
  turn turn_{*this};
  alarm alarm_{*this};
};

} // namespace corace::detail
