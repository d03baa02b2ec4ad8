// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/context.h>
#include <corace/event_loop.h>

namespace corace::detail {

context &context::current() noexcept {
  if (event_loop *loop = event_loop::current(); loop && loop->running())
    return loop->running()->values;
  thread_local context outside;
  return outside;
}

} // namespace corace::detail
