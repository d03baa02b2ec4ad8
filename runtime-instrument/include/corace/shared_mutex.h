// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// shared_mutex: a lock for tasks that many readers or one writer hold.
//
//   auto reading = co_await m.lock_shared();      auto writing = co_await m.lock();
//
// A lock that nobody keeps from the task is taken without suspending. Letting go never runs a waiter inline: when the
// lock allows it, the writer that stands first is queued, or all readers that stand before the next writer; each takes
// the lock when it runs. First come, first served: a reader that comes behind a waiting writer waits too, so that
// neither side starves, and nobody gets in before those that were queued. A waiter that is cancelled leaves the queue
// at once; one that was queued to take the lock hands its turn on. asyncio has no such lock; cancellation and fairness
// are as in LOCK. A writer is known by its task: to lock twice, or to unlock what another task holds, throws
// usage_error. Readers are counted and not known. There is no change from reader to writer: two who tried would wait
// for each other. Waiters of a shared_mutex that is destroyed get usage_error.
#pragma once

#include <corace/detail/sync_object.h>

#include <cstddef>

namespace corace {

class shared_mutex : public detail::sync_object {
public:
  template <bool Shared> class basic_guard;
  using guard = basic_guard<false>;
  using shared_guard = basic_guard<true>;
  /// The name appears in reports; it must outlive the lock.
  explicit constexpr shared_mutex(const char *name = "") noexcept : sync_object("shared mutex", name) {}
  ~shared_mutex() {
    orphan(waiters_);
    orphan(woken_);
  }

  /// Takes the lock as the writer; gives a guard.
  [[nodiscard("the lock is taken by co_await")]] auto lock() noexcept;
  /// Takes the lock as a reader; gives a guard.
  [[nodiscard("the lock is taken by co_await")]] auto lock_shared() noexcept;
  /// The same without guards: unlock() or unlock_shared() has to be called. Both give true.
  [[nodiscard("the lock is taken by co_await")]] auto lock_manual() noexcept { return awaiter(*this, false); }
  [[nodiscard("the lock is taken by co_await")]] auto lock_shared_manual() noexcept { return awaiter(*this, true); }
  /// Take the lock if that is possible now and keeps nobody waiting who was there before.
  [[nodiscard]] bool try_lock() { return take_if_free(false, false); }
  [[nodiscard]] bool try_lock_shared() { return take_if_free(true, false); }
  /// Throws usage_error when the running task is not the writer.
  void unlock();
  /// Throws usage_error when there are no readers.
  void unlock_shared();

  /// Whether there is a writer now.
  [[nodiscard]] bool locked() const noexcept {
    note(detail::sync_event::look);
    return static_cast<bool>(writer_);
  }
  /// How many readers there are now.
  [[nodiscard]] std::size_t readers() const noexcept {
    note(detail::sync_event::look);
    return readers_;
  }
  /// "shared mutex 'm' locked by 2 readers, 1 waiter". Who was woken is a waiter until it runs.
  [[nodiscard]] friend std::string to_string(const shared_mutex &m) { return m.text(); }

private:
  class awaiter : public detail::sync_wait {
  public:
    awaiter(shared_mutex &m, bool shared) noexcept : sync_wait(operations, m), shared_(shared) {}
    bool await_ready() { return of().take_if_free(shared_, true); }
    void await_suspend(detail::task_coroutine innermost);
    bool await_resume();

  protected:
    friend class shared_mutex;
    static const detail::wait_operations operations;
    [[nodiscard]] shared_mutex &of() const noexcept { return static_cast<shared_mutex &>(*object); }
    const bool shared_;
  };
  template <bool Shared> class guard_awaiter;

  /// Nobody holds the lock, or was queued to take it, who keeps such a task out.
  [[nodiscard]] bool open_to(bool shared) const noexcept;
  bool take_if_free(bool shared, bool may_yield);
  void take(bool shared, detail::task_state &task) noexcept;
  void release(bool shared) noexcept;
  void wake_next() noexcept;
  /// ", which 'a' holds"
  [[nodiscard]] std::string holder_text() const;
  [[nodiscard]] std::string text() const;

  detail::list<detail::sync_wait> waiters_; ///< oldest first
  detail::list<detail::sync_wait> woken_;   ///< they take the lock when they run: one writer, or readers
  detail::task_pointer<> writer_;
  std::size_t readers_ = 0; ///< that hold the lock; 0 while there is a writer
};

/// Holds the lock; releases it when it dies.
template <bool Shared>
class [[nodiscard("the lock is released at once when the guard is dropped")]] shared_mutex::basic_guard {
public:
  basic_guard(basic_guard &&other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
  basic_guard &operator=(basic_guard &&other) noexcept {
    if (this != &other) {
      unlock();
      mutex_ = std::exchange(other.mutex_, nullptr);
    }
    return *this;
  }
  ~basic_guard() { unlock(); }

  [[nodiscard]] bool owns_lock() const noexcept { return mutex_ != nullptr; }
  /// Releases the lock early.
  void unlock() noexcept {
    if (auto *held = std::exchange(mutex_, nullptr))
      held->release(Shared);
  }

private:
  friend class shared_mutex;
  explicit basic_guard(shared_mutex &m) noexcept : mutex_(&m) {}
  shared_mutex *mutex_;
};

template <bool Shared> class shared_mutex::guard_awaiter : public awaiter {
public:
  explicit guard_awaiter(shared_mutex &m) noexcept : awaiter(m, Shared) {}
  basic_guard<Shared> await_resume() {
    awaiter::await_resume();
    return basic_guard<Shared>(of());
  }
};

inline auto shared_mutex::lock() noexcept { return guard_awaiter<false>(*this); }
inline auto shared_mutex::lock_shared() noexcept { return guard_awaiter<true>(*this); }

} // namespace corace
