// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The task that runs. All of these but current() throw usage_error where none does.
//
// Conformance: TASK-10, TASK-13, CANC-10, CANC-16, CANC-17.
#pragma once

#include <corace/any_task.h>
#include <corace/event_loop.h>

#include <string>

namespace corace::this_task {

/// No task in a call-back of the loop, and outside of any loop.
[[nodiscard]] inline any_task current() {
  detail::task_state *running = detail::here.loop ? detail::here.loop->running() : nullptr;
  return running ? any_task(detail::task_pointer<>::share(*running)) : any_task();
}
[[nodiscard]] inline const std::string &name() { return detail::running_task("this_task::name()").name(); }
inline void set_name(std::string name) { detail::running_task("this_task::set_name()").set_name(std::move(name)); }
/// Asks the running task itself to end: its next await throws cancelled_error.
inline void cancel(std::string message = {}) { detail::running_task("this_task::cancel()").cancel(std::move(message)); }
/// How many requests to cancel have not been taken back.
[[nodiscard]] inline std::uint32_t cancelling() {
  return detail::running_task("this_task::cancelling()").cancel_requests;
}
/// Takes one request back; how many are left.
inline std::uint32_t uncancel() { return detail::running_task("this_task::uncancel()").uncancel(); }

} // namespace corace::this_task
