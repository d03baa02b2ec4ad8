// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The task that runs. All of these throw usage_error where none does.
#pragma once

#include <corace/event_loop.h>

#include <string>

namespace corace::this_task {

[[nodiscard]] inline const std::string &name() { return detail::running_task("this_task::name()").name; }
inline void set_name(std::string name) { detail::running_task("this_task::set_name()").name = std::move(name); }
/// Asks the running task itself to end: its next await throws cancelled_error.
inline void cancel() { detail::running_task("this_task::cancel()").cancel(); }
/// How many requests to cancel have not been taken back.
[[nodiscard]] inline std::uint32_t cancelling() {
  return detail::running_task("this_task::cancelling()").cancel_requests;
}
/// Takes one request back; how many are left.
inline std::uint32_t uncancel() { return detail::running_task("this_task::uncancel()").uncancel(); }

} // namespace corace::this_task
