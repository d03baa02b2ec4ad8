// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// task_group: entering, tasks and texts. Cases TG-01 to TG-03, TG-18 to TG-22, TG-26 to TG-28, TG-32 to TG-34.
#include "support.h"

#include <memory>

namespace corace::test {
namespace {

task<void> late(texts &log, std::string name, int after_turns) {
  co_await turns(after_turns);
  log.push_back(name);
}

/// What a usage_error of the call says; empty: it throws none.
template <class F> std::string refusal(F call) {
  try {
    call();
  } catch (const usage_error &e) {
    return e.what();
  }
  return {};
}

TEST(conformance, TG_01_leaving_the_block_waits_for_every_child) {
  run([]() -> task<void> {
    texts log;
    co_await with_task_group([&](task_group &g) -> task<void> {
      g.create_task(late(log, "slow", 5));
      g.create_task(late(log, "fast", 1));
      log.push_back("body");
      co_return;
    });
    EXPECT_EQ(log, (texts{"body", "fast", "slow"}));
    task_group g;
    g.create_task(late(log, "joined", 3));
    EXPECT_EQ(g.size(), 1u);
    co_await g.join();
    EXPECT_EQ(log.back(), "joined");
    const auto before = ticks();
    co_await with_task_group([] { return turns(0); }); // nothing to wait for costs no tick
    EXPECT_EQ(ticks(), before);
    EXPECT_EQ(co_await with_task_group([] { return give(7); }), 7);
  }());
}

TEST(conformance, TG_02_results_are_in_the_handles) {
  run([]() -> task<void> {
    task_handle<int> a, b;
    co_await with_task_group([&](task_group &g) -> task<void> {
      a = g.create_task(give(1, 3));
      b = g.create_task(give(2, 1));
      co_return;
    });
    EXPECT_EQ(a.result() + b.result(), 3);
  }());
}

TEST(conformance, TG_03_children_can_be_added_at_any_time) {
  run([]() -> task<void> {
    texts log;
    co_await with_task_group([&](task_group &g) -> task<void> {
      g.create_task(late(log, "early", 1));
      co_await turns(4); // all have ended
      EXPECT_EQ(g.size(), 0u);
      g.create_task([](task_group &group, texts &l) -> task<void> {
        co_await turns(2);
        group.create_task(late(l, "grandchild", 2)); // while the group waits
      }(g, log));
    });
    EXPECT_EQ(log, (texts{"early", "grandchild"}));
  }());
}

TEST(conformance, TG_18_create_task_before_the_entry_after_the_end_and_while_shutting_down_throws) {
  testing::internal::CaptureStderr();
  run([]() -> task<void> {
    task_group early("early");
    std::string before;
    event_loop::current()->call_soon([&] { before = refusal([&] { early.create_task(give(1)); }); });
    co_await turns(2);
    EXPECT_EQ(before,
              "corace::task_group: create_task() in task group 'early', which has not been entered, and no task "
              "runs that could enter it");

    task_group finished;
    co_await finished.run([] { return turns(1); });
    EXPECT_EQ(refusal([&] { finished.create_task(give(1)); }),
              "corace::task_group: create_task() in a task group, which has ended");

    std::string during;
    task_group failing("failing");
    failing.create_task(fail("x"));
    failing.create_task([](task_group &group, std::string &text) -> task<void> {
      try {
        co_await sleep_long();
      } catch (const cancelled_error &) {
        text = refusal([&] { group.create_task(give(1)); });
      }
    }(failing, during));
    EXPECT_THROW(co_await failing.join(), exception_group);
    EXPECT_EQ(during, "corace::task_group: create_task() in task group 'failing', which shuts down");
  }());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), ""); // none of the coroutines is reported
}

TEST(conformance, TG_20_a_group_is_entered_once) {
  run([]() -> task<void> {
    task_group g;
    std::string nested;
    co_await g.run([&](task_group &inner) -> task<void> {
      try {
        co_await inner.run([] { return turns(1); });
      } catch (const usage_error &e) {
        nested = e.what();
      }
      EXPECT_THROW(co_await inner.join(), usage_error);
    });
    EXPECT_EQ(nested, "task 'main' enters a task group, entered: it was entered already");
    EXPECT_THROW(co_await g.run([] { return turns(1); }), usage_error); // later
    EXPECT_THROW(co_await g.join(), usage_error);
    task_group by_a_task;
    by_a_task.create_task(give(1));
    EXPECT_THROW(co_await by_a_task.run([] { return turns(1); }), usage_error);
    co_await by_a_task.join();
  }());
}

