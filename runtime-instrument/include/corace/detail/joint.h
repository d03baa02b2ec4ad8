// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The end of several tasks, as one thing that can be waited for: what gather() and task_group share.
//
// An ending task queues a call-back, in the order of registration; the call-back counts, and wakes who waits. So the
// waiter goes on two ticks after the last task's last segment, as in asyncio. Ends that change nothing but the count
// are counted at once. Successful ends commute; a failure does not.
#pragma once

#include <corace/detail/identity.h>
#include <corace/event_loop.h>

#include <memory>
#include <vector>

namespace corace::detail {

class joint_state {
public:
  enum class ends {
    at_first_error, ///< gather: over as soon as one has failed or was cancelled
    with_the_last   ///< task_group: over when all have ended; the first failure cancels the others
  };
  explicit joint_state(ends rule) noexcept : rule_(rule) {}
  joint_state(const joint_state &) = delete;
  joint_state &operator=(const joint_state &) = delete;
  ~joint_state();

  void add(future_state &task);
  /// Cancels what has not ended; whether there was any.
  bool cancel_all() noexcept;
  [[nodiscard]] bool over() const noexcept { return over_; }
  [[nodiscard]] std::size_t unfinished() const noexcept { return unfinished_; }
  /// What failed tasks threw, in the order in which they ended.
  [[nodiscard]] const std::vector<std::exception_ptr> &errors() const noexcept { return errors_; }
  /// Throws the first failure, if there was one.
  void rethrow() const;
  /// All ends so far happen before what the running task does next.
  void order_ends();

  bool shutting_down = false;  ///< a failure or a cancellation has come: no new tasks
  wait_node *waiter = nullptr; ///< who waits for the end
  task_pointer<> parent;       ///< with_task_group: the task to cancel on the first failure
  bool parent_cancelled = false;

private:
  struct member;
  struct place_of_member : link {
    explicit place_of_member(member &m) noexcept : self(m) {}
    member &self;
  };
  friend class joint_wait;
  void task_ended(member &ended) noexcept;
  void member_ended(member &ended) noexcept;
  void strike_off(member &ended) noexcept;

  list<place_of_member> members_;      ///< owned
  std::vector<detect::task_id> ended_; ///< for the detector
  std::vector<std::exception_ptr> errors_;
  std::size_t unfinished_ = 0; ///< members
  std::size_t running_ = 0;    ///< those of them whose task has not ended
  ends rule_;
  identity identity_;
  bool over_ = true;
};

/// Parks the running task until the joint is over.
class joint_wait : public wait_node {
public:
  explicit joint_wait(joint_state &joint) noexcept : wait_node(operations), joint_(joint) {}
  ~joint_wait();
  [[nodiscard]] bool ready() const noexcept { return joint_.over(); }
  void suspend(std::coroutine_handle<> innermost);
  /// Whether the wait was cancelled.
  [[nodiscard]] bool resume() noexcept;

private:
  static const wait_operations operations;
  joint_state &joint_;
};

} // namespace corace::detail
