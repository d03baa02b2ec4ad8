// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/sync_object.h>
#include <corace/errors.h>

namespace corace::detail {

std::string sync_object::title() const {
  return *name_ ? std::string(kind_) + " '" + name_ + "'" : std::string("a ") + kind_;
}

void sync_object::rebind(const task_state &waiting) {
  if (bound_ && event_loop::alive(bound_))
    throw usage_error("task '" + waiting.name() + "' waits for " + title() + ", which belongs to another event loop");
  bound_ = waiting.loop->serial();
}

} // namespace corace::detail