TEST(conformance, TG_21_outside_of_a_task_a_group_cannot_be_entered_and_stays_fresh) {
  run([]() -> task<void> {
    task_group g;
    int refused = 0;
    event_loop::current()->call_soon([&] { refused += !refusal([&] { g.create_task(give(1)); }).empty(); });
    co_await turns(2);
    EXPECT_EQ(refused, 1);
    EXPECT_EQ(to_string(g), "a task group, not entered");
    task_handle<int> child;
    co_await g.run([&]() -> task<void> {
      child = g.create_task(give(2));
      co_return;
    });
    EXPECT_EQ(child.result(), 2);
  }());
}

context_var<int> number{"number", 0};

TEST(conformance, TG_22_create_task_passes_on_name_and_context) {
  run([]() -> task<void> {
    auto read = []() -> task<int> { co_return number.get(); };
    context other;
    other.run([] { number.set(42); });
    co_await with_task_group([&](task_group &g) -> task<void> {
      auto named = g.create_task(give(1), "the name");
      EXPECT_EQ(named.name(), "the name");
      auto placed = g.create_task(read(), task_options().named("both").in(other));
      EXPECT_EQ(placed.name(), "both");
      EXPECT_EQ(co_await placed, 42);
      EXPECT_EQ(co_await g.create_task(read()), 0);
      auto eager = g.create_task(read(), task_options().eagerly());
      EXPECT_TRUE(eager.done());
    });
  }());
}

TEST(conformance, TG_26_the_parent_is_cancelled_once_however_many_children_fail) {
  run([]() -> task<void> {
    std::uint32_t requests = 0, deliveries = 0;
    try {
      co_await with_task_group([&](task_group &g) -> task<void> {
        for (int i = 0; i < 3; ++i)
          g.create_task(fail("child", 1));
        for (int i = 0; i < 4; ++i)
          try {
            co_await sleep_for(1s);
          } catch (const cancelled_error &) {
            ++deliveries;
            requests = this_task::cancelling();
          }
      });
      ADD_FAILURE() << "no exception";
    } catch (const exception_group &e) {
      EXPECT_EQ(e.exceptions().size(), 3u);
    }
    EXPECT_EQ(requests, 1u);
    EXPECT_EQ(deliveries, 1u);
    EXPECT_EQ(this_task::cancelling(), 0u);
  }());
}

TEST(conformance, TG_27_a_failure_during_the_exit_wait_leaves_the_parent_clean) {
  run([]() -> task<void> {
    EXPECT_THROW(co_await with_task_group([](task_group &g) -> task<void> {
                   g.create_task(fail("late", 5));
                   g.create_task(sleep_long());
                   co_return;
                 }),
                 exception_group);
    EXPECT_EQ(this_task::cancelling(), 0u);
    co_await turns(2); // it can suspend
  }());
}

TEST(conformance, TG_28_a_failure_after_the_parents_end_is_reported) {
  run([]() -> task<void> {
    texts reports;
    event_loop::current()->set_exception_handler(
        [&](event_loop &, const loop_report &report) { reports.push_back(to_string(report)); });
    auto group = std::make_shared<task_group>("g");
    auto parent = create_task(
        [](std::shared_ptr<task_group> g) -> task<void> {
          g->create_task(fail("orphan", 5), "child");
          co_return;
        }(group),
        "parent");
    co_await parent;
    co_await turns(8);
    EXPECT_EQ(reports, texts{"task 'child' failed when 'parent', which had started it in task group 'g', had ended: "
                             "exception 'orphan'"});
    reports.clear();
    { // the group is gone: its tasks are cancelled, and what one throws then is not lost
      task_group dropped;
      dropped.create_task(
          []() -> task<void> {
            try {
              co_await sleep_long();
            } catch (const cancelled_error &) {
              throw std::runtime_error("cleanup");
            }
          }(),
          "left");
      co_await turns(2);
    }
    co_await turns(2);
    EXPECT_EQ(reports, texts{"task 'left' failed, and nobody asked for its result: exception 'cleanup'"});
    event_loop::current()->set_exception_handler({});
  }());
}

