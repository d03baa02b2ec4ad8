// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// mutex: an exclusive lock for tasks. `auto lock = co_await m.lock();` holds it until the guard dies.
//
// A free lock that nobody waits for is taken without suspending. unlock() never runs a waiter inline: it lets go, and
// queues the task that has waited longest, which takes the lock when it runs. Until then the mutex is not locked, but
// nobody gets in before that task: first come, first served. A waiter that is cancelled leaves the queue at once; one
// that was queued to take the lock hands its turn on. Conformance: LOCK-01, LOCK-03, LOCK-04, LOCK-06, LOCK-07,
// LOCK-11, LOCK-12, LOCK-14, LOCK-16, LOCK-19, LOCK-22, LOCK-24. Differs from asyncio: the mutex knows its owner. To
// lock it twice in one task, or to unlock() it from a task that does not hold it, throws usage_error (LOCK-09); a guard
// may be moved to another task and released there.
#pragma once

#include <corace/detail/identity.h>
#include <corace/event_loop.h>

#include <string>

namespace corace {

class mutex {
public:
  class guard;
  /// The name appears in reports; it must outlive the mutex.
  explicit constexpr mutex(const char *name = "") noexcept : name_(name) {}
  mutex(const mutex &) = delete;
  mutex &operator=(const mutex &) = delete;

  /// Takes the lock; gives a guard.
  [[nodiscard("the lock is taken by co_await")]] auto lock() noexcept;
  /// Takes the lock; unlock() has to be called.
  [[nodiscard("the lock is taken by co_await")]] auto lock_manual() noexcept { return awaiter(*this); }
  /// Takes the lock if it is free and nobody waits for it.
  [[nodiscard]] bool try_lock() {
    detail::task_state &task = detail::running_task("mutex::lock()");
    detail::note(detail::sync_event::change, identity_.get());
    if (owner_.get() == &task) [[unlikely]]
      refuse(task);
    if (owner_ || !waiters_.empty())
      return false;
    owner_ = detail::task_pointer<>::share(task);
    return true;
  }
  /// Throws usage_error when the running task does not hold the lock.
  void unlock();

  /// Whether a task holds the lock now. False between an unlock() and the run of the waiter that it woke.
  [[nodiscard]] bool locked() const noexcept { return static_cast<bool>(owner_); }

private:
  class awaiter : public detail::wait_node {
  public:
    explicit awaiter(mutex &m) noexcept : wait_node(operations), mutex_(m) {}
    bool await_ready() { return mutex_.try_lock(); }
    void await_suspend(std::coroutine_handle<> innermost) {
      mutex_.waiters_.push_back(*this);
      event_loop::current()->park(*this, innermost);
    }
    void await_resume() {
      if (task) // else taken without waiting
        end();
    }

  protected:
    void end();
    static const detail::wait_operations operations;
    mutex &mutex_;
  };
  class guard_awaiter;

  [[noreturn]] void refuse(const detail::task_state &task) const;
  void release() noexcept {
    detail::note(detail::sync_event::change, identity_.get());
    owner_ = {};
    if (!waiters_.empty())
      wake_first();
  }
  void wake_first() noexcept;

  detail::list<detail::wait_node> waiters_; ///< oldest first; one that was woken stays in front until it runs
  detail::task_pointer<> owner_;            ///< who holds the lock
  const char *name_;
  detail::identity identity_;
};

/// Holds the lock of a mutex; releases it when it dies.
class [[nodiscard("the lock is released at once when the guard is dropped")]] mutex::guard {
public:
  guard(guard &&other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
  guard &operator=(guard &&other) noexcept {
    if (this != &other) {
      unlock();
      mutex_ = std::exchange(other.mutex_, nullptr);
    }
    return *this;
  }
  ~guard() { unlock(); }

  [[nodiscard]] bool owns_lock() const noexcept { return mutex_ != nullptr; }
  /// Releases the lock early.
  void unlock() noexcept {
    if (auto *held = std::exchange(mutex_, nullptr))
      held->release();
  }

private:
  friend class mutex;
  explicit guard(mutex &m) noexcept : mutex_(&m) {}
  mutex *mutex_;
};

class mutex::guard_awaiter : public awaiter {
public:
  using awaiter::awaiter;
  guard await_resume() {
    awaiter::await_resume();
    return guard(mutex_);
  }
};

inline auto mutex::lock() noexcept { return guard_awaiter(*this); }

} // namespace corace
