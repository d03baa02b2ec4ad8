// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Variables whose address means the same thing in every forked run: globals and statics. What lies on the heap may be
// something else in another schedule, and what lies in a frame may have gone when the run ends.
#pragma once

#include <cstdint>

namespace corace::schedule {

/// Reads up to 8 bytes there; false when it is no such variable.
[[nodiscard]] bool read_variable(std::uintptr_t address, std::uint32_t size, std::uint64_t &value) noexcept;

} // namespace corace::schedule
