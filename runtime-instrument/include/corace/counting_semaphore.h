// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// counting_semaphore: a number of units. `auto unit = co_await s.acquire();` holds one until the guard dies.
//
// A free unit is taken without suspending when nobody waits. release() never runs a waiter inline: it puts the unit
// back and queues as many waiters as there are units, oldest first; each takes its unit when it runs, and nobody gets
// in before. A waiter that is cancelled leaves the queue at once; one that was queued to take a unit hands it on. A
// semaphore of more than one unit excludes nobody: it protects no window. Conformance: SEM. Differs from asyncio:
// several units can be put back at once; waiters of a semaphore that is destroyed get usage_error.
#pragma once

#include <corace/detail/sync_object.h>

#include <cstddef>
#include <limits>

namespace corace {

class counting_semaphore : public detail::sync_object {
public:
  class unit;
  /// Throws std::invalid_argument for a negative number. The name appears in reports; it must outlive the semaphore.
  explicit counting_semaphore(std::ptrdiff_t units = 1, const char *name = "")
      : counting_semaphore("semaphore", units, std::numeric_limits<std::ptrdiff_t>::max(), name) {}
  ~counting_semaphore() {
    orphan(waiters_);
    orphan(granted_);
  }

  /// Takes a unit; gives a guard that puts it back.
  [[nodiscard("a unit is taken by co_await")]] auto acquire() noexcept;
  /// Takes a unit; release() has to be called. Gives true.
  [[nodiscard("a unit is taken by co_await")]] auto acquire_manual() noexcept { return awaiter(*this); }
  /// Takes a unit if one is free and nobody waits.
  [[nodiscard]] bool try_acquire() noexcept;
  /// Puts units back. Throws std::invalid_argument for a negative number, usage_error where there would be too many.
  void release(std::ptrdiff_t units = 1);

  /// Units that nobody holds and that no woken waiter is to get.
  [[nodiscard]] std::ptrdiff_t value() const noexcept {
    note(detail::sync_event::look);
    return units_;
  }
  /// Whether acquire() would suspend now.
  [[nodiscard]] bool locked() const noexcept {
    note(detail::sync_event::look);
    return !free();
  }
  /// "semaphore 's' value 2", or "semaphore 's' locked, 2 waiters". Who was woken is a waiter until it runs.
  [[nodiscard]] friend std::string to_string(const counting_semaphore &s) { return s.text(); }

protected:
  counting_semaphore(const char *kind, std::ptrdiff_t units, std::ptrdiff_t most, const char *name);

private:
  class awaiter : public detail::sync_wait {
  public:
    explicit awaiter(counting_semaphore &s) noexcept : sync_wait(operations, s) {}
    ~awaiter();
    bool await_ready() noexcept { return !detail::strict_here() && of().try_acquire(); }
    void await_suspend(detail::task_coroutine innermost);
    bool await_resume();

  protected:
    static const detail::wait_operations operations;
    [[nodiscard]] counting_semaphore &of() const noexcept { return static_cast<counting_semaphore &>(*object); }
  };
  class unit_awaiter;

  [[nodiscard]] bool free() const noexcept { return units_ != 0 && waiters_.empty() && granted_.empty(); }
  /// One unit, from a guard: where there would be too many the loop's exception handler is told.
  void put_back() noexcept;
  void grant() noexcept;
  [[nodiscard]] std::string too_many() const;
  [[nodiscard]] std::string text() const;

  detail::list<detail::sync_wait> waiters_; ///< oldest first
  detail::list<detail::sync_wait> granted_; ///< they were woken to take a unit, which is no longer free
  std::ptrdiff_t units_;                    ///< free ones
  const std::ptrdiff_t most_;
};

/// Holds one unit; puts it back when it dies. Must not outlive the semaphore.
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

  [[nodiscard]] bool owns_unit() const noexcept { return semaphore_ != nullptr; }
  /// Puts the unit back early.
  void release() noexcept {
    if (auto *from = std::exchange(semaphore_, nullptr))
      from->put_back();
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
    return unit(of());
  }
};

inline auto counting_semaphore::acquire() noexcept { return unit_awaiter(*this); }

} // namespace corace
