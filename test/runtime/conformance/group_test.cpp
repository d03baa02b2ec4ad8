// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

#include <memory>

namespace corace::test {
namespace {

task<void> late(texts &log, std::string name, int after_turns) {
  co_await turns(after_turns);
  log.push_back(name);
}

TEST(conformance, G_01_results_come_in_the_order_of_the_arguments) {
  run([]() -> task<void> {
    auto [a, b, c] = co_await gather(give(1, 5), give(2, 1), give(3, 3));
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, 2);
    EXPECT_EQ(c, 3);
    std::vector<task<int>> many;
    for (int i = 0; i < 5; ++i)
      many.push_back(give(i, 5 - i));
    const std::vector<int> results = co_await gather(std::move(many));
    EXPECT_EQ(results, (std::vector{0, 1, 2, 3, 4}));
  }());
}

TEST(conformance, G_02_19_nothing_to_wait_for_costs_no_tick) {
  run([]() -> task<void> {
    auto done = create_task(give(1));
    co_await done;
    const auto before = ticks();
    EXPECT_TRUE((co_await gather(std::vector<task<int>>{})).empty());
    co_await gather();
    EXPECT_EQ(ticks(), before);
    auto [one] = co_await gather(done);
    EXPECT_EQ(one, 1);
  }());
}

TEST(conformance, G_04_the_first_error_comes_out_and_the_others_go_on_unreported) {
  testing::internal::CaptureStderr();
  texts log;
  run([](texts &l) -> task<void> {
    try {
      co_await gather(late(l, "slow", 9), fail("first", 1), fail("second", 3));
      ADD_FAILURE() << "no exception";
    } catch (const std::runtime_error &e) {
      EXPECT_STREQ(e.what(), "first");
    }
    EXPECT_EQ(l, texts{});
    co_await turns(10);
    EXPECT_EQ(l, texts{"slow"});
  }(log));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(conformance, G_06_a_cancelled_child_fails_the_gather_and_the_others_go_on) {
  run([]() -> task<void> {
    texts log;
    auto victim = create_task(sleep_long());
    auto other = create_task(late(log, "other", 5));
    auto both = create_task(
        [](task_handle<void> a, task_handle<void> b) -> task<void> { co_await gather(a, b); }(victim, other));
    co_await turns(2);
    victim.cancel();
    EXPECT_TRUE(co_await ends_cancelled(both));
    co_await other;
    EXPECT_EQ(log, texts{"other"});
  }());
}

TEST(conformance, G_08_cancelling_the_awaiter_cancels_all_children) {
  run([]() -> task<void> {
    auto one = create_task(sleep_long());
    auto two = create_task(sleep_long());
    auto both =
        create_task([](task_handle<void> a, task_handle<void> b) -> task<void> { co_await gather(a, b); }(one, two));
    co_await turns(2);
    both.cancel();
    EXPECT_TRUE(co_await ends_cancelled(both));
    co_await turns(2);
    EXPECT_TRUE(one.cancelled());
    EXPECT_TRUE(two.cancelled());
  }());
}

TEST(conformance, G_11_a_handle_given_twice_runs_once) {
  run([]() -> task<void> {
    auto handle = create_task(give(4, 1));
    auto [a, b] = co_await gather(handle, handle);
    EXPECT_EQ(a + b, 8);
  }());
}

TEST(conformance, G_20_the_awaiter_goes_on_two_ticks_after_the_last_childs_end) {
  run([]() -> task<void> {
    std::uint64_t ended = 0;
    auto child = [](std::uint64_t &at) -> task<void> {
      at = ticks();
      co_return;
    };
    const auto before = ticks();
    co_await gather(child(ended), child(ended));
    EXPECT_EQ(ticks(), ended + 2);
    EXPECT_EQ(ticks(), before + 3);
  }());
}

TEST(gather, moves_what_cannot_be_copied) {
  run([]() -> task<void> {
    auto make = [](int v) -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(v); };
    auto [p, q] = co_await gather(make(1), make(2));
    EXPECT_EQ(*p + *q, 3);
    auto handle = create_task(make(5));
    EXPECT_EQ(*co_await std::move(handle), 5);
  }());
}

TEST(conformance, TG_01_02_join_waits_for_every_child_and_results_are_in_the_handles) {
  run([]() -> task<void> {
    task_group g;
    auto a = g.create_task(give(1, 3)), b = g.create_task(give(2, 1));
    co_await g.join();
    EXPECT_EQ(a.result() + b.result(), 3);
    EXPECT_EQ(g.size(), 0u);
  }());
}

TEST(conformance, TG_empty_costs_no_tick) {
  run([]() -> task<void> {
    const auto before = ticks();
    task_group g;
    co_await g.join();
    EXPECT_EQ(ticks(), before);
  }());
}

TEST(conformance, TG_03_children_can_be_added_while_the_group_waits) {
  run([]() -> task<void> {
    texts log;
    task_group g;
    g.create_task([](task_group &group, texts &l) -> task<void> {
      co_await turns(2);
      group.create_task(late(l, "grandchild", 2));
    }(g, log));
    co_await g.join();
    EXPECT_EQ(log, texts{"grandchild"});
  }());
}

TEST(conformance, TG_05_a_failing_child_cancels_its_siblings_and_the_body) {
  run([]() -> task<void> {
    task_handle<void> sibling;
    bool body_cancelled = false;
    try {
      co_await with_task_group([&](task_group &g) -> task<void> {
        sibling = g.create_task(sleep_long());
        g.create_task(fail("boom", 1));
        try {
          co_await sleep_long();
        } catch (const cancelled_error &) {
          body_cancelled = true;
          throw;
        }
      });
      ADD_FAILURE() << "no exception";
    } catch (const exception_group &e) {
      EXPECT_EQ(e.exceptions().size(), 1u);
      EXPECT_STREQ(e.what(), "1 task of a group failed: boom");
    }
    EXPECT_TRUE(body_cancelled);
    EXPECT_TRUE(sibling.cancelled());
    EXPECT_EQ(this_task::cancelling(), 0u);
    co_await yield(); // no cancellation is left over
  }());
}

TEST(conformance, TG_07_an_error_while_cancelled_is_listed_too) {
  run([]() -> task<void> {
    task_group g;
    g.create_task([]() -> task<void> {
      try {
        co_await sleep_long();
      } catch (const cancelled_error &) {
        throw std::runtime_error("second");
      }
    }());
    g.create_task(fail("first", 1));
    try {
      co_await g.join();
      ADD_FAILURE() << "no exception";
    } catch (const exception_group &e) {
      EXPECT_EQ(e.exceptions().size(), 2u);
      EXPECT_STREQ(e.what(), "2 tasks of a group failed; the first: first");
    }
  }());
}

TEST(conformance, TG_08_an_exception_of_the_body_cancels_the_children_and_is_listed_last) {
  run([]() -> task<void> {
    task_handle<void> child;
    try {
      co_await with_task_group([&](task_group &g) -> task<void> {
        child = g.create_task(sleep_long());
        co_await yield();
        throw std::logic_error("body");
      });
      ADD_FAILURE() << "no exception";
    } catch (const exception_group &e) {
      EXPECT_EQ(e.exceptions().size(), 1u);
      EXPECT_THROW(std::rethrow_exception(e.exceptions().back()), std::logic_error);
    }
    EXPECT_TRUE(child.cancelled());
  }());
}

TEST(conformance, TG_10_cancellation_while_joining_cancels_the_children_and_comes_out) {
  run([]() -> task<void> {
    task_handle<void> child;
    auto owner = create_task([](task_handle<void> &c) -> task<void> {
      task_group g;
      c = g.create_task(sleep_long());
      co_await g.join();
    }(child));
    co_await turns(2);
    owner.cancel();
    EXPECT_TRUE(co_await ends_cancelled(owner));
    EXPECT_TRUE(child.cancelled());
  }());
}

TEST(conformance, TG_12_a_failing_inner_group_is_nested) {
  run([]() -> task<void> {
    task_group outer;
    outer.create_task([]() -> task<void> {
      task_group inner;
      inner.create_task(fail("deep"));
      co_await inner.join();
    }());
    auto other = outer.create_task(sleep_long());
    try {
      co_await outer.join();
      ADD_FAILURE() << "no exception";
    } catch (const exception_group &e) {
      EXPECT_THROW(std::rethrow_exception(e.exceptions().front()), exception_group);
    }
    EXPECT_TRUE(other.cancelled());
  }());
}

TEST(conformance, TG_18_create_task_after_the_join_throws_without_a_report) {
  testing::internal::CaptureStderr();
  run([]() -> task<void> {
    task_group g;
    co_await g.join();
    EXPECT_THROW(g.create_task(give(1)), usage_error);
    task_group failing;
    failing.create_task(fail("x"));
    auto stubborn = failing.create_task([](task_group &group) -> task<void> {
      try {
        co_await sleep_long();
      } catch (const cancelled_error &) {
        EXPECT_THROW(group.create_task(give(1)), usage_error);
      }
    }(failing));
    EXPECT_THROW(co_await failing.join(), exception_group);
  }());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(conformance, TG_24_a_cancellation_that_coincides_with_a_failure_survives) {
  run([]() -> task<void> {
    std::string seen;
    auto owner = create_task([](std::string &out) -> task<void> {
      task_group g;
      g.create_task([]() -> task<void> {
        try {
          co_await sleep_long();
        } catch (const cancelled_error &) {
          throw std::runtime_error("child");
        }
      }());
      try {
        co_await g.join();
      } catch (const exception_group &) {
        out += "group " + std::to_string(this_task::cancelling());
      }
      co_await yield();
      out += " not reached";
    }(seen));
    co_await turns(2);
    owner.cancel();
    EXPECT_TRUE(co_await ends_cancelled(owner));
    EXPECT_EQ(seen, "group 1");
  }());
}

TEST(conformance, TG_36_repeated_cancels_wait_for_stubborn_children) {
  run([]() -> task<void> {
    texts log;
    auto owner = create_task([](texts &l) -> task<void> {
      task_group g;
      g.create_task([](texts &inner) -> task<void> {
        for (int i = 0; i < 2; ++i)
          try {
            co_await sleep_for(1s);
          } catch (const cancelled_error &) {
          }
        inner.push_back("child ended");
      }(l));
      co_await g.join();
    }(log));
    co_await turns(2);
    owner.cancel();
    co_await turns(2);
    owner.cancel();
    EXPECT_TRUE(co_await ends_cancelled(owner));
    EXPECT_EQ(log, texts{"child ended"});
  }());
}

TEST(task_group, destroyed_without_a_join_cancels_its_tasks) {
  run([]() -> task<void> {
    task_handle<void> child;
    {
      task_group g;
      child = g.create_task(sleep_long());
      co_await yield();
    }
    EXPECT_TRUE(co_await ends_cancelled(child));
  }());
}

} // namespace
} // namespace corace::test
