// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// mutex: an exclusive lock for tasks. `auto lock = co_await m.lock();` holds it until the guard dies.
//
// A free lock that nobody waits for is taken without suspending. unlock() never runs a waiter inline: it lets go, and
// queues the task that has waited longest, which takes the lock when it runs. Until then the mutex is not locked, but
// nobody gets in before that task: first come, first served. A waiter that is cancelled leaves the queue at once; one
// that was queued to take the lock hands its turn on. Conformance: LOCK. Differs from asyncio: the mutex knows its
// owner. To lock it twice in one task, or to unlock() it from a task that does not hold it, throws usage_error
// (LOCK-09); a guard may be moved to another task or call-back and released there. Waiters of a mutex that is
// destroyed get usage_error.
#pragma once

#include <corace/detail/sync_object.h>

#include <mutex>

namespace corace {

class mutex : public detail::sync_object {
public:
  class guard;
  /// The name appears in reports; it must outlive the mutex.
  explicit constexpr mutex(const char *name = "") noexcept : sync_object("mutex", name) {}
  ~mutex();

  /// Takes the lock; gives a guard.
  [[nodiscard("the lock is taken by co_await")]] auto lock() noexcept;
  /// Takes the lock; unlock() has to be called. Gives true.
  [[nodiscard("the lock is taken by co_await")]] auto lock_manual() noexcept { return awaiter(*this); }
  /// Takes the lock if it is free and nobody waits for it.
  [[nodiscard]] bool try_lock() { return take_if_free(false); }
  /// Throws usage_error when the running task does not hold the lock.
  void unlock();

  /// Whether a task holds the lock now. False between an unlock() and the run of the waiter that it woke.
  [[nodiscard]] bool locked() const noexcept {
    note(detail::sync_event::look);
    return static_cast<bool>(owner_);
  }
  /// "mutex 'm' locked by 'a', 2 waiters". Who was woken is a waiter until it runs.
  [[nodiscard]] friend std::string to_string(const mutex &m) { return m.text(); }

private:
  friend class condition_variable;
  class awaiter : public detail::sync_wait {
  public:
    explicit awaiter(mutex &m) noexcept : sync_wait(operations, m) {}
    bool await_ready() { return of().take_if_free(true); }
    void await_suspend(detail::task_coroutine innermost);
    bool await_resume() {
      if (task) // else taken without waiting
        end();
      return true;
    }

  protected:
    void end();
    static const detail::wait_operations operations;
    [[nodiscard]] mutex &of() const noexcept { return static_cast<mutex &>(*object); }
  };
  class guard_awaiter;

  /// In strict mode an await (`may_yield`) takes no lock without a turn in the queue.
  bool take_if_free(bool may_yield) {
    detail::task_state &task = detail::running_task("mutex::lock()");
    if (held_by(task)) [[unlikely]]
      refuse(task);
    if (owner_ || !waiters_.empty() || (may_yield && task.loop->strict())) {
      note(detail::sync_event::look);
      return false;
    }
    take(task);
    return true;
  }
  [[noreturn]] void refuse(const detail::task_state &task) const;
  void take(detail::task_state &owner) noexcept {
    note(detail::sync_event::acquire);
    owner_ = detail::task_pointer<>::share(owner);
  }
  void release() noexcept;
  /// Whoever stands first has its turn if the lock is free.
  void wake_first() noexcept;
  void enqueue(detail::sync_wait &waiter) noexcept;
  [[nodiscard]] bool held_by(const detail::task_state &task) const noexcept { return owner_.get() == &task; }
  /// ", which 'a' holds"
  [[nodiscard]] std::string holder_text() const;
  [[nodiscard]] std::string text() const;

  detail::list<detail::sync_wait> waiters_; ///< oldest first; one that was woken stays in front until it runs
  detail::task_pointer<> owner_;            ///< who holds the lock
  guard *guard_ = nullptr;                  ///< for whom it does; null: unlock() is to be called
};

/// Holds the lock of a mutex; releases it when it dies. It is empty after an unlock() of the mutex by hand, where the
/// mutex was destroyed, and while its task waits at a condition variable.
class [[nodiscard("the lock is released at once when the guard is dropped")]] mutex::guard {
public:
  guard(guard &&other) noexcept { take_over(other); }
  guard &operator=(guard &&other) noexcept {
    if (this != &other) {
      leave();
      take_over(other);
    }
    return *this;
  }
  ~guard() { leave(); }

  [[nodiscard]] bool owns_lock() const noexcept { return mutex_ != nullptr; }
  /// Releases the lock early.
  void unlock() noexcept {
    if (mutex_)
      mutex_->release();
  }

private:
  friend class mutex;
  friend class condition_variable;
  explicit guard(mutex &m) noexcept { stand_in(m.guard_, &m); }
  /// `place` knows this guard from now on.
  void stand_in(guard *&place, mutex *held) noexcept {
    place = this;
    place_ = &place;
    mutex_ = held;
  }
  void forget() noexcept {
    if (place_)
      *std::exchange(place_, nullptr) = nullptr;
    mutex_ = nullptr;
  }
  void leave() noexcept {
    unlock();
    forget();
  }
  void take_over(guard &other) noexcept {
    if (!other.place_)
      return;
    guard *&place = *std::exchange(other.place_, nullptr);
    stand_in(place, std::exchange(other.mutex_, nullptr));
  }

  mutex *mutex_ = nullptr;  ///< whose lock it holds; null: it holds none
  guard **place_ = nullptr; ///< what points here: in the mutex, or in its task's wait at a condition variable
};

class mutex::guard_awaiter : public awaiter {
public:
  using awaiter::awaiter;
  guard await_resume() {
    awaiter::await_resume();
    return guard(of());
  }
};

inline void mutex::release() noexcept {
  note(detail::sync_event::release);
  owner_ = {};
  if (guard_)
    guard_->forget();
  if (!waiters_.empty())
    wake_first();
}

inline auto mutex::lock() noexcept { return guard_awaiter(*this); }

} // namespace corace

// lock() of this mutex is awaited: the standard guards would take nothing and give it back. They do not compile.
template <> class std::lock_guard<corace::mutex>;
template <> class std::unique_lock<corace::mutex>;
template <> class std::scoped_lock<corace::mutex>;
