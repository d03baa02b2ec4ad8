// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

#include <string>

namespace corace::test {
namespace {

TEST(shared, is_a_variable_like_any_other) {
  shared<int> n{3, "n"};
  EXPECT_EQ(n, 3);
  n = 4;
  n += 2;
  EXPECT_EQ(n++, 6);
  EXPECT_EQ(--n, 6);
  shared<int> other;
  other = n;
  EXPECT_EQ(other.peek(), 6);
  shared<std::string> text{"a"};
  EXPECT_EQ(text.update([](std::string &s) { return (s += "b").size(); }), 2u);
  EXPECT_EQ(text.read([](const std::string &s) { return s; }), "ab");
}

TEST(shared, shows_a_lost_update_without_the_pass_and_without_an_assertion) {
  const auto result = explore([]() -> task<void> {
    shared<int> total{0, "total"};
    const auto add = [](shared<int> &sum) -> task<void> {
      const int seen = sum.load();
      co_await yield();
      sum.store(seen + 1);
    };
    co_await gather(add(total), add(total));
  });
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures[0].kind, "lost-update");
  EXPECT_EQ(result.failures[0].object, "total");
  EXPECT_EQ(result.failures[0].switches, 1u);
  EXPECT_NE(result.failures[0].message.find("shared_test.cpp:" + std::to_string(__LINE__ - 10)), std::string::npos)
      << result.failures[0].message;
}

TEST(shared, what_is_read_again_after_the_await_is_no_lost_update) {
  const auto result = explore([]() -> task<void> {
    shared<int> total{0, "total"};
    const auto add = [](shared<int> &sum) -> task<void> {
      const int before = sum;
      co_await yield();
      const int now = sum;
      sum = now + (before == now);
    };
    co_await gather(add(total), add(total));
  });
  EXPECT_TRUE(result.clean()) << result.failures[0].message;
}

} // namespace
} // namespace corace::test