/// Starts two more of its kind in each turn.
task<void> breed(task_group &g, int &alive) {
  struct count {
    explicit count(int &n) : of(n) { ++of; }
    ~count() { --of; }
    int &of;
  } here(alive);
  while (alive > 0) { // always
    co_await yield();
    if (alive < 100)
      g.create_task(breed(g, alive));
  }
}

TEST(conformance, TG_32_children_that_keep_spawning_end_when_one_fails) {
  run([]() -> task<void> {
    int alive = 0;
    try {
      co_await with_task_group([&](task_group &g) -> task<void> {
        g.create_task(breed(g, alive));
        g.create_task(fail("stop", 10));
        co_return;
      });
      ADD_FAILURE() << "no exception";
    } catch (const exception_group &e) {
      EXPECT_EQ(e.exceptions().size(), 1u);
    }
    EXPECT_EQ(alive, 0);
  }());
}

TEST(conformance, TG_33_the_text_says_how_far_it_is_and_counts) {
  run([]() -> task<void> {
    task_group g("workers");
    EXPECT_EQ(to_string(g), "task group 'workers', not entered");
    std::string failing;
    EXPECT_THROW(co_await g.run([&]() -> task<void> {
      EXPECT_EQ(to_string(g), "task group 'workers', entered");
      g.create_task(fail("x", 1));
      g.create_task([](task_group &group, std::string &text) -> task<void> {
        try {
          co_await sleep_long();
        } catch (const cancelled_error &) {
          text = to_string(group);
        }
      }(g, failing));
      EXPECT_EQ(to_string(g), "task group 'workers', entered, 2 tasks");
      co_return;
    }),
                 exception_group);
    EXPECT_EQ(failing, "task group 'workers', waiting, 1 task, 1 error, cancelling");
    EXPECT_EQ(to_string(g), "task group 'workers', ended");
  }());
}

TEST(conformance, TG_34_finished_children_are_dropped_at_once) {
  run([]() -> task<void> {
    co_await with_task_group([](task_group &g) -> task<void> {
      g.create_task(sleep_long());
      for (int i = 0; i < 1000; ++i) {
        auto value = std::make_shared<int>(i);
        const std::weak_ptr<int> watch = value;
        g.create_task([](std::shared_ptr<int> v) -> task<std::shared_ptr<int>> { co_return v; }(std::move(value)));
        co_await turns(2);
        EXPECT_TRUE(watch.expired()); // the task and its result are gone
        EXPECT_EQ(g.size(), 1u);
      }
      g.cancel();
    });
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

TEST(task_group, gives_up_a_turn_in_a_strict_loop) {
  run(
      []() -> task<void> {
        const auto before = ticks();
        co_await with_task_group([]() -> task<void> { co_return; });
        EXPECT_EQ(ticks(), before + 1);
        this_task::cancel();
        EXPECT_THROW(co_await with_task_group([]() -> task<void> { co_return; }), cancelled_error);
        this_task::uncancel();
      }(),
      run_options{.strict = true});
}

TEST(task_group, a_request_from_outside_survives_a_group_that_was_cancelled_by_hand) {
  texts log;
  run([](texts &l) -> task<void> {
    auto body = create_task([](texts &to) -> task<void> {
      co_await with_task_group([](task_group &g) -> task<void> {
        g.create_task([]() -> task<void> {
           std::exception_ptr due;
           try {
             co_await sleep_long();
           } catch (const cancelled_error &) {
             due = std::current_exception();
           }
           co_await sleep_for(1s);
           std::rethrow_exception(due);
         }())
            .detach();
        co_await yield();
        g.cancel();
      });
      to.push_back("not reached");
    }(l));
    co_await sleep_for(500ms);
    body.cancel();
    EXPECT_TRUE(co_await ends_cancelled(body));
  }(log));
  EXPECT_EQ(log, texts{});
}

} // namespace
} // namespace corace::test
