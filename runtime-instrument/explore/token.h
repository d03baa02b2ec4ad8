// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Replay tokens: `c2.<fingerprint>.<deviations>`, for example `c2.k3f9.A1-B,B2-A`. A token says where a schedule leaves
// the canonical one (docs/design.md). `-` stands for no deviation.
//
//   A1-B    when A has run one segment, B runs next
//   A1-Bx   ... B is cancelled           A3v2   the third choose() of A gives 2
//   A1-Bw   ... B wakes spuriously       A2q    the second queue that A puts an item into counts as full
//   A1-Bt2  ... the second timer of B    A1e    the first may_throw() of A throws
//           fires
//
// What is not the run of a task leaves the place as it is: several deviations may have the same one, and apply in their
// order.
#pragma once

#include "explore/label.h"
#include "explore/run_memory.h"

#include <corace/detail/scheduler.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace corace::schedule {

struct deviation {
  task_place after;           ///< who ran last; of a choice, who makes it
  std::uint32_t segments = 0; ///< how many of them it has run; of a choice, its number among those of its kind, from 1
  task_place to = {};         ///< who runs, is cancelled or woken, or has the timer
  detail::move_kind move = detail::move_kind::task;
  std::uint32_t timer = 0;                        ///< which of its timers, from 1
  std::optional<detail::choice_kind> choice = {}; ///< then it is none of these, but gives a value
  std::uint32_t value = 0;
};

struct token {
  /// Digits of base 32 in lower case: four of the build, then two of the test, where it has a name.
  std::string fingerprint;
  std::vector<deviation> deviations;
};

[[nodiscard]] std::string to_string(const deviation &d);
[[nodiscard]] std::string to_string(const token &t);
/// The token, or one line that says what is wrong with the text.
[[nodiscard]] std::variant<token, std::string> parse_token(std::string_view text);
/// The fingerprint of this program, as it stands in tokens.
[[nodiscard]] std::string program_fingerprint();
/// The same for a test of it; an empty name stands for none.
[[nodiscard]] std::string test_fingerprint(std::string_view test);
/// Whether the token was made by a test that has another name than this one.
[[nodiscard]] bool of_another_test(const token &t, std::string_view test);
/// The token, or one line: also when it was made by another program.
[[nodiscard]] std::variant<token, std::string> parse_own_token(std::string_view text);

/// The step follows the canonical policy: the task that ran last if it can go on, else the lowest path.
[[nodiscard]] task_key canonical(std::span<const task_key> ready, task_key last) noexcept;
/// Where a run left the canonical schedule.
[[nodiscard]] std::vector<deviation> deviations_of(const run_memory &run);

} // namespace corace::schedule
