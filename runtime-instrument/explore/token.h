// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Replay tokens: `c1.<fingerprint>.<deviations>`, for example `c1.k3f9.A1-B,B2-A`. A token says where a schedule leaves
// the canonical one (docs/design.md): A1-B means that when A has run one segment, B runs next. `-` stands for no
// deviation.
#pragma once

#include "explore/label.h"
#include "explore/run_memory.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace corace::schedule {

struct deviation {
  task_place after;
  std::uint32_t segments = 0; ///< how many of them `after` has run
  task_place to;
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
