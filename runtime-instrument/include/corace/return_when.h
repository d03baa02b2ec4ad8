// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// return_when: what wait() waits for.
#pragma once

#include <cstdint>

namespace corace {

enum class return_when : std::uint8_t {
  all_completed,   ///< the end of all
  first_exception, ///< the first that fails, or the end of all; one that was cancelled has not failed
  first_completed  ///< the first that ends
};

} // namespace corace
