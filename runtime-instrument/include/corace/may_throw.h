// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// may_throw(): a point where an exception may come, for what can fail: a connection, an allocation, a parser.
//
//   corace::may_throw<std::runtime_error>("connection lost");
//
// It throws only under explore() with `exceptions` (explore.h) above 0, in as many schedules as there are such points.
#pragma once

#include <corace/detail/scheduler.h>

#include <utility>

namespace corace {

/// Throws E(arguments...), or does nothing.
template <class E, class... Arguments> void may_throw(Arguments &&...arguments) {
  if (detail::decide(detail::choice_kind::exception, 2)) [[unlikely]]
    throw E(std::forward<Arguments>(arguments)...);
}

} // namespace corace
