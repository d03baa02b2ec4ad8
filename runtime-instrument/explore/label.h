// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tasks by their place in the tree of creation: `_` is the main task, `A` and `B` its first and second child, `A.C` the
// third child of A; in the process's second event loop `2/A`. Labels, paths and keys are three spellings of the same
// thing.
#pragma once

#include "explore/run_memory.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace corace::schedule {

struct task_place {
  std::uint32_t loop = 1;
  std::vector<std::uint32_t> path; ///< ordinals from 1
};

[[nodiscard]] std::string to_label(const task_place &place);
/// Nothing when the text is no label. Takes all of the text.
[[nodiscard]] std::optional<task_place> from_label(std::string_view label);
[[nodiscard]] task_key key_of(const task_place &place);
/// "1st", "2nd", "3rd" ...
[[nodiscard]] std::string nth(std::uint32_t n);

} // namespace corace::schedule
