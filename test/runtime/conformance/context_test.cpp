// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Variables, tokens and contexts by themselves; context_task_test.cpp has what tasks and call-backs do with them.
#include "support.h"

#include <memory>
#include <type_traits>

namespace corace::test {
namespace {

context_var<int> number{"number"};
context_var<std::string> word{"word", "default"};

/// Whatever a test sets is gone with it.
template <class F> void in_fresh_context(F &&f) { context().run(std::forward<F>(f)); }

TEST(conformance, CTX_01_no_value_and_no_default_throws) {
  EXPECT_THROW((void)number.get(), lookup_error);
  EXPECT_THROW((void)number.get(), std::out_of_range);
  try {
    (void)number.get();
  } catch (const lookup_error &e) {
    EXPECT_NE(std::string(e.what()).find("'number'"), std::string::npos) << e.what();
  }
  EXPECT_EQ(number.get(7), 7);
  EXPECT_EQ(word.get(), "default");
  EXPECT_EQ(word.get("other"), "other");
}

TEST(conformance, CTX_03_a_token_knows_its_variable_and_the_value_before) {
  in_fresh_context([] {
    const auto first = number.set(1);
    EXPECT_EQ(&first.variable(), &number);
    EXPECT_FALSE(first.old_value());
    const auto second = number.set(2);
    EXPECT_EQ(second.old_value(), 1);
    const auto of_word = word.set("x");
    EXPECT_FALSE(of_word.old_value()); // a default is no value
  });
}

TEST(conformance, CTX_04_reset_restores_the_value_before_or_that_there_was_none) {
  in_fresh_context([] {
    auto first = number.set(1);
    auto second = number.set(2);
    number.reset(std::move(second));
    EXPECT_EQ(number.get(), 1);
    number.reset(std::move(first));
    EXPECT_THROW((void)number.get(), lookup_error);
    auto of_word = word.set("x");
    word.reset(std::move(of_word));
    EXPECT_EQ(word.get(), "default");
    EXPECT_TRUE(copy_context().empty());
  });
}

TEST(conformance, CTX_05_a_token_works_once) {
  in_fresh_context([] {
    auto undo = number.set(1);
    EXPECT_FALSE(undo.used());
    number.reset(std::move(undo));
    EXPECT_TRUE(undo.used());
    number.set(5);
    EXPECT_THROW(number.reset(std::move(undo)), usage_error);
    EXPECT_EQ(number.get(), 5);
  });
}

TEST(conformance, CTX_07_a_token_belongs_to_its_context_and_to_its_variable) {
  in_fresh_context([] {
    auto undo = number.set(1);
    const context other = copy_context();
    other.run([&] { EXPECT_THROW(number.reset(std::move(undo)), std::invalid_argument); });
    context_var<int> twin("number");
    EXPECT_THROW(twin.reset(std::move(undo)), std::invalid_argument);
    EXPECT_FALSE(undo.used());
    EXPECT_EQ(number.get(), 1);
    number.reset(std::move(undo)); // still good here
    EXPECT_THROW((void)number.get(), lookup_error);
  });
}

TEST(conformance, CTX_09_a_copy_does_not_see_later_sets) {
  in_fresh_context([] {
    number.set(1);
    const context copy = copy_context();
    number.set(2);
    word.set("later");
    EXPECT_EQ(copy.at(number), 1);
    EXPECT_FALSE(copy.contains(word));
    EXPECT_EQ(number.get(), 2);
  });
}

TEST(conformance, CTX_10_what_run_sets_stays_in_that_context) {
  in_fresh_context([] {
    number.set(1);
    const context inside = copy_context();
    inside.run([] {
      EXPECT_EQ(number.get(), 1);
      number.set(2);
    });
    EXPECT_EQ(number.get(), 1);
    EXPECT_EQ(inside.at(number), 2);
    inside.run([] { EXPECT_EQ(number.get(), 2); });
  });
}

TEST(conformance, CTX_12_a_context_that_is_entered_cannot_be_entered_again) {
  const context outer, inner;
  outer.run([&] {
    EXPECT_THROW(outer.run([] {}), usage_error);
    inner.run([&] { EXPECT_THROW(outer.run([] {}), usage_error); });
    inner.run([] {});
  });
  EXPECT_THROW(outer.run([] { throw std::runtime_error("out"); }), std::runtime_error);
  outer.run([] {}); // it was left
  run([]() -> task<void> {
    const context of_task = create_task([]() -> task<int> { co_return 1; }()).context();
    co_await yield();
    of_task.run([] {});
    const context own;
    co_await create_task(
        [](const context &mine) -> task<void> {
          EXPECT_THROW(mine.run([] {}), usage_error);
          context().run([&] { EXPECT_THROW(mine.run([] {}), usage_error); });
          co_return;
        }(own),
        task_options().in(own));
    own.run([] {});
  }());
}

TEST(conformance, CTX_13_run_hands_arguments_and_the_result_through) {
  const context c;
  EXPECT_EQ(c.run([](int a, const std::string &b) { return b + std::to_string(a); }, 1, "x"), "x1");
  int target = 0;
  int &same = c.run([](int &r) -> int & { return r; }, target);
  EXPECT_EQ(&same, &target);
  auto moved = c.run([](std::unique_ptr<int> p) { return p; }, std::make_unique<int>(3));
  EXPECT_EQ(*moved, 3);
}

TEST(conformance, CTX_14_a_context_is_a_read_only_map_of_what_is_set_in_it) {
  const context c;
  EXPECT_TRUE(c.empty());
  c.run([] {
    number.set(1);
    word.set("x");
    number.set(2);
  });
  EXPECT_EQ(c.size(), 2U);
  EXPECT_TRUE(c.contains(number));
  EXPECT_EQ(c.at(number), 2);
  texts names;
  c.for_each([&](const char *name) { names.emplace_back(name); });
  EXPECT_EQ(names, (texts{"number", "word"}));
  const context fresh;
  EXPECT_FALSE(fresh.contains(word)); // though it has a default
  EXPECT_THROW((void)fresh.at(word), key_error);
  EXPECT_THROW((void)fresh.at(word), lookup_error);
  static_assert(std::is_const_v<std::remove_reference_t<decltype(c.at(number))>>);
}

TEST(conformance, CTX_16_copies_share_what_is_stored) {
  context_var<std::shared_ptr<std::string>> text("text");
  in_fresh_context([&] {
    text.set(std::make_shared<std::string>("a"));
    const context copy = copy_context(), again = copy.copy();
    EXPECT_EQ(&copy.at(text), &again.at(text));
    text.get()->append("b");
    EXPECT_EQ(*copy.at(text), "ab");
  });
}

template <class T>
concept can_be_derived_from = requires { !std::is_final_v<T>; } && !std::is_final_v<T>;

TEST(conformance, CTX_34_nothing_derives_from_contexts_variables_and_tokens) {
  static_assert(!can_be_derived_from<context>);
  static_assert(!can_be_derived_from<context_var<int>>);
  static_assert(!can_be_derived_from<context_var<int>::token>);
  static_assert(!std::is_constructible_v<context, int>);
  static_assert(!std::is_constructible_v<context, std::string>);
  static_assert(!std::is_default_constructible_v<context_var<int>::token>);
  static_assert(!std::is_copy_constructible_v<context_var<int>::token>);
}

TEST(conformance, CTX_35_variables_of_the_same_name_are_different_ones) {
  in_fresh_context([] {
    const context_var<int> twin("number");
    twin.set(9);
    EXPECT_THROW((void)number.get(), lookup_error);
    EXPECT_FALSE(copy_context().contains(number));
    number.set(1);
    EXPECT_EQ(twin.get(), 9);
    EXPECT_EQ(copy_context().size(), 2U);
    EXPECT_NE(twin.id(), number.id());
  });
}

TEST(conformance, CTX_36_a_variable_keeps_its_name) {
  const context_var<int> named("name");
  EXPECT_STREQ(named.name(), "name");
  in_fresh_context([&] { named.set(1); });
  EXPECT_STREQ(named.name(), "name");
  static_assert(std::is_same_v<decltype(named.name()), const char *>);
  static_assert(!std::is_default_constructible_v<context_var<int>>);
  static_assert(!std::is_copy_assignable_v<context_var<int>> && !std::is_move_assignable_v<context_var<int>>);
}

TEST(conformance, CTX_38_a_fresh_context_sees_nothing_of_outside) {
  in_fresh_context([] {
    number.set(1);
    const context fresh;
    fresh.run([] {
      EXPECT_THROW((void)number.get(), lookup_error);
      EXPECT_EQ(copy_context().size(), 0U);
    });
    EXPECT_EQ(number.get(), 1);
  });
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
