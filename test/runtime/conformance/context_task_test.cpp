// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Context variables in tasks, call-backs and loops.
#include "support.h"

#include <algorithm>
#include <map>

namespace corace::test {
namespace {

context_var<int> number{"number"};

task<int> look() { co_return number.get(0); }
task<void> assign(int value) {
  number.set(value);
  co_return;
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
    co_await assign(5);
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
        co_await sleep_for(1ms);
        EXPECT_EQ(number.get(), mine);
      }
    };
    co_await gather(keeper(1), keeper(2), keeper(3));
    EXPECT_EQ(number.get(0), 0);
  }());
}

TEST(conformance, CTX_23_a_done_call_back_runs_in_a_copy_of_the_moment_in_which_it_was_added) {
  run([]() -> task<void> {
    std::vector<int> seen;
    const promise<int> p;
    const auto f = p.get_future();
    const auto watch = [&seen](const any_future &) {
      seen.push_back(number.get());
      number.set(100);
    };
    number.set(1);
    f.add_done_callback(watch);
    number.set(2);
    f.add_done_callback(watch);
    number.set(3);
    p.set_value(0);
    co_await turns(2);
    f.add_done_callback(watch); // of an ended one
    number.set(4);
    co_await turns(2);
    EXPECT_EQ(seen, (std::vector<int>{1, 2, 3}));
    EXPECT_EQ(number.get(), 4);
  }());
}

TEST(conformance, CTX_24_a_context_that_is_given_is_used_itself) {
  run([]() -> task<void> {
    const context given;
    co_await create_task(assign(7), task_options().in(given));
    EXPECT_EQ(given.at(number), 7);
    EXPECT_EQ(number.get(0), 0);
    EXPECT_EQ(co_await create_task(look(), task_options().in(given)), 7);
    event_loop::current()->call_soon([] { number.set(8); }, given);
    co_await yield();
    EXPECT_EQ(given.at(number), 8);
  }());
}

TEST(conformance, CTX_26_a_task_tells_its_context) {
  run([]() -> task<void> {
    const context given;
    auto in_given = create_task(look(), task_options().in(given));
    EXPECT_EQ(in_given.context(), given);
    auto own = create_task(assign(3));
    const context of_own = own.context();
    EXPECT_EQ(of_own, own.context());
    EXPECT_FALSE(of_own == given);
    co_await gather(in_given, own);
    EXPECT_EQ(of_own.at(number), 3);
    EXPECT_EQ(own.context().at(number), 3); // also when it has ended
  }());
}

TEST(conformance, CTX_27_a_runner_keeps_one_context) {
  runner several;
  several.run(assign(1));
  EXPECT_EQ(several.run(look()), 1);
  several.run(assign(2));
  EXPECT_EQ(several.run(look()), 2);
  EXPECT_EQ(number.get(0), 0);
  EXPECT_EQ(several.run(look(), context()), 0);
  EXPECT_EQ(runner().run(look()), 0);
}

TEST(conformance, CTX_29_the_exception_handler_runs_in_the_context_of_who_failed) {
  run([]() -> task<void> {
    std::map<std::string, int> seen;
    event_loop &loop = *event_loop::current();
    loop.set_exception_handler([&](event_loop &, const loop_report &report) {
      try {
        std::rethrow_exception(report.exception);
      } catch (const std::exception &e) {
        seen[e.what()] = number.get(0);
      }
    });
    number.set(1);
    loop.call_soon([] {
      number.set(2);
      throw std::runtime_error("soon");
    });
    loop.call_later(1s, [] { throw std::runtime_error("later"); });
    create_task([]() -> task<void> {
      number.set(3);
      throw std::runtime_error("task");
      co_return;
    }())
        .detach();
    number.set(4);
    co_await sleep_for(2s);
    EXPECT_EQ(seen, (std::map<std::string, int>{{"soon", 2}, {"later", 1}, {"task", 3}}));
    EXPECT_EQ(number.get(), 4);
    loop.set_exception_handler({});
  }());
}

TEST(conformance, CTX_30_a_task_that_starts_eagerly_works_on_a_copy_as_well) {
  run([]() -> task<void> {
    number.set(1);
    auto eager = create_task(
        []() -> task<int> {
          const int seen = number.get();
          number.set(2);
          co_await yield();
          co_return seen * 10 + number.get();
        }(),
        task_options().eagerly());
    EXPECT_EQ(number.get(), 1);
    number.set(3);
    EXPECT_EQ(co_await eager, 12);
  }());
}

