// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// choose(): a number that the explorer chooses, for what a test leaves open: the answer of a peer, the size of a
// packet.
//
//   const std::size_t peers = 1 + corace::choose(3);      switch (corace::choose(2, "reply")) { ... }
//
// explore() runs the body with every value, or with random ones; outside of it, and where no task runs, it is 0. What
// is to happen in most runs should be 0, because a schedule is told by its other values.
#pragma once

#include <corace/detail/scheduler.h>

#include <cstddef>

namespace corace {

namespace detail {
[[nodiscard]] std::uint32_t choose_below(std::size_t n, const char *name);
}

/// 0 .. n - 1. The name appears in reports; it must outlive the call. Throws usage_error where n is 0, or more than
/// 2^32 - 1.
[[nodiscard]] inline std::size_t choose(std::size_t n, const char *name = "") { return detail::choose_below(n, name); }

} // namespace corace
