// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// latch: a count that goes down to zero once; tasks wait for that.
//
// wait() does not suspend when the count is zero. The count_down() that makes it zero queues all waiters, oldest first,
// and runs none of them inline. A waiter that is cancelled leaves the queue at once; what arrive_and_wait() has counted
// down stays so. asyncio has no latch; the interface is std::latch's, and what is undefined there throws. Waiters of a
// latch that is destroyed before its count is zero get usage_error.
#pragma once

#include <corace/detail/sync_object.h>

#include <cstddef>

namespace corace {

class latch : public detail::sync_object {
public:
  /// Throws std::invalid_argument for a negative count. The name appears in reports; it must outlive the latch.
  explicit latch(std::ptrdiff_t count, const char *name = "");
  ~latch() { orphan(waiters_); }

  [[nodiscard("wait() has to be awaited")]] auto wait() noexcept { return awaiter(*this); }
  /// count_down(), at once, and what is to be awaited for the rest.
  [[nodiscard("the rest has to be awaited")]] auto arrive_and_wait(std::ptrdiff_t by = 1) {
    count_down(by);
    return awaiter(*this);
  }
  /// Throws std::invalid_argument for a negative number, usage_error when the count would fall below zero.
  void count_down(std::ptrdiff_t by = 1);

  /// Whether the count is zero.
  [[nodiscard]] bool try_wait() const noexcept {
    note(detail::sync_event::look);
    return count_ == 0;
  }
  /// "latch 'l' count 2, 1 waiter"
  [[nodiscard]] friend std::string to_string(const latch &l) { return l.text(); }

private:
  class awaiter : public detail::sync_wait {
  public:
    explicit awaiter(latch &l) noexcept : sync_wait(operations, l) {}
    bool await_ready() const noexcept { return of().try_wait() && !detail::strict_here(); }
    void await_suspend(detail::task_coroutine innermost);
    void await_resume();

  private:
    static const detail::wait_operations operations;
    [[nodiscard]] latch &of() const noexcept { return static_cast<latch &>(*object); }
  };

  [[nodiscard]] std::string text() const;

  detail::list<detail::sync_wait> waiters_; ///< oldest first
  std::ptrdiff_t count_;
};

} // namespace corace
