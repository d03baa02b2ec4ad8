// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// condition_variable: tasks that hold a mutex wait, without it, until they are told that something has changed.
//
//   auto lock = co_await c.lock();   co_await c.wait([&] { return !items.empty(); });
//
// wait() lets the mutex go and takes it again before it ends, however it ends. notify() runs nobody inline: it moves
// waiters, oldest first, into the queue of the mutex, and each goes on when it gets the lock. A waiter that is
// cancelled leaves the condition at once and queues for the mutex too; cancellations do not cut that short: the last
// one comes out when the lock is held, and a notification that had reached the waiter goes to the next. Conformance:
// COND. Differs from asyncio: wait() has to be called by the task that holds the lock, not only while somebody does; a
// notified waiter has its place in the queue of the mutex from the notification on; a cancelled waiter that was not
// notified wakes nobody else. Waiters of a condition variable, or of its mutex, that is destroyed get usage_error;
// destroying it after the last notify is fine where the mutex stays.
#pragma once

#include <corace/mutex.h>

#include <concepts>
#include <cstddef>
#include <exception>
#include <limits>
#include <optional>
#include <type_traits>

namespace corace {

class condition_variable : public detail::sync_object {
public:
  /// With a mutex of its own. The name appears in reports; it must outlive the condition variable.
  explicit constexpr condition_variable(const char *name = "") noexcept
      : sync_object("condition variable", name), own_(name), mutex_(own_) {}
  /// With one that others may use as well, and that has to outlive it.
  explicit constexpr condition_variable(mutex &m, const char *name = "") noexcept
      : sync_object("condition variable", name), own_(name), mutex_(m) {}
  ~condition_variable();

  // Those of the mutex.
  [[nodiscard("the lock is taken by co_await")]] auto lock() noexcept { return mutex_.lock(); }
  [[nodiscard("the lock is taken by co_await")]] auto lock_manual() noexcept { return mutex_.lock_manual(); }
  [[nodiscard]] bool try_lock() { return mutex_.try_lock(); }
  void unlock() { mutex_.unlock(); }
  [[nodiscard]] bool locked() const noexcept { return mutex_.locked(); }
  [[nodiscard]] mutex &get_mutex() const noexcept { return mutex_; }

  /// Waits for a notification; gives true. Throws usage_error when the running task does not hold the lock.
  [[nodiscard("wait() has to be awaited")]] auto wait() noexcept { return awaiter(*this); }
  /// Waits until the predicate, asked at once and after each notification with the lock held, is true; gives what it
  /// returned. Throws usage_error when it is false at first and the running task does not hold the lock.
  template <std::invocable Predicate> [[nodiscard("wait() has to be awaited")]] auto wait(Predicate predicate) {
    return predicate_awaiter<Predicate>(*this, std::move(predicate));
  }

  // All throw usage_error when nobody holds the lock. A notification that finds no waiter is forgotten.
  void notify_one() { notify(1); }
  /// At most `count` waiters go on.
  void notify(std::size_t count);
  void notify_all() { notify(std::numeric_limits<std::size_t>::max()); }

  /// "condition variable 'c' locked by 'a', 2 waiters"
  [[nodiscard]] friend std::string to_string(const condition_variable &c) { return c.text(); }

private:
  class awaiter : public detail::sync_wait {
  public:
    explicit awaiter(condition_variable &c) noexcept : awaiter(operations, c) {}
    ~awaiter() {
      if (guard_)
        guard_->forget();
    }
    bool await_ready() {
      condition_.check_held();
      return false;
    }
    void await_suspend(detail::task_coroutine innermost);
    bool await_resume();

  protected:
    friend class condition_variable;
    /// In the condition's list of those that were notified and do not hold the lock again.
    struct mark : detail::link {
      const char *condition_name = nullptr; ///< the condition was destroyed
    };

    awaiter(const detail::wait_operations &ops, condition_variable &c) noexcept
        : sync_wait(ops, c), condition_(c), mutex_(c.mutex_) {}
    /// Leaves the condition for the queue of the mutex.
    void want_lock() noexcept;
    void take_lock() noexcept;
    void give_lock() noexcept;
    /// Nothing is to be waited for any more. The task has the lock unless its mutex is gone.
    [[nodiscard]] bool ending() const noexcept { return gone_name || cancelled_ || task->must_cancel; }
    /// Waits for another notification. False: the condition is gone.
    [[nodiscard]] bool wait_again() noexcept;

    static bool cancel(wait_node &node) noexcept;
    static bool wake(wait_node &node, bool really) noexcept;
    static std::string describe(const wait_node &node);
    static void explain(const wait_node &node, detail::wait_reason &why) noexcept;
    static const detail::wait_operations operations;

    condition_variable &condition_; ///< may be gone once the task was notified
    mutex &mutex_;
    mutex::guard *guard_ = nullptr; ///< that held the lock, and is to hold it again
    mark notified_;
    bool holds_ = false;     ///< it has the lock again
    bool cancelled_ = false; ///< while it waited for the notification
  };
  template <class Predicate> class predicate_awaiter;

  void check_held() const;
  void wake_next(std::size_t count) noexcept;
  [[nodiscard]] std::string text() const;

  detail::list<detail::sync_wait> waiters_; ///< oldest first
  detail::list<awaiter::mark> notified_;    ///< of those in the queue of the mutex
  mutex own_;                               ///< not used where another one was given
  mutex &mutex_;
};

template <class Predicate> class condition_variable::predicate_awaiter : public awaiter {
public:
  using result = std::decay_t<std::invoke_result_t<Predicate &>>;
  predicate_awaiter(condition_variable &c, Predicate predicate)
      : awaiter(operations, c), predicate_(std::move(predicate)) {}
  bool await_ready() {
    result_.emplace(predicate_());
    if (*result_)
      return !detail::strict_here();
    condition_.check_held();
    return false;
  }
  void await_suspend(detail::task_coroutine innermost) {
    if (!*result_)
      return awaiter::await_suspend(innermost);
    holds_ = true; // strict mode: what it holds is not touched
    detail::running_task("condition_variable::wait()").loop->yield(*this, innermost);
  }
  result await_resume() {
    awaiter::await_resume();
    if (error_)
      std::rethrow_exception(error_);
    return *std::move(result_);
  }

private:
  static bool proceed(wait_node &node) noexcept {
    auto &self = static_cast<predicate_awaiter &>(node);
    if (self.holds_ || !self.object)
      return true;
    self.take_lock();
    if (self.ending())
      return true;
    try {
      self.result_.emplace(self.predicate_());
    } catch (...) {
      self.error_ = std::current_exception();
    }
    return self.error_ || *self.result_ || self.task->must_cancel || !self.wait_again();
  }
  static constexpr detail::wait_operations operations = {cancel, describe, proceed, explain};

  Predicate predicate_;
  std::optional<result> result_;
  std::exception_ptr error_;
};

} // namespace corace
