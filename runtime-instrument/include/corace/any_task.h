// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// any_task: a running or finished task whose result type does not matter.
//
// Conformance: TASK-10, TASK-16, TASK-18, TASK-26, TASK-27, CANC.
#pragma once

#include <corace/any_future.h>
#include <corace/context.h>
#include <corace/detail/task_state.h>

#include <source_location>
#include <vector>

namespace corace {

class any_task : public any_future {
public:
  any_task() noexcept = default;
  explicit any_task(detail::pointer<detail::task_state> state) noexcept : any_future(std::move(state)) {}

  /// How many requests to cancel have not been taken back.
  [[nodiscard]] std::uint32_t cancelling() const { return task().cancel_requests; }
  /// Takes one request back; how many are left.
  std::uint32_t uncancel() const { return task().uncancel(); }
  /// The one it was given, or "Task-N", where N counts the tasks of its loop.
  [[nodiscard]] const std::string &name() const { return task().name(); }
  void set_name(std::string name) const { task().set_name(std::move(name)); }
  /// The context in which it runs.
  [[nodiscard]] corace::context context() const { return corace::context(task().values.object()); }
  /// Of its own coroutine, the outermost one; null when the task has ended.
  [[nodiscard]] void *coroutine_address() const noexcept;
  /// The coroutines that wait for one another, the task's own first; empty when the task has ended. Each is the place
  /// where the coroutine is defined.
  [[nodiscard]] std::vector<std::source_location> await_stack() const;

  [[nodiscard]] detail::task_state &task() const { return static_cast<detail::task_state &>(*state()); }
};

} // namespace corace
