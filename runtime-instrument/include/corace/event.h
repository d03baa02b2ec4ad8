// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// event: a flag that tasks can wait for.
//
// wait() on a set event does not suspend. set() queues all waiters, oldest first, and runs none of them inline; they go
// on even if clear() comes before their turn. A waiter that is cancelled leaves the queue. Conformance: EVT-01, EVT-02,
// EVT-04, EVT-05, EVT-07, EVT-09, EVT-11. Differs from asyncio: wait() gives nothing, where Event.wait() always gives
// True.
#pragma once

#include <corace/detail/identity.h>
#include <corace/event_loop.h>

namespace corace {

class event {
public:
  /// The name appears in reports; it must outlive the event.
  explicit constexpr event(const char *name = "") noexcept : name_(name) {}
  event(const event &) = delete;
  event &operator=(const event &) = delete;

  [[nodiscard("wait() has to be awaited")]] auto wait() noexcept { return awaiter(*this); }
  void set() noexcept;
  void clear() noexcept;
  [[nodiscard]] bool is_set() const noexcept;

private:
  class awaiter : public detail::wait_node {
  public:
    explicit awaiter(event &e) noexcept : wait_node(operations), event_(e) {}
    bool await_ready() const noexcept { return event_.is_set(); }
    void await_suspend(std::coroutine_handle<> innermost);
    void await_resume();

  private:
    static const detail::wait_operations operations;
    event &event_;
  };

  detail::list<detail::wait_node> waiters_;
  const char *name_;
  detail::identity identity_;
  bool set_ = false;
};

} // namespace corace
