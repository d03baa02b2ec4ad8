// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a synchronisation object is to the detector, in every run the same: an object that a task makes is named after
// the task and its number among the task's objects; any other one after its address.
#pragma once

#include <type_traits>

namespace corace::detail {

/// Null when no task runs on this thread.
[[nodiscard]] const void *next_object_of_running_task() noexcept;

class identity {
public:
  constexpr identity() noexcept {
    if (!std::is_constant_evaluated())
      name_ = next_object_of_running_task();
  }
  identity(const identity &) = delete;
  identity &operator=(const identity &) = delete;
  [[nodiscard]] const void *get() const noexcept { return name_ ? name_ : this; }

private:
  const void *name_ = nullptr;
};

} // namespace corace::detail
