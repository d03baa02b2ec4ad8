// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What went wrong in this process so far and is no race: for whoever writes it down at the end.
#pragma once

#include "vocab/race_kind.h"

#include <corace/detail/task_state.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace corace::report {

struct note {
  race_kind kind;
  const corace_site *site = nullptr; ///< where, if the pass knows
  std::string file, function;        ///< where, if the compiler knows
  std::uint32_t line = 0;            ///< 0: not known
  std::string message;
};

void add_note(note n) noexcept;
[[nodiscard]] std::vector<note> take_notes() noexcept;
[[nodiscard]] bool has_note(race_kind kind) noexcept;

/// "fetch" out of "corace::task<int> ns::fetch(int)": what a reader calls the coroutine.
[[nodiscard]] std::string_view short_name(std::string_view signature);
/// What a report calls the task: the name that the program gave it, else its coroutine's.
[[nodiscard]] std::string task_title(const detail::task_state &task);

} // namespace corace::report