TEST(conformance, CTX_32_each_group_child_copies_at_its_creation) {
  run([]() -> task<void> {
    task_group g;
    number.set(1);
    auto a = g.create_task(look());
    number.set(2);
    auto b = g.create_task(look());
    number.set(3);
    co_await g.join();
    EXPECT_EQ(a.result(), 1);
    EXPECT_EQ(b.result(), 2);
  }());
}

TEST(conformance, CTX_39_what_a_call_back_sets_no_other_one_sees) {
  run([]() -> task<void> {
    std::vector<int> seen;
    event_loop &loop = *event_loop::current();
    number.set(1);
    const auto watch = [&seen] {
      seen.push_back(number.get());
      number.set(100);
    };
    loop.call_soon(watch);
    loop.call_soon([&] {
      watch();
      loop.call_soon([&] { seen.push_back(number.get()); }); // from inside: it does
    });
    loop.call_soon(watch);
    loop.call_later(1s, watch);
    co_await sleep_for(2s);
    EXPECT_EQ(seen, (std::vector<int>{1, 1, 1, 100, 1}));
    EXPECT_EQ(number.get(), 1);
  }());
}

TEST(conformance, CTX_41_inside_a_task_copy_context_copies_that_tasks_context) {
  run([]() -> task<void> {
    number.set(1);
    co_await create_task([]() -> task<void> {
      number.set(2);
      co_await yield();
      const context copy = copy_context();
      EXPECT_EQ(copy.at(number), 2);
      copy.run([] { number.set(3); });
      EXPECT_EQ(number.get(), 2);
    }());
    EXPECT_EQ(copy_context().at(number), 1);
  }());
}

TEST(conformance, CTX_43_a_token_of_a_task_is_good_after_suspensions_and_not_in_a_child) {
  run([]() -> task<void> {
    auto undo = number.set(1);
    co_await create_task([](context_var<int>::token &t) -> task<void> {
      EXPECT_EQ(number.get(), 1);
      EXPECT_THROW(number.reset(std::move(t)), std::invalid_argument);
      co_return;
    }(undo));
    co_await yield();
    co_await sleep_for(1ms);
    number.reset(std::move(undo));
    EXPECT_EQ(number.get(0), 0);
  }());
}

// The request ids of nested tasks.

context_var<int> request_id{"request_id"};

void say(texts &lines, const std::string &who, const std::string &family) {
  lines.push_back(who + " " + family + ": id " + std::to_string(request_id.get(0)));
}

task<void> grand_child(texts &lines, std::string family) {
  say(lines, "grand child", family);
  co_return;
}

task<void> child(texts &lines, std::string family) {
  co_await sleep_for(0s);
  say(lines, "child", family);
  co_await grand_child(lines, family);
}

task<void> handle_request(texts &lines, std::string family, int id) {
  request_id.set(id);
  co_await create_task(child(lines, family));
  say(lines, "request", family);
}

TEST(context, nested_tasks_print_their_familys_id_under_every_schedule) {
  std::uint64_t runs = 0;
  const auto serve = [&]() -> task<void> {
    texts lines;
    task_group group;
    group.create_task(handle_request(lines, "A", 1)).detach();
    group.create_task(handle_request(lines, "B", 2)).detach();
    co_await group.join();
    ++runs;
    std::sort(lines.begin(), lines.end());
    if (lines != texts{"child A: id 1", "child B: id 2", "grand child A: id 1", "grand child B: id 2",
                       "request A: id 1", "request B: id 2"})
      throw std::runtime_error("one family has seen the other's id");
  };
  explore_options options;
  options.strategy = "exhaustive";
  options.footprints = false; // all schedules, not one of each kind
  options.runs = 1000000;
  const explore_result result = explore(serve, options);
  EXPECT_TRUE(result.clean()) << result.failures.front().message;
  EXPECT_TRUE(result.complete) << result.stopped;
  EXPECT_GE(runs, 20U); // more than one schedule for sure: three segments of each family
}

} // namespace
} // namespace corace::test
