// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// event: a flag that tasks can wait for.
//
// wait() on a set event does not suspend. set() queues all waiters and runs none of them inline; they go on even if
// clear() comes before their turn, oldest first. A waiter that is cancelled leaves the queue at once. Conformance: EVT.
// Differs from asyncio: waiters of an event that is destroyed get usage_error.
#pragma once

#include <corace/detail/sync_object.h>

namespace corace {

class event : public detail::sync_object {
public:
  /// The name appears in reports; it must outlive the event.
  explicit constexpr event(const char *name = "") noexcept : sync_object("event", name) {}
  ~event() { orphan(waiters_); }

  /// Gives true.
  [[nodiscard("wait() has to be awaited")]] auto wait() noexcept { return awaiter(*this); }
  void set() noexcept;
  void clear() noexcept;
  [[nodiscard]] bool is_set() const noexcept {
    note(detail::sync_event::look);
    return set_;
  }
  /// "event 'e' unset, 2 waiters". Who was woken is a waiter until it runs.
  [[nodiscard]] friend std::string to_string(const event &e) { return e.text(); }

private:
  class awaiter : public detail::sync_wait {
  public:
    explicit awaiter(event &e) noexcept : sync_wait(operations, e) {}
    bool await_ready() const noexcept { return of().is_set() && !detail::strict_here(); }
    void await_suspend(detail::task_coroutine innermost);
    bool await_resume();

  private:
    static const detail::wait_operations operations;
    [[nodiscard]] event &of() const noexcept { return static_cast<event &>(*object); }
  };

  [[nodiscard]] std::string text() const;

  detail::list<detail::sync_wait> waiters_; ///< oldest first
  detail::list<detail::sync_wait> woken_;   ///< they go on, whatever happens, and have not run yet
  bool set_ = false;
};

} // namespace corace
