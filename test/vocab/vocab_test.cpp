// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "vocab/finding_id.h"
#include "vocab/outcome.h"
#include "vocab/race_kind.h"
#include "vocab/records.h"
#include "vocab/stable_hash.h"

#include <gtest/gtest.h>

namespace {

TEST(race_kind, spelling_round_trips) {
  EXPECT_EQ(corace::to_string(corace::race_kind::lost_update), "lost-update");
  EXPECT_EQ(corace::race_kind_from("check-then-act"), corace::race_kind::check_then_act);
  EXPECT_EQ(corace::race_kind_from("nonsense"), std::nullopt);
}

TEST(outcome, spelling_round_trips) {
  for (const auto &[value, name] : corace::outcome_names) {
    EXPECT_EQ(corace::to_string(value), name);
    EXPECT_EQ(corace::outcome_from(name), value);
  }
  EXPECT_EQ(corace::outcome_from(""), std::nullopt);
}

TEST(stable_hash, is_the_same_everywhere) {
  // Computed with an independent implementation; a change would orphan every baseline in the world.
  EXPECT_EQ(corace::stable_hash().value(), 0xf52a15e9a9b5e89bu);
  EXPECT_NE(corace::stable_hash().add("ab").add("c").value(), corace::stable_hash().add("a").add("bc").value());
}

TEST(finding_id, has_no_line_number_and_tells_twins_apart) {
  const auto id = corace::finding_id(corace::race_kind::lost_update, "a.cpp", "f()", "n", 0);
  EXPECT_EQ(id.size(), std::string("lost-update-").size() + 8);
  EXPECT_NE(id, corace::finding_id(corace::race_kind::lost_update, "a.cpp", "f()", "n", 1));
  EXPECT_EQ(corace::base32(31 * 32 + 1, 2), "Z1");
}

TEST(records, any_text_survives) {
  const std::string odd = "a\tb\nc\\d\re\\";
  EXPECT_EQ(corace::records::unescape(corace::records::escape(odd)), odd);
  const auto fields = corace::records::split("x\t" + corace::records::escape(odd) + "\t");
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields[1], odd);
  EXPECT_EQ(fields[2], "");
}

} // namespace
