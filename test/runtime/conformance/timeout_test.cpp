// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// timeout and timeout_at: cases TMO.
#include "support.h"

namespace corace::test {
namespace {

/// Whether the body lets a timeout_error through.
template <class Body> task<bool> times_out(timeout &limit, Body body) {
  try {
    co_await limit.run(std::move(body));
  } catch (const timeout_error &) {
    co_return true;
  }
  co_return false;
}

TEST(conformance, TMO_01_a_block_that_outlives_its_deadline_throws_timeout_error) {
  run([]() -> task<void> {
    timeout limit(10ms);
    EXPECT_TRUE(co_await times_out(limit, sleep_long));
    EXPECT_TRUE(limit.expired());
    EXPECT_EQ(now(), 10ms);
    EXPECT_EQ(this_task::cancelling(), 0u);
    co_await yield(); // nothing is left over
    EXPECT_THROW(co_await with_timeout(1s, sleep_long), timeout_error);
    EXPECT_EQ(co_await with_timeout(1s, [] { return give(4, 2); }), 4);
  }());
}

TEST(conformance, TMO_03_no_deadline_is_no_limit) {
  run([]() -> task<void> {
    timeout none(std::nullopt);
    EXPECT_EQ(none.when(), std::nullopt);
    co_await none.run(sleep_long);
    EXPECT_FALSE(none.expired());
    timeout at = timeout_at(std::nullopt);
    EXPECT_EQ(at.when(), std::nullopt);
    co_await at.run(sleep_long);
    EXPECT_FALSE(at.expired());
    co_await with_timeout(std::nullopt, sleep_long);
    EXPECT_EQ(now(), 72h);
  }());
}

TEST(conformance, TMO_04_the_delay_counts_from_the_making_of_the_object) {
  run([]() -> task<void> {
    timeout limit(5s);
    auto lazy = with_timeout(5s, sleep_long);
    co_await sleep_for(3s);
    EXPECT_EQ(limit.when(), loop_clock::time_point(5s));
    EXPECT_TRUE(co_await times_out(limit, sleep_long));
    EXPECT_EQ(now(), 5s);
    EXPECT_THROW(co_await lazy, timeout_error);
    EXPECT_EQ(now(), 5s);
  }());
  EXPECT_THROW(timeout{1s}, usage_error); // no loop, no clock
}

TEST(conformance, TMO_06_past_its_deadline_the_first_suspension_ends_in_timeout_error) {
  run([]() -> task<void> {
    co_await sleep_for(1s);
    for (const loop_clock::duration delay : {0s, -5s}) {
      timeout limit(delay);
      bool after = false;
      EXPECT_TRUE(co_await times_out(limit, [&]() -> task<void> {
        co_await yield();
        after = true;
      }));
      EXPECT_FALSE(after);
      EXPECT_TRUE(limit.expired());
    }
    EXPECT_EQ(now(), 1s);
  }());
}

TEST(conformance, TMO_08_the_cancellation_is_nested_in_the_timeout_error) {
  run([]() -> task<void> {
    bool nested = false;
    try {
      co_await with_timeout(1s, sleep_long);
    } catch (const timeout_error &e) {
      EXPECT_STREQ(e.what(), "task 'main' has passed its time limit");
      try {
        std::rethrow_if_nested(e);
      } catch (const cancelled_error &) {
        nested = true;
      }
    }
    EXPECT_TRUE(nested);
  }());
}

TEST(conformance, TMO_09_other_exceptions_pass_and_the_limit_has_not_expired) {
  run([]() -> task<void> {
    timeout limit(1s);
    EXPECT_THROW(co_await limit.run([] { return fail("body", 1); }), std::runtime_error);
    EXPECT_FALSE(limit.expired());
    co_await sleep_for(5s);
    EXPECT_EQ(this_task::cancelling(), 0u);
  }());
}

TEST(conformance, TMO_11_a_cancellation_from_elsewhere_before_the_deadline_passes) {
  run([]() -> task<void> {
    bool expired = true;
    auto victim = create_task([](bool &out) -> task<void> {
      timeout limit(1h);
      try {
        co_await limit.run(sleep_long);
      } catch (const cancelled_error &) {
        out = limit.expired();
        throw;
      }
    }(expired));
    co_await turns(2);
    victim.cancel();
    EXPECT_TRUE(co_await ends_cancelled(victim));
    EXPECT_FALSE(expired);
  }());
}

/// How the inner one of two limits ends, and whether the outer one throws.
struct nest {
  std::string inner = "in time";
  bool inner_expired = false, outer_threw = false, outer_expired = false;
};

task<nest> two_limits(loop_clock::duration outside, loop_clock::duration inside) {
  nest seen;
  timeout outer(outside), inner(inside);
  seen.outer_threw = co_await times_out(outer, [&]() -> task<void> {
    try {
      co_await inner.run(sleep_long);
    } catch (const cancelled_error &) {
      seen.inner = "cancelled";
      throw;
    } catch (const timeout_error &) {
      seen.inner = "timeout";
      throw;
    }
  });
  seen.inner_expired = inner.expired();
  seen.outer_expired = outer.expired();
  EXPECT_EQ(this_task::cancelling(), 0u);
  co_return seen;
}

TEST(conformance, TMO_13_of_two_limits_that_expire_together_the_outer_one_throws) {
  run([]() -> task<void> {
    const nest seen = co_await two_limits(1s, 1s);
    EXPECT_EQ(seen.inner, "cancelled");
    EXPECT_TRUE(seen.outer_threw);
    EXPECT_TRUE(seen.inner_expired);
    EXPECT_TRUE(seen.outer_expired);
  }());
}

TEST(conformance, TMO_15_when_only_the_outer_limit_passes_the_inner_one_lets_it_through) {
  run([]() -> task<void> {
    const nest seen = co_await two_limits(1s, 5s);
    EXPECT_EQ(seen.inner, "cancelled");
    EXPECT_TRUE(seen.outer_threw);
    EXPECT_FALSE(seen.inner_expired);
    EXPECT_TRUE(seen.outer_expired);
  }());
}

TEST(conformance, TMO_16_after_an_inner_limit_the_outer_one_still_cuts_off) {
  run([]() -> task<void> {
    timeout outer(3s);
    bool handled = false;
    EXPECT_TRUE(co_await times_out(outer, [&]() -> task<void> {
      timeout inner(1s);
      handled = co_await times_out(inner, sleep_long);
      co_await sleep_long();
    }));
    EXPECT_TRUE(handled);
    EXPECT_EQ(now(), 3s);
  }());
}

TEST(conformance, TMO_17_reschedule_moves_removes_and_advances_the_deadline) {
  run([]() -> task<void> {
    timeout limit(1s);
    EXPECT_THROW(limit.reschedule(std::nullopt), usage_error); // not entered
    EXPECT_TRUE(co_await times_out(limit, [&]() -> task<void> {
      const auto later = loop_clock::now() + 10s;
      limit.reschedule(later);
      EXPECT_EQ(limit.when(), later);
      co_await sleep_for(5s);
      limit.reschedule(std::nullopt);
      EXPECT_EQ(limit.when(), std::nullopt);
      co_await sleep_for(1h);
      limit.reschedule(loop_clock::time_point(1s)); // long past
      co_await yield();
      ADD_FAILURE() << "not reached";
    }));
    EXPECT_EQ(now(), 1h + 5s);
    EXPECT_THROW(limit.reschedule(std::nullopt), usage_error); // expired
  }());
}

TEST(conformance, TMO_19_a_timeout_is_entered_once) {
  run([]() -> task<void> {
    timeout limit(1s);
    co_await limit.run([&]() -> task<void> { EXPECT_THROW(co_await limit.run(sleep_long), usage_error); });
    EXPECT_FALSE(limit.expired());
    std::string text;
    try {
      co_await limit.run(sleep_long);
    } catch (const usage_error &e) {
      text = e.what();
    }
    EXPECT_EQ(text, "task 'main' enters a timeout until 1.000000 s, finished, which was entered already");
  }());
}

TEST(conformance, TMO_21_a_fresh_limit_works_in_the_cleanup_of_one_that_expires) {
  run([]() -> task<void> {
    timeout outer(1s);
    bool inner_threw = false;
    EXPECT_TRUE(co_await times_out(outer, [&]() -> task<void> {
      std::exception_ptr failure;
      try {
        co_await sleep_long();
      } catch (const cancelled_error &) {
        failure = std::current_exception();
      }
      timeout inner(2s);
      inner_threw = co_await times_out(inner, sleep_long);
      EXPECT_TRUE(inner.expired());
      std::rethrow_exception(failure);
    }));
    EXPECT_TRUE(inner_threw);
    EXPECT_EQ(now(), 3s);
  }());
}

TEST(conformance, TMO_22_requests_from_before_the_entry_do_not_count) {
  run([]() -> task<void> {
    auto stubborn = create_task([]() -> task<bool> {
      try {
        co_await sleep_long();
      } catch (const cancelled_error &) {
      }
      EXPECT_EQ(this_task::cancelling(), 1u);
      timeout limit(1s);
      const bool threw = co_await times_out(limit, sleep_long);
      EXPECT_EQ(this_task::cancelling(), 1u);
      co_return threw;
    }());
    co_await turns(2);
    stubborn.cancel();
    EXPECT_TRUE(co_await stubborn);
  }());
}

TEST(conformance, TMO_24_the_exception_group_of_a_task_group_that_is_timed_out_passes) {
  run([]() -> task<void> {
    timeout limit(1s);
    bool grouped = false;
    try {
      co_await limit.run([] {
        return with_task_group([](task_group &group) -> task<void> {
          group.create_task([]() -> task<void> {
            try {
              co_await sleep_long();
            } catch (const cancelled_error &) {
              throw std::runtime_error("cleanup");
            }
          }());
          co_await sleep_long();
        });
      });
    } catch (const exception_group &e) {
      grouped = e.exceptions().size() == 1;
    }
    EXPECT_TRUE(grouped);
    EXPECT_TRUE(limit.expired());
    EXPECT_EQ(this_task::cancelling(), 0u);
    co_await yield(); // no cancellation is left over
  }());
}

TEST(conformance, TMO_26_a_timeout_takes_back_its_own_request_only) {
  run([]() -> task<void> {
    std::uint32_t left = 0;
    auto victim = create_task([](std::uint32_t &out) -> task<void> {
      timeout limit(1s);
      try {
        co_await limit.run([]() -> task<void> {
          try {
            co_await sleep_long();
          } catch (const cancelled_error &) {
          }
          EXPECT_EQ(this_task::cancelling(), 1u);
          co_await sleep_long();
        });
      } catch (const cancelled_error &) {
        EXPECT_TRUE(limit.expired());
        out = this_task::cancelling();
        throw;
      }
    }(left));
    co_await sleep_for(2s);
    victim.cancel();
    EXPECT_TRUE(co_await ends_cancelled(victim));
    EXPECT_EQ(left, 1u);
  }());
}

TEST(conformance, TMO_27_the_text_says_how_far_it_is) {
  run([]() -> task<void> {
    timeout limit(10ms);
    EXPECT_EQ(to_string(limit), "timeout until 0.010000 s, not entered");
    EXPECT_TRUE(co_await times_out(limit, [&]() -> task<void> {
      EXPECT_EQ(to_string(limit), "timeout until 0.010000 s, active");
      try {
        co_await sleep_long();
      } catch (const cancelled_error &) {
        EXPECT_EQ(to_string(limit), "timeout until 0.010000 s, expiring");
        throw;
      }
    }));
    EXPECT_EQ(to_string(limit), "timeout until 0.010000 s, expired");
    timeout none(std::nullopt);
    co_await none.run([] { return turns(1); });
    EXPECT_EQ(to_string(none), "timeout without limit, finished");
  }());
}

TEST(conformance, TMO_29_timeout_at_takes_a_time_of_the_loops_clock) {
  run([]() -> task<void> {
    co_await sleep_for(1s);
    timeout limit = timeout_at(loop_clock::now() + 2s);
    EXPECT_EQ(limit.when(), loop_clock::time_point(3s));
    EXPECT_TRUE(co_await times_out(limit, sleep_long));
    EXPECT_EQ(now(), 3s);
    EXPECT_THROW(co_await with_timeout_at(loop_clock::time_point(4s), sleep_long), timeout_error);
    EXPECT_EQ(now(), 4s);
  }());
}

TEST(conformance, TMO_30_leaving_in_time_stops_the_clock) {
  run([]() -> task<void> {
    co_await with_timeout(1h, [] { return turns(1); });
    event never;
    auto stuck = create_task([](event &e) -> task<void> { co_await e.wait(); }(never));
    co_await turns(3);
    EXPECT_EQ(now(), 0s);
    stuck.cancel();
    co_await ends_cancelled(stuck);
    co_await sleep_for(2h); // past what was the deadline
    EXPECT_EQ(this_task::cancelling(), 0u);
  }());
  // With no timer left, a task that waits for nothing is a deadlock at time zero.
  EXPECT_THROW(run([]() -> task<void> {
                 co_await with_timeout(1h, [] { return turns(1); });
                 event never;
                 co_await never.wait();
               }()),
               deadlock_error);
}

TEST(conformance, TMO_31_a_body_that_passes_the_deadline_without_a_suspension_is_not_cut_off) {
  run(
      []() -> task<void> {
        timeout limit(1ms);
        co_await limit.run([]() -> task<void> {
          const auto enough = loop_clock::now() + 2ms;
          while (loop_clock::now() < enough) {
          }
          co_return;
        });
        EXPECT_FALSE(limit.expired());
        EXPECT_EQ(this_task::cancelling(), 0u);
        co_await yield();
      }(),
      run_options{.clock = run_options::time::real});
}

} // namespace
} // namespace corace::test
