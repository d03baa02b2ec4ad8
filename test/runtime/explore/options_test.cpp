// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/options.h"

#include "explore/strategy_names.h"

#include <gtest/gtest.h>

namespace corace::report {
namespace {

options good(std::string_view text) {
  auto parsed = parse_options(text);
  if (const auto *problem = std::get_if<std::string>(&parsed)) {
    ADD_FAILURE() << text << ": " << *problem;
    return {};
  }
  return std::get<options>(std::move(parsed));
}
std::string bad(std::string_view text) {
  auto parsed = parse_options(text);
  return std::holds_alternative<std::string>(parsed) ? std::get<std::string>(parsed) : "accepted";
}

TEST(options, defaults) {
  const options all = good("");
  EXPECT_EQ(all.mode, "run");
  EXPECT_EQ(all.strategy, "portfolio");
  EXPECT_EQ(all.runs, 2000u);
  EXPECT_TRUE(all.report);
  EXPECT_FALSE(all.help);
}

TEST(options, values_and_escapes) {
  const options all = good("mode=explore:runs=7:report=0:evidence=C\\:\\\\x:strategy=random:seed=99");
  EXPECT_EQ(all.mode, "explore");
  EXPECT_EQ(all.runs, 7u);
  EXPECT_FALSE(all.report);
  EXPECT_EQ(all.evidence, "C:\\x");
  EXPECT_EQ(all.seed, 99u);
  EXPECT_EQ(good("mode=replay:token=c2.k3f9.A1-B").token, "c2.k3f9.A1-B");
  EXPECT_EQ(good("::runs=1:").runs, 1u);
}

TEST(options, problems_are_one_line_with_the_remedy) {
  EXPECT_EQ(bad("stategy=fifo"), "there is no option 'stategy'; did you mean 'strategy'?");
  EXPECT_EQ(bad("run=1"), "there is no option 'run'; did you mean 'runs'?");
  EXPECT_EQ(bad("runs=many"), "the option 'runs' takes a number, not 'many'");
  EXPECT_EQ(bad("runs="), "the option 'runs' takes a number, not ''");
  EXPECT_EQ(bad("runs=-1"), "the option 'runs' takes a number, not '-1'");
  EXPECT_EQ(bad("runs=99999999999999999999"), "the option 'runs' takes a number, not '99999999999999999999'");
  EXPECT_EQ(bad("runs=0"), "the option 'runs' takes a number above 0");
  EXPECT_EQ(bad("report=yes"), "the option 'report' takes 0 or 1, not 'yes'");
  EXPECT_EQ(bad("help"), "the option 'help' has no value; write help=...");
  EXPECT_EQ(bad("mode=fast"), "the option 'mode' takes run, explore or replay, not 'fast'");
  EXPECT_EQ(bad("strategy=best"),
            "the option 'strategy' takes " + schedule::listed(schedule::strategy_names, "or") + ", not 'best'");
  EXPECT_EQ(bad("strategy=site-hold"), "strategy=site-hold needs mode=explore");
  EXPECT_EQ(bad("bound=2"), "the option 'bound' takes delays or preemptions, not '2'");
  EXPECT_EQ(bad("timers=loose"), "the option 'timers' takes strict or free, not 'loose'");
  EXPECT_EQ(bad("cancellations=some"), "the option 'cancellations' takes a number, not 'some'");
  EXPECT_EQ(bad("mode=replay"), "mode=replay needs the option 'token'");
}

TEST(options, the_help_text_names_every_strategy) {
  EXPECT_NE(help_text().find("with mode=explore: " + schedule::listed(schedule::strategy_names, "or") + ";"),
            std::string::npos);
}

TEST(options, the_help_text_has_a_line_for_each) {
  const std::string text = help_text();
#define FLAG(type, name, default_value, sentence) EXPECT_NE(text.find("\n  " #name " ("), std::string::npos);
#include "flags.inc"
}

} // namespace
} // namespace corace::report
