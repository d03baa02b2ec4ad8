// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

namespace corace::test {
namespace {

TEST(conformance, CANC_01_cancel_is_a_request) {
  run([]() -> task<void> {
    auto handle = create_task(sleep_long());
    co_await yield();
    EXPECT_TRUE(handle.cancel());
    EXPECT_FALSE(handle.done());
    EXPECT_FALSE(handle.cancelled());
    EXPECT_TRUE(co_await ends_cancelled(handle));
    EXPECT_TRUE(handle.cancelled());
  }());
}

TEST(conformance, CANC_02_cancel_of_a_finished_task_returns_false) {
  run([]() -> task<void> {
    auto handle = create_task(give(1));
    co_await handle;
    EXPECT_FALSE(handle.cancel());
  }());
}

TEST(conformance, CANC_04_cancelled_before_its_first_segment_the_body_never_runs) {
  texts log;
  testing::internal::CaptureStderr();
  run([](texts &l) -> task<void> {
    auto handle = create_task(append(l, "ran"));
    handle.cancel();
    EXPECT_TRUE(co_await ends_cancelled(handle));
  }(log));
  EXPECT_EQ(log, texts{});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

task<int> stubborn(int times) {
  int caught = 0;
  while (caught < times) {
    try {
      co_await sleep_long();
    } catch (const cancelled_error &) {
      ++caught;
    }
  }
  co_return caught;
}

TEST(conformance, CANC_05_a_task_that_waits_for_a_future_cancels_it_at_once) {
  run([]() -> task<void> {
    promise<int> p;
    auto waiter = create_task([](future<int> f) -> task<int> { co_return co_await f; }(p.get_future()));
    co_await yield();
    waiter.cancel();
    EXPECT_TRUE(p.get_future().cancelled()) << "before the task has reacted";
    EXPECT_FALSE(waiter.done());
    EXPECT_TRUE(co_await ends_cancelled(waiter));
  }());
}

TEST(conformance, CANC_07_a_task_may_catch_the_cancellation_and_return) {
  run([]() -> task<void> {
    auto handle = create_task(stubborn(1));
    co_await yield();
    handle.cancel();
    EXPECT_EQ(co_await handle, 1);
    EXPECT_FALSE(handle.cancelled());
  }());
}

TEST(conformance, CANC_08_a_task_that_swallowed_a_cancellation_can_be_cancelled_again) {
  run([]() -> task<void> {
    auto handle = create_task(stubborn(2));
    co_await yield();
    handle.cancel();
    co_await turns(3);
    EXPECT_FALSE(handle.done());
    handle.cancel();
    EXPECT_EQ(co_await handle, 2);
  }());
}

TEST(conformance, CANC_10_a_task_that_cancels_itself_ends_cancelled_unless_it_throws) {
  run([]() -> task<void> {
    auto quiet = create_task([]() -> task<void> {
      this_task::cancel();
      co_return;
    }());
    EXPECT_TRUE(co_await ends_cancelled(quiet));
    auto loud = create_task([]() -> task<void> {
      this_task::cancel();
      throw std::runtime_error("wins");
      co_return;
    }());
    EXPECT_THROW(co_await loud, std::runtime_error);
  }());
}

TEST(conformance, CANC_11_self_cancel_and_await_of_a_child_cancels_the_child) {
  run([]() -> task<void> {
    auto child = create_task(sleep_long());
    co_await yield();
    auto parent = create_task([](task_handle<void> c) -> task<void> {
      this_task::cancel();
      co_await c;
    }(child));
    EXPECT_TRUE(co_await ends_cancelled(parent));
    EXPECT_TRUE(child.cancelled());
  }());
}

TEST(conformance, CANC_13_a_cancelled_future_ends_the_task_that_awaits_it) {
  run([]() -> task<void> {
    promise<int> p;
    auto waiter = create_task([](future<int> f) -> task<int> { co_return co_await f; }(p.get_future()));
    co_await yield();
    p.cancel();
    EXPECT_TRUE(co_await ends_cancelled(waiter));
    EXPECT_TRUE(waiter.cancelled());
    EXPECT_EQ(waiter.cancelling(), 0u) << "nobody has asked the task itself";
  }());
}

TEST(conformance, CANC_15_a_yielding_task_is_cancellable) {
  run([]() -> task<void> {
    auto handle = create_task(turns(5));
    co_await yield();
    handle.cancel();
    EXPECT_TRUE(co_await ends_cancelled(handle));
  }());
}

TEST(conformance, CANC_16_cancelling_counts_the_requests) {
  run([]() -> task<void> {
    auto handle = create_task(stubborn(3));
    co_await yield();
    EXPECT_EQ(handle.cancelling(), 0u);
    for (unsigned requests = 1; requests <= 3; ++requests) {
      EXPECT_TRUE(handle.cancel());
      EXPECT_EQ(handle.cancelling(), requests);
      co_await turns(2);
    }
    EXPECT_EQ(co_await handle, 3);
    EXPECT_FALSE(handle.cancel());
    EXPECT_EQ(handle.cancelling(), 3u);
  }());
}

TEST(conformance, CANC_17_uncancel_takes_requests_back_but_not_below_zero) {
  run([]() -> task<void> {
    auto handle = create_task(stubborn(1));
    co_await yield();
    handle.cancel();
    handle.cancel();
    EXPECT_EQ(handle.uncancel(), 1u);
    EXPECT_EQ(handle.uncancel(), 0u);
    EXPECT_EQ(handle.uncancel(), 0u);
    EXPECT_EQ(handle.cancelling(), 0u);
    EXPECT_EQ(co_await handle, 1);
  }());
}

TEST(conformance, CANC_19_uncancel_of_an_ended_task_leaves_it_cancelled) {
  run([]() -> task<void> {
    auto handle = create_task(sleep_long());
    co_await yield();
    handle.cancel();
    EXPECT_TRUE(co_await ends_cancelled(handle));
    EXPECT_EQ(handle.uncancel(), 0u);
    EXPECT_TRUE(handle.cancelled());
  }());
}

TEST(conformance, CANC_20_a_task_is_cancelled_only_when_it_has_ended) {
  run([]() -> task<void> {
    auto handle = create_task([]() -> task<void> {
      std::exception_ptr due;
      try {
        co_await sleep_long();
      } catch (const cancelled_error &) {
        due = std::current_exception();
      }
      co_await turns(2);
      std::rethrow_exception(due);
    }());
    co_await yield();
    handle.cancel();
    for (int i = 0; i < 3; ++i) {
      EXPECT_FALSE(handle.cancelled());
      co_await yield();
    }
    EXPECT_TRUE(co_await ends_cancelled(handle));
    EXPECT_TRUE(handle.cancelled());
  }());
}

TEST(conformance, CANC_22_an_exception_while_cancelled_becomes_the_tasks) {
  run([]() -> task<void> {
    auto handle = create_task([]() -> task<void> {
      try {
        co_await sleep_long();
      } catch (const cancelled_error &) {
        std::throw_with_nested(std::runtime_error("cleanup failed"));
      }
    }());
    co_await yield();
    handle.cancel("enough");
    try {
      co_await handle;
      ADD_FAILURE() << "nothing came out";
    } catch (const std::runtime_error &e) {
      try {
        std::rethrow_if_nested(e);
        ADD_FAILURE() << "the cancellation is not nested";
      } catch (const cancelled_error &inner) {
        EXPECT_EQ(inner.message(), "enough");
      }
    }
    EXPECT_FALSE(handle.cancelled());
  }());
}

TEST(conformance, CANC_23_a_coroutine_that_throws_cancelled_error_ends_cancelled) {
  run([]() -> task<void> {
    auto handle = create_task([]() -> task<void> {
      throw cancelled_error();
      co_return;
    }());
    EXPECT_TRUE(co_await ends_cancelled(handle));
    EXPECT_TRUE(handle.cancelled());
    EXPECT_EQ(handle.cancelling(), 0u);
  }());
}

TEST(conformance, CANC_25_a_fatal_exit_in_response_to_a_cancel_comes_out_of_the_loop) {
  event_loop loop;
  task_handle<void> kept;
  loop.call_soon([&] {
    kept = create_task([]() -> task<void> {
      try {
        co_await sleep_long();
      } catch (const cancelled_error &) {
        throw fatal_exit(5);
      }
    }());
    loop.call_later(1s, [&] { kept.cancel(); });
  });
  EXPECT_THROW(loop.run_forever(), fatal_exit);
  ASSERT_TRUE(kept.done());
  EXPECT_FALSE(kept.cancelled());
  EXPECT_THROW(kept.result(), fatal_exit);
}

TEST(conformance, CANC_26_cancel_of_a_failed_task_silences_its_report) {
  testing::internal::CaptureStderr();
  run([]() -> task<void> {
    auto silenced = create_task(fail("known"));
    auto loud = create_task(fail("unknown"), "loud");
    co_await turns(2);
    EXPECT_FALSE(silenced.cancel());
  }());
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "corace: task 'loud' failed, and nobody asked for its result: exception 'unknown'\n");
}

/// What timeouts and groups do: cancels the task it runs in after some turns, takes the request back at its end, and
/// tells whether the cancellation was its own alone.
task<bool> scope_that_cancels(int after_turns, int outside_requests) {
  const any_task self = this_task::current();
  const auto at_entry = self.cancelling();
  auto alarm = create_task([](any_task target, int wait) -> task<void> {
    co_await turns(wait);
    target.cancel();
  }(self, after_turns));
  for (int i = 0; i < outside_requests; ++i)
    event_loop::current()->call_later(1s, [self] { self.cancel(); });
  try {
    co_await sleep_for(outside_requests ? 2s : 1h);
  } catch (const cancelled_error &) {
    co_return self.uncancel() <= at_entry;
  }
  co_return false;
}

TEST(conformance, CANC_28_a_scope_that_cancels_its_task_takes_its_request_back) {
  run([]() -> task<void> {
    auto alone = create_task(scope_that_cancels(2, 0));
    EXPECT_TRUE(co_await alone);
    EXPECT_EQ(alone.cancelling(), 0u);
    auto nested = create_task([]() -> task<bool> {
      this_task::cancel(); // was swallowed before: the level at entry is 1
      try {
        co_await yield();
      } catch (const cancelled_error &) {
      }
      const bool own = co_await scope_that_cancels(2, 0);
      co_return own &&this_task::cancelling() == 1;
    }());
    EXPECT_TRUE(co_await nested);
    auto both = create_task([]() -> task<bool> {
      const any_task self = this_task::current();
      self.cancel();
      self.cancel(); // the scope's, and one from outside
      try {
        co_await yield();
      } catch (const cancelled_error &) {
        co_return self.uncancel() == 0;
      }
      co_return true;
    }());
    EXPECT_FALSE(co_await both) << "a request from outside is left: the error may not be converted";
  }());
}

TEST(conformance, CANC_31_delivery_takes_one_tick) {
  run([]() -> task<void> {
    std::uint64_t delivered = 0;
    auto handle = create_task([](std::uint64_t &at) -> task<void> {
      try {
        co_await sleep_long();
      } catch (const cancelled_error &) {
        at = ticks();
        throw;
      }
    }(delivered));
    co_await yield();
    const auto requested = ticks();
    handle.cancel();
    EXPECT_TRUE(co_await ends_cancelled(handle));
    EXPECT_EQ(delivered, requested + 1);
  }());
}

TEST(cancel, of_a_waiter_cancels_the_awaited_task_and_waits_for_it) {
  run([]() -> task<void> {
    texts log;
    auto child = create_task([](texts &l) -> task<void> {
      try {
        co_await sleep_long();
      } catch (const cancelled_error &) {
        l.push_back("child cleans up");
        throw;
      }
    }(log));
    auto parent = create_task([](task_handle<void> c, texts &l) -> task<void> {
      try {
        co_await c;
      } catch (const cancelled_error &) {
        l.push_back("parent");
        throw;
      }
    }(child, log));
    co_await turns(2);
    parent.cancel();
    EXPECT_TRUE(co_await ends_cancelled(parent));
    EXPECT_EQ(log, (texts{"child cleans up", "parent"}));
  }());
}

TEST(cancel, a_direct_await_lets_the_cancellation_through) {
  run([]() -> task<void> {
    bool cleaned = false;
    auto handle = create_task([](bool &c) -> task<void> {
      struct cleanup {
        bool &flag;
        ~cleanup() { flag = true; }
      } guard{c};
      co_await sleep_long();
    }(cleaned));
    co_await yield();
    handle.cancel();
    EXPECT_TRUE(co_await ends_cancelled(handle));
    EXPECT_TRUE(cleaned);
  }());
}

TEST(cancel, is_not_a_std_exception) { EXPECT_FALSE((std::is_base_of_v<std::exception, cancelled_error>)); }

// Without an end to the wait the request would go round for ever.
TEST(cancel, tasks_that_wait_for_one_another_end) {
  run([]() -> task<void> {
    task_handle<void> a, b, c;
    const auto wait = [](task_handle<void> &other) -> task<void> {
      co_await yield();
      co_await other;
    };
    a = create_task(wait(b));
    b = create_task(wait(c));
    c = create_task(wait(a));
    co_await turns(3);
    a.cancel();
    EXPECT_TRUE(co_await ends_cancelled(a));
    EXPECT_TRUE(b.cancelled());
    EXPECT_TRUE(c.cancelled());
  }());
}

} // namespace
} // namespace corace::test
