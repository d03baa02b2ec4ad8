// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What as_completed() and the awaitables that it gives out share: the futures that have ended and that nobody has taken
// yet, and who waits for one.
#pragma once

#include <corace/any_future.h>
#include <corace/detail/callback.h>
#include <corace/detail/optional_delay.h>
#include <corace/event_loop.h>

#include <vector>

namespace corace::detail {

class completion_wait;

class completion_queue {
public:
  /// In place of a future: the time limit has passed.
  static constexpr std::size_t late = ~std::size_t{0} - 1;

  explicit completion_queue(std::size_t capacity) : members_(capacity) {}
  completion_queue(const completion_queue &) = delete;
  completion_queue &operator=(const completion_queue &) = delete;
  void retain() noexcept { ++references_; }
  void release() noexcept {
    if (--references_ == 0)
      delete this;
  }

  void add(future_state &future) { members_[left_++].future = pointer<>::share(future); }
  /// All are there.
  void begin(optional_delay limit);
  /// Steps that nobody has claimed.
  [[nodiscard]] std::size_t left() const noexcept { return left_; }
  [[nodiscard]] future_state &operator[](std::size_t index) const noexcept { return *members_[index].future; }

private:
  friend class completion_wait;
  friend class completion_claim;
  struct member : completion {
    struct turn : ready_node {
      explicit turn(member &m) noexcept;
      member &self;
    };
    completion_queue *owner = nullptr;
    pointer<> future;
    turn at_end{*this}; ///< in the loop, then among those that nobody has taken
    bool told = false;  ///< its end, or the time limit, has been dealt with
  };
  struct alarm : timer {
    explicit alarm(completion_queue &queue) noexcept : owner(queue) {}
    completion_queue &owner;
  };
  void expire() noexcept;
  [[nodiscard]] bool empty() const noexcept { return ended_.empty() && late_ == 0; }
  [[nodiscard]] std::size_t take() noexcept;
  /// To who has waited longest, or to the next to come; before all others where it was taken and is given back.
  void put(std::size_t item, bool back = false) noexcept;

  std::vector<member> members_;
  list<member::turn> ended_; ///< that nobody has taken, oldest first
  list<wait_node> waiters_;  ///< oldest first; none where something can be taken
  std::size_t late_ = 0;     ///< how many steps can be taken that have timed out
  std::size_t left_ = 0;
  std::size_t untold_ = 0; ///< members
  std::uint32_t references_ = 1;
  alarm alarm_{*this};
};

/// Waits for the next end, and claims a step of the iteration for that.
class completion_wait : public wait_node {
public:
  static constexpr std::size_t none = ~std::size_t{0};
  explicit completion_wait(pointer<completion_queue> queue, bool claimed = false) noexcept
      : wait_node(operations), queue_(std::move(queue)), claimed_(claimed) {}
  ~completion_wait();
  [[nodiscard]] bool await_ready() noexcept;
  void await_suspend(task_coroutine innermost);
  /// The index of what has ended; `none` where nothing is left. Throws timeout_error after the time limit.
  std::size_t await_resume();

protected:
  pointer<completion_queue> queue_;

private:
  friend class completion_queue;
  static const wait_operations operations;
  std::size_t item_ = none; ///< what was handed over
  bool claimed_;            ///< a step is this one's
};

/// A step of the iteration that is claimed for somebody who will await it. One that is dropped is free again.
class completion_claim {
public:
  explicit completion_claim(pointer<completion_queue> queue) noexcept : queue_(std::move(queue)) { --queue_->left_; }
  completion_claim(completion_claim &&) noexcept = default;
  completion_claim &operator=(completion_claim &&) = delete;
  ~completion_claim() {
    if (queue_)
      ++queue_->left_;
  }
  /// Waits for the next end, and gives the future that has ended. Once.
  [[nodiscard]] auto next() noexcept { return awaiter(std::move(queue_)); }

private:
  class awaiter : public completion_wait {
  public:
    explicit awaiter(pointer<completion_queue> queue) noexcept : completion_wait(std::move(queue), true) {}
    pointer<> await_resume() { return pointer<>::share((*queue_)[completion_wait::await_resume()]); }
  };
  pointer<completion_queue> queue_;
};

} // namespace corace::detail
