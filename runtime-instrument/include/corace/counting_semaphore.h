// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// counting_semaphore: a number of units. `auto unit = co_await s.acquire();` holds one until the guard dies.
//
// A free unit is taken without suspending when nobody waits. release() never runs a waiter inline: it puts the unit
// back and queues as many waiters as there are units, oldest first; each takes its unit when it runs, and nobody gets
// in before. A waiter that is cancelled leaves the queue; one that was queued to take a unit hands its turn on. A
// semaphore of more than one unit excludes nobody: it protects no window. Conformance: SEM-01, SEM-02, SEM-03, SEM-05,
// SEM-06, SEM-08, SEM-10, SEM-11, SEM-13, SEM-15, SEM-16, SEM-19. Differs from asyncio: nothing.
#pragma once

#include <corace/detail/identity.h>
#include <corace/event_loop.h>

namespace corace {

class counting_semaphore {
public:
  class unit;
  /// Throws std::invalid_argument for a negative number. The name appears in reports; it must outlive the semaphore.
  explicit counting_semaphore(std::ptrdiff_t units = 1, const char *name = "");
  counting_semaphore(const counting_semaphore &) = delete;
  counting_semaphore &operator=(const counting_semaphore &) = delete;

  /// Takes a unit; gives a guard that puts it back.
  [[nodiscard("a unit is taken by co_await")]] auto acquire() noexcept;
  /// Takes a unit; release() has to be called.
  [[nodiscard("a unit is taken by co_await")]] auto acquire_manual() noexcept { return awaiter(*this); }
  /// Takes a unit if one is free and nobody waits.
  [[nodiscard]] bool try_acquire() noexcept;
  void release() noexcept;

  /// Units that nobody holds and that no woken waiter is to get.
  [[nodiscard]] std::ptrdiff_t value() const noexcept { return units_; }
  /// Whether acquire() would suspend now.
  [[nodiscard]] bool locked() const noexcept { return units_ == 0 || !waiters_.empty(); }

private:
  class awaiter : public detail::wait_node {
  public:
    explicit awaiter(counting_semaphore &s) noexcept : wait_node(operations), semaphore_(s) {}
    bool await_ready() noexcept { return semaphore_.try_acquire(); }
    void await_suspend(std::coroutine_handle<> innermost);
    void await_resume();

  protected:
    static const detail::wait_operations operations;
    counting_semaphore &semaphore_;
  };
  class unit_awaiter;

  void wake_next() noexcept;

  detail::list<detail::wait_node> waiters_; ///< oldest first; those that were woken stay in front until they run
  std::ptrdiff_t units_;                    ///< free ones
  const char *name_;
  detail::identity identity_;
};

/// Holds one unit; puts it back when it dies.
class [[nodiscard("the unit is put back at once when the guard is dropped")]] counting_semaphore::unit {
public:
  unit(unit &&other) noexcept : semaphore_(std::exchange(other.semaphore_, nullptr)) {}
  unit &operator=(unit &&other) noexcept {
    if (this != &other) {
      release();
      semaphore_ = std::exchange(other.semaphore_, nullptr);
    }
    return *this;
  }
  ~unit() { release(); }
  /// Puts the unit back early.
  void release() noexcept {
    if (auto *from = std::exchange(semaphore_, nullptr))
      from->release();
  }

private:
  friend class counting_semaphore;
  explicit unit(counting_semaphore &s) noexcept : semaphore_(&s) {}
  counting_semaphore *semaphore_;
};

class counting_semaphore::unit_awaiter : public awaiter {
public:
  using awaiter::awaiter;
  unit await_resume() {
    awaiter::await_resume();
    return unit(semaphore_);
  }
};

inline auto counting_semaphore::acquire() noexcept { return unit_awaiter(*this); }

} // namespace corace
