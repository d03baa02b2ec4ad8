// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How short a schedule gets, whatever run it was found in.
#include "bench/programs/programs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>

namespace corace::programs {
namespace {

/// What a random search finds first.
std::optional<explore_failure> found_by_chance(const program &p, std::uint64_t seed) {
  explore_options options;
  options.strategy = "random";
  options.seed = seed;
  options.runs = 5000;
  options.seconds = 300;
  options.footprints = true;
  options.stop_at_first = true;
  const auto result = explore(p.buggy, options);
  const auto at = std::find_if(result.failures.begin(), result.failures.end(),
                               [&](const auto &each) { return each.kind == p.failure; });
  return at == result.failures.end() ? std::nullopt : std::optional(*at);
}

const program &named(std::string_view name) {
  static const auto all = all_programs();
  return *std::find_if(all.begin(), all.end(), [&](const program &each) { return each.name == name; });
}

TEST(shrink, every_program_ends_with_few_switches_and_a_short_token) {
  std::size_t programs = 0, switches = 0;
  std::string text;
  for (const program &p : all_programs()) {
    const auto found = found_by_chance(p, 1);
    if (!found)
      continue;
    text += std::string(p.name) + ": " + found->token + '\n';
    EXPECT_TRUE(found->verified) << p.name;
    EXPECT_LE(found->switches, 4u) << p.name;
    EXPECT_LT(found->token.size(), 40u) << p.name;
    ++programs;
    switches += found->switches;
  }
  EXPECT_GE(programs, 35u);
  EXPECT_LE(switches, programs * 3 / 2) << text;
}

TEST(shrink, the_token_does_not_depend_on_the_run_that_was_found) {
  for (const auto &[name, switches] : {std::pair("lost_update_3x3", 1u), std::pair("reorder_20", 1u)}) {
    std::set<std::string> tokens;
    for (std::uint64_t seed = 1; seed <= 8; ++seed)
      if (const auto found = found_by_chance(named(name), seed)) {
        tokens.insert(found->token);
        EXPECT_EQ(found->switches, switches) << found->token;
      }
    EXPECT_EQ(tokens.size(), 1u) << name << ' ' << testing::PrintToString(tokens);
  }
}

// Taking parts away leaves more than that: each philosopher has to be interrupted once, the last one is stopped by a
// fork that is gone.
TEST(shrink, two_switches_are_exchanged_for_one_where_parts_cannot_be_left_out) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const auto found = found_by_chance(named("dining_5"), seed);
    ASSERT_TRUE(found);
    EXPECT_LE(found->switches, 4u) << found->token;
  }
}

} // namespace
} // namespace corace::programs
