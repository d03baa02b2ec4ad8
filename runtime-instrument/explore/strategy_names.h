// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The names of the strategies: options, error messages and documentation have them from here.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace corace::schedule {

/// Those of a search. `replay` is none: it follows one schedule.
inline constexpr std::string_view strategy_names[] = {"portfolio", "fifo",       "serial",  "site-hold", "task-hold",
                                                      "directed",  "exhaustive", "bounded", "random",    "pct",
                                                      "pos",       "urw",        "surw"};

[[nodiscard]] inline bool is_strategy(std::string_view name) noexcept {
  return std::find(std::begin(strategy_names), std::end(strategy_names), name) != std::end(strategy_names);
}

/// "a, b and c", or with another last word.
[[nodiscard]] inline std::string listed(std::span<const std::string_view> names, std::string_view last = "and") {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text.append(i == 0 ? "" : i + 1 < names.size() ? ", " : ' ' + std::string(last) + ' ').append(names[i]);
  return text;
}

} // namespace corace::schedule
