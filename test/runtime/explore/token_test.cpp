// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/label.h"
#include "explore/token.h"

#include <corace/corace.h>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace corace::schedule {
namespace {

TEST(label, round_trip) {
  for (const char *text : {"_", "A", "Z", "AA", "AZ", "ZZ", "AAA", "A.B.C", "B.AA", "2/_", "3/A.B", "17/C"}) {
    const auto place = from_label(text);
    ASSERT_TRUE(place) << text;
    EXPECT_EQ(to_label(*place), text);
  }
  EXPECT_EQ(to_label({1, {26}}), "Z");
  EXPECT_EQ(to_label({1, {27}}), "AA");
  EXPECT_EQ(from_label("AB")->path, std::vector<std::uint32_t>{28});
}

TEST(label, refuses_other_texts) {
  for (const char *text : {"", ".", "A.", ".A", "a", "1", "A1", "__", "_.A", "/A", "0/A", "1/A", "02/A", "x/A", "2/",
                           "A B", "ZZZZZZZZZZZZZZZZ"})
    EXPECT_FALSE(from_label(text)) << text;
}

TEST(label, keys_tell_places_apart) {
  EXPECT_NE(key_of({1, {}}), key_of({2, {}}));
  EXPECT_NE(key_of({1, {1}}), key_of({1, {2}}));
  EXPECT_NE(key_of({1, {1, 2}}), key_of({1, {2, 1}}));
  EXPECT_EQ(key_of({1, {1, 2}}), key_of(*from_label("A.B")));
}

TEST(token, round_trip) {
  for (const char *text : {"c2.k3f9.-", "c2.0000.A1-B", "c2.k3f9.A1-B,B12-A.C,_3-A,2/A1-2/_",
                           "c2.k3f9.A1-Bx,A1-Bw,A1-Bt1,_12-A.CAt34,A1-2/_x", "c2.k3f9.A3v2,_12q,A.C1e,2/_1v40",
                           "c2.k3f9.A1-Bx,A1v1,A1-Bt2,B1-A"}) {
    const auto parsed = parse_token(text);
    ASSERT_TRUE(std::holds_alternative<token>(parsed)) << text << ": " << std::get<std::string>(parsed);
    EXPECT_EQ(to_string(std::get<token>(parsed)), text);
  }
}

struct bad {
  const char *text, *reason;
};

TEST(token, malformed_ones_are_refused_with_one_line_that_says_why) {
  for (const auto &[text, reason] : {
           bad{"", "it should read like c2.k3f9.A1-B"},
           bad{"nonsense", "it should read like c2.k3f9.A1-B"},
           bad{"c2.k3f9", "it should read like c2.k3f9.A1-B"},
           bad{"c1.k3f9.A1-B", "is of version 'c1', this program reads c2"},
           bad{"c3.k3f9.-", "is of version 'c3', this program reads c2"},
           bad{"c2.K3F9.-", "'K3F9' is no fingerprint"},
           bad{"c2.k3f.-", "'k3f' is no fingerprint"},
           bad{"c2.k3f9.", "the deviation '' has no '-'"},
           bad{"c2.k3f9.A1", "the deviation 'A1' has no '-'"},
           bad{"c2.k3f9.A-B", "the deviation 'A-B' has no number of segments"},
           bad{"c2.k3f9.A0-B", "the deviation 'A0-B' has no number of segments"},
           bad{"c2.k3f9.A99999999999-B", "has no number of segments"},
           bad{"c2.k3f9.a1-B", "'a' in the deviation 'a1-B' names no task"},
           bad{"c2.k3f9.A1-b", "'b' in the deviation 'A1-b' names no task"},
           bad{"c2.k3f9.A1-B,", "the deviation '' has no '-'"},
           bad{"c2.k3f9.A1-x", "'' in the deviation 'A1-x' names no task"},
           bad{"c2.k3f9.A1-Bxx", "'Bx' in the deviation 'A1-Bxx' names no task"},
           bad{"c2.k3f9.A1-Bt", "the deviation 'A1-Bt' has no number of a timer; it should read like A1-Bt1"},
           bad{"c2.k3f9.A1-Bt0", "the deviation 'A1-Bt0' has no number of a timer"},
           bad{"c2.k3f9.A1-t1", "'' in the deviation 'A1-t1' names no task"},
           bad{"c2.k3f9.A-Bx", "the deviation 'A-Bx' has no number of segments"},
           bad{"c2.k3f9.A1z2", "'z' in the deviation 'A1z2' is no choice; there are v, q and e"},
           bad{"c2.k3f9.A1v", "the deviation 'A1v' has no value above 0; it should read like A1v2"},
           bad{"c2.k3f9.A1v0", "the deviation 'A1v0' has no value above 0"},
           bad{"c2.k3f9.A1vv2", "the deviation 'A1vv2' has no value above 0"},
           bad{"c2.k3f9.A1q2", "the deviation 'A1q2' goes on after its 'q'"},
           bad{"c2.k3f9.Av2", "the deviation 'Av2' has no number of segments"},
           bad{"c2.k3f9.a1v2", "'a' in the deviation 'a1v2' is no choice"},
       }) {
    const auto parsed = parse_token(text);
    ASSERT_TRUE(std::holds_alternative<std::string>(parsed)) << text;
    const std::string &said = std::get<std::string>(parsed);
    EXPECT_NE(said.find(reason), std::string::npos) << text << ": " << said;
    EXPECT_EQ(said.find('\n'), std::string::npos) << text;
  }
}

TEST(token, a_foreign_one_names_both_fingerprints) {
  const std::string own = program_fingerprint();
  const std::string foreign = own == "k3f9" ? "k3f8" : "k3f9";
  const auto parsed = parse_own_token("c2." + foreign + ".A1-B");
  ASSERT_TRUE(std::holds_alternative<std::string>(parsed));
  EXPECT_NE(std::get<std::string>(parsed).find("was made by another build"), std::string::npos);
  EXPECT_NE(std::get<std::string>(parsed).find(own), std::string::npos);
  EXPECT_TRUE(std::holds_alternative<token>(parse_own_token("c2." + own + ".-")));
}

TEST(token, names_the_test_that_made_it) {
  const std::string one = test_fingerprint("one"), other = test_fingerprint("other");
  EXPECT_EQ(one.size(), 6u);
  EXPECT_NE(one, other);
  EXPECT_TRUE(one.starts_with(program_fingerprint()));
  EXPECT_EQ(test_fingerprint(""), program_fingerprint());
  EXPECT_FALSE(of_another_test({one, {}}, "one"));
  EXPECT_TRUE(of_another_test({one, {}}, "other"));
  EXPECT_TRUE(of_another_test({one, {}}, ""));
  EXPECT_FALSE(of_another_test({program_fingerprint(), {}}, "one"));
  explore_options options;
  options.strategy = "replay";
  options.name = "one";
  options.token = "c2." + other + ".-";
  const auto body = []() -> task<void> { co_return; };
  try {
    (void)explore(body, options);
    ADD_FAILURE() << "a token of another test was accepted";
  } catch (const usage_error &e) {
    EXPECT_NE(std::string_view(e.what()).find("was made by another test than 'one'"), std::string_view::npos)
        << e.what();
  }
  options.name = "other";
  EXPECT_EQ(explore(body, options).runs, 1u);
  options.token = "c2." + other + ".A1-B";
  EXPECT_THROW((void)explore(body, options), usage_error);
  options.lenient = true;
  EXPECT_NE(explore(body, options).stopped.find("without what does not apply: the deviation A1-B"), std::string::npos);
}

} // namespace
} // namespace corace::schedule
