// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/identity.h>
#include <corace/event_loop.h>

namespace corace::detail {

const void *next_object_of_running_task() noexcept {
  event_loop *loop = event_loop::current();
  if (!loop || !loop->running() || !loop->watched())
    return nullptr;
  watched_task &task = *loop->running()->watched;
  // Far from other tasks' objects, as keys are hashes; and apart from the task's own two.
  return reinterpret_cast<const void *>((task.key & ~std::uint64_t{15}) + 16 * ++task.objects);
}

} // namespace corace::detail
