// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

namespace corace::test {
namespace {

context_var<int> number{"number"};
context_var<std::string> word{"word", "default"};

TEST(conformance, CTX_01_no_value_and_no_default_throws) {
  EXPECT_THROW((void)number.get(), lookup_error);
  EXPECT_EQ(number.get(7), 7);
  EXPECT_EQ(word.get(), "default");
  EXPECT_EQ(word.get("other"), "other");
}

TEST(conformance, CTX_03_04_05_a_token_restores_once) {
  auto first = number.set(1);
  EXPECT_EQ(&first.variable(), &number);
  EXPECT_FALSE(first.old_value());
  auto second = number.set(2);
  EXPECT_EQ(second.old_value(), 1);
  number.reset(std::move(second));
  EXPECT_EQ(number.get(), 1);
  number.reset(std::move(first));
  EXPECT_THROW((void)number.get(), lookup_error);
  EXPECT_THROW(number.reset(std::move(first)), usage_error);
}

TEST(conformance, CTX_07_43_a_token_belongs_to_its_context) {
  run([]() -> task<void> {
    auto undo = number.set(1);
    co_await create_task([](context_var<int>::token &t) -> task<void> {
      EXPECT_THROW(number.reset(std::move(t)), std::invalid_argument);
      co_return;
    }(undo));
    co_await yield();
    number.reset(std::move(undo)); // still good here
    EXPECT_EQ(number.get(0), 0);
    context_var<int> other{"other"};
    auto foreign = other.set(1);
    EXPECT_THROW(number.reset(std::move(foreign)), std::invalid_argument);
  }());
}

TEST(conformance, CTX_18_a_child_gets_a_copy) {
  run([]() -> task<void> {
    number.set(1);
    auto child = create_task([]() -> task<int> {
      const int seen = number.get();
      number.set(100);
      co_await turns(2);
      co_return seen + number.get();
    }());
    number.set(2); // after the copy
    EXPECT_EQ(co_await child, 101);
    EXPECT_EQ(number.get(), 2);
  }());
}

TEST(conformance, CTX_20_a_directly_awaited_coroutine_shares_the_context) {
  run([]() -> task<void> {
    co_await []() -> task<void> {
      number.set(5);
      co_return;
    }();
    EXPECT_EQ(number.get(), 5);
  }());
}

TEST(conformance, CTX_21_a_task_finds_its_own_values_after_every_suspension) {
  run([]() -> task<void> {
    auto keeper = [](int mine) -> task<void> {
      number.set(mine);
      for (int i = 0; i < 10; ++i) {
        co_await yield();
        EXPECT_EQ(number.get(), mine);
      }
    };
    co_await gather(keeper(1), keeper(2), keeper(3));
    EXPECT_EQ(number.get(0), 0);
  }());
}

TEST(conformance, CTX_32_each_group_child_copies_at_its_creation) {
  run([]() -> task<void> {
    auto look = []() -> task<int> { co_return number.get(); };
    task_group g;
    number.set(1);
    auto a = g.create_task(look());
    number.set(2);
    auto b = g.create_task(look());
    co_await g.join();
    EXPECT_EQ(a.result(), 1);
    EXPECT_EQ(b.result(), 2);
  }());
}

TEST(conformance, CTX_35_36_variables_are_compared_by_identity_and_keep_their_name) {
  context_var<int> twin{"number"};
  auto undo = twin.set(9);
  EXPECT_THROW((void)number.get(), lookup_error);
  EXPECT_STREQ(twin.name(), "number");
  twin.reset(std::move(undo));
}

TEST(context, run_copies_the_threads_values_and_changes_nothing_outside) {
  auto undo = number.set(3);
  EXPECT_EQ(run([]() -> task<int> {
              const int seen = number.get();
              number.set(4);
              co_return seen;
            }()),
            3);
  EXPECT_EQ(number.get(), 3);
  number.reset(std::move(undo));
}

} // namespace
} // namespace corace::test
