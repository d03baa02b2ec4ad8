// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/choose.h>
#include <corace/errors.h>

#include <limits>
#include <string>

namespace corace {

std::uint32_t detail::choose_below(std::size_t n, const char *name) {
  if (n == 0)
    throw usage_error(std::string("corace::choose(0)") + (*name ? " of '" + std::string(name) + "'" : "") +
                      ": there is no number below 0; give the number of values");
  if (n > std::numeric_limits<std::uint32_t>::max())
    throw usage_error("corace::choose(" + std::to_string(n) + "): at most 4294967295 values can be told apart");
  return decide(choice_kind::value, static_cast<std::uint32_t>(n), name);
}

} // namespace corace
