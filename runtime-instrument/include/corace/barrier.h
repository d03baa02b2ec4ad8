// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// barrier: a fixed number of tasks wait for one another, again and again.
//
// The last one to arrive does not suspend; it queues the others, in the order in which they came, and runs none of them
// inline. Until they have all gone on the barrier drains, and whoever arrives is held; then those are queued, and each
// counts for the next round when it has its turn: first come, first served. wait() gives the place of the task in its
// round, from 0. A waiter that is cancelled no longer counts, and another can fill its place; the barrier does not
// break. reset() and abort() make the waiters throw broken_barrier. Conformance: BAR. Differs from asyncio: reset() and
// abort() are plain calls; places are always different, also after a cancellation; waiters of a barrier that is
// destroyed get usage_error.
#pragma once

#include <corace/detail/sync_object.h>

#include <cstddef>

namespace corace {

class barrier : public detail::sync_object {
public:
  enum class phase : std::uint8_t {
    filling,   ///< it waits for the round to be complete
    draining,  ///< the round is complete, and some of its tasks have not gone on yet
    resetting, ///< reset() was called, and some of the tasks that waited have not gone on yet
    broken,    ///< abort() was called: wait() throws until reset() is called
  };
  class scope;
  /// Throws std::invalid_argument for fewer than one party. The name appears in reports; it must outlive the barrier.
  explicit barrier(std::ptrdiff_t parties, const char *name = "");
  ~barrier();

  /// Waits for the others; gives the place in the round. Throws broken_barrier.
  [[nodiscard("wait() has to be awaited")]] auto wait() noexcept { return awaiter(*this); }
  /// The same, for a block of code that begins when all are there; nothing happens at its end.
  [[nodiscard("the scope begins by co_await")]] auto arrive_scope() noexcept;

  /// Back to an empty round: who waits throws broken_barrier, and so does who was let go and has not run yet.
  void reset() noexcept;
  /// The same, and the barrier stays broken.
  void abort() noexcept;

  [[nodiscard]] std::size_t parties() const noexcept { return parties_; }
  /// How many have arrived; 0 unless the barrier is filling.
  [[nodiscard]] std::size_t n_waiting() const noexcept {
    note(detail::sync_event::look);
    return phase_ == phase::filling ? count_ : 0;
  }
  [[nodiscard]] phase state() const noexcept {
    note(detail::sync_event::look);
    return phase_;
  }
  [[nodiscard]] bool broken() const noexcept { return state() == phase::broken; }
  /// "barrier 'b' filling, waiters 1/3"
  [[nodiscard]] friend std::string to_string(const barrier &b) { return b.text(); }

private:
  class awaiter : public detail::sync_wait {
  public:
    explicit awaiter(barrier &b) noexcept : sync_wait(operations, b) {}
    ~awaiter();
    bool await_ready();
    void await_suspend(detail::task_coroutine innermost);
    std::size_t await_resume();

  private:
    friend class barrier;
    enum class stage : std::uint8_t {
      held,     ///< the barrier drained or was being reset when it arrived
      entering, ///< it is to count when it has its turn
      counted,  ///< it has arrived
      leaving,  ///< its round is over; it has not gone on yet
    };
    enum class fate : std::uint8_t { passes, reset, aborted };

    void stand(detail::list<awaiter> &where, stage as) noexcept {
      unlink();
      where.push_back(*this);
      stage_ = as;
    }
    [[nodiscard]] bool completes() noexcept;
    static bool cancel(wait_node &node) noexcept;
    static bool proceed(wait_node &node) noexcept;
    static const detail::wait_operations operations;
    [[nodiscard]] barrier &of() const noexcept { return static_cast<barrier &>(*object); }

    std::size_t index_ = 0;
    stage stage_ = stage::held;
    fate fate_ = fate::passes;
  };
  class scope_awaiter;

  void end_round() noexcept;
  void break_round(awaiter::fate fate) noexcept;
  /// Somebody who was leaving has gone.
  void one_left() noexcept;
  /// Those who were held have their turn.
  void admit() noexcept;
  [[nodiscard]] std::string text() const;

  // All oldest first, and each task in one of them, as its stage says.
  detail::list<awaiter> held_, entering_, waiting_, leaving_;
  const std::size_t parties_;
  std::size_t count_ = 0; ///< of those in waiting_
  phase phase_ = phase::filling;
};

/// Tells the place in the round.
class [[maybe_unused]] barrier::scope {
public:
  [[nodiscard]] std::size_t index() const noexcept { return index_; }

private:
  friend class barrier;
  explicit scope(std::size_t index) noexcept : index_(index) {}
  std::size_t index_;
};

class barrier::scope_awaiter : public awaiter {
public:
  using awaiter::awaiter;
  scope await_resume() { return scope(awaiter::await_resume()); }
};

inline auto barrier::arrive_scope() noexcept { return scope_awaiter(*this); }

} // namespace corace
