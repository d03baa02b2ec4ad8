// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

#include <csignal>
#include <cstdlib>
#include <thread>

namespace corace::test {
namespace {

TEST(conformance, RUN_01_run_gives_the_value_of_main_or_throws_what_it_threw) {
  EXPECT_EQ(run(give(42)), 42);
  EXPECT_THROW(run(fail("no")), std::runtime_error);
}

TEST(conformance, RUN_03_run_inside_a_running_loop_throws) {
  run([]() -> task<void> {
    EXPECT_THROW(run(give(1)), usage_error);
    co_return;
  }());
}

TEST(conformance, RUN_05_an_error_of_a_left_over_task_does_not_replace_the_result) {
  testing::internal::CaptureStderr();
  const int result = run([]() -> task<int> {
    create_task(
        []() -> task<void> {
          try {
            co_await sleep_long();
          } catch (const cancelled_error &) {
            throw std::runtime_error("while shutting down");
          }
        }(),
        "left")
        .detach();
    co_await yield();
    co_return 5;
  }());
  EXPECT_EQ(result, 5);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "corace: task 'left' failed while the event loop was shutting down: exception 'while shutting down'\n");
}

struct unprintable {
  explicit unprintable(int v) : value(v) {}
  unprintable(unprintable &&) = default;
  int value;
};

TEST(conformance, RUN_13_a_result_need_only_be_movable) {
  EXPECT_EQ(run([]() -> task<unprintable> { co_return unprintable(3); }()).value, 3);
  int x = 1;
  int &ref = run([](int &r) -> task<int &> { co_return r; }(x));
  EXPECT_EQ(&ref, &x);
}

task<bool> debugs() { co_return event_loop::current()->debug(); }

TEST(conformance, RUN_06_debug_mode_can_be_set_for_each_run) {
  EXPECT_TRUE(run(debugs(), run_options{.debug = true}));
  EXPECT_FALSE(run(debugs(), run_options{.debug = false}));
}

TEST(conformance, RUN_07_a_runner_runs_many_coroutines_on_one_loop) {
  runner r;
  event_loop &loop = r.get_loop();
  EXPECT_EQ(r.run(give(1)), 1);
  EXPECT_EQ(r.run(give(2)), 2);
  EXPECT_EQ(&r.get_loop(), &loop);
  r.close();
  r.close();
  EXPECT_THROW((void)r.get_loop(), usage_error);
  EXPECT_THROW(r.run(give(3)), usage_error);
}

TEST(conformance, RUN_10_a_factory_can_supply_the_loop) {
  struct own_loop : event_loop {
    using event_loop::event_loop;
  };
  int made = 0;
  run_options options;
  options.loop_factory = [&] {
    ++made;
    return std::make_unique<own_loop>();
  };
  EXPECT_TRUE(
      run([]() -> task<bool> { co_return dynamic_cast<own_loop *>(event_loop::current()) != nullptr; }(), options));
  EXPECT_EQ(made, 1);
  options.loop_factory = [] { return std::unique_ptr<event_loop>(); };
  EXPECT_THROW(run(give(1), options), usage_error);
}

TEST(conformance, RUN_11_an_interrupt_cancels_main) {
  const run_options options{.interruptible = true};
  EXPECT_THROW(run(
                   []() -> task<void> {
                     std::raise(SIGINT);
                     co_await sleep_long();
                   }(),
                   options),
               interrupted);
  EXPECT_EQ(run(
                []() -> task<int> {
                  std::raise(SIGINT);
                  try {
                    co_await sleep_long();
                  } catch (const cancelled_error &) {
                  }
                  co_return 3;
                }(),
                options),
            3)
      << "main has dealt with it";
  EXPECT_THROW(run(
                   []() -> task<void> {
                     this_task::cancel();
                     std::raise(SIGINT);
                     co_await sleep_long();
                   }(),
                   options),
               cancelled_error)
      << "main was cancelled for another reason before";
}

TEST(run, an_interrupt_wakes_a_sleeping_loop) {
  const auto self = ::pthread_self();
  std::thread other;
  EXPECT_THROW(run(
                   [](std::thread &o, pthread_t target) -> task<void> {
                     o = std::thread([target] { ::pthread_kill(target, SIGINT); });
                     co_await sleep_for(1h);
                   }(other, self),
                   run_options{.clock = run_options::time::real, .interruptible = true}),
               interrupted);
  other.join();
}

/// A loop whose handler writes into a log.
struct watched_loop : event_loop {
  explicit watched_loop(texts &l, bool debug_mode = false) : event_loop(run_options{.debug = debug_mode}), log(l) {
    set_exception_handler([this](event_loop &, const loop_report &report) { log.push_back(to_string(report)); });
  }
  void turn() {
    stop();
    run_forever();
  }
  texts &log;
};

TEST(conformance, EXH_01_an_exception_of_a_call_back_goes_to_the_handler) {
  event_loop loop;
  std::vector<loop_report> reports;
  loop.set_exception_handler([&](event_loop &, const loop_report &report) { reports.push_back(report); });
  const auto failing = loop.call_soon([] { throw std::runtime_error("bad"); });
  texts log;
  loop.call_soon([&] { log.push_back("the loop goes on"); });
  loop.stop();
  loop.run_forever();
  EXPECT_EQ(log.size(), 1u);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].callback, failing);
  EXPECT_THROW(std::rethrow_exception(reports[0].exception), std::runtime_error);
  EXPECT_EQ(to_string(reports[0]), "a call-back failed: exception 'bad'");
}

TEST(conformance, EXH_03_a_handler_can_be_set_and_asked_for_and_taken_back) {
  event_loop loop;
  EXPECT_FALSE(loop.get_exception_handler());
  event_loop *told = nullptr;
  loop.set_exception_handler([&](event_loop &of, const loop_report &) { told = &of; });
  EXPECT_TRUE(loop.get_exception_handler());
  loop.call_exception_handler({.message = "something"});
  EXPECT_EQ(told, &loop);
  loop.set_exception_handler(nullptr);
  testing::internal::CaptureStderr();
  loop.call_exception_handler({.message = "something else"});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "corace: something else\n");
}

TEST(conformance, EXH_04_a_handler_that_throws_is_reported_with_what_it_was_told) {
  event_loop loop;
  loop.set_exception_handler([](event_loop &, const loop_report &) { throw std::runtime_error("broken handler"); });
  testing::internal::CaptureStderr();
  loop.call_exception_handler({.message = "the first trouble"});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "corace: the exception handler failed: exception 'broken handler'; "
                                                    "while this was reported: the first trouble\n");
}

struct hopeless_loop : event_loop {
  void default_exception_handler(const loop_report &) override { throw std::runtime_error("hopeless"); }
};

TEST(conformance, EXH_05_a_default_handler_that_throws_leaves_a_line) {
  hopeless_loop loop;
  texts log;
  testing::internal::CaptureStderr();
  loop.call_soon([] { throw std::runtime_error("bad"); });
  loop.call_soon([&] { log.push_back("the loop goes on"); });
  loop.stop();
  loop.run_forever();
  EXPECT_NE(testing::internal::GetCapturedStderr().find("hopeless"), std::string::npos);
  EXPECT_EQ(log.size(), 1u);
}

TEST(conformance, EXH_07_a_fatal_exit_of_a_handler_comes_out) {
  event_loop loop;
  loop.set_exception_handler([](event_loop &, const loop_report &) { throw fatal_exit(9); });
  EXPECT_THROW(loop.call_exception_handler({.message = "x"}), fatal_exit);
  loop.call_soon([] { throw std::runtime_error("bad"); });
  EXPECT_THROW(loop.run_forever(), fatal_exit);
}

TEST(conformance, EXH_08_in_debug_mode_a_report_tells_where_the_object_was_made) {
  texts log;
  watched_loop loop(log, true);
  const auto line = static_cast<unsigned>(__LINE__) + 1;
  loop.call_soon([] { throw std::runtime_error("bad"); });
  loop.turn();
  ASSERT_EQ(log.size(), 1u);
  EXPECT_NE(log[0].find("created at "), std::string::npos) << log[0];
  EXPECT_NE(log[0].find("run_test.cpp:" + std::to_string(line)), std::string::npos) << log[0];
}

TEST(conformance, DBG_01_debug_mode_is_off_unless_it_is_asked_for) {
  ::unsetenv("CORACE_DEBUG");
  EXPECT_FALSE(event_loop().debug());
  EXPECT_TRUE(event_loop(run_options{.debug = true}).debug());
  for (const auto &[text, on] : {std::pair("1", true), std::pair("0", false), std::pair("", false)}) {
    ::setenv("CORACE_DEBUG", text, 1);
    EXPECT_EQ(event_loop().debug(), on) << text;
    EXPECT_FALSE(event_loop(run_options{.debug = false}).debug());
  }
  ::unsetenv("CORACE_DEBUG");
  event_loop loop;
  loop.set_debug(true);
  EXPECT_TRUE(loop.debug());
}

TEST(conformance, DBG_04_in_debug_mode_calls_from_another_thread_are_refused) {
  for (const bool debug : {true, false}) {
    event_loop loop(run_options{.debug = debug});
    loop.call_soon([&] {
      std::thread([&] {
        if (debug) {
          EXPECT_THROW(loop.call_soon([] {}), usage_error);
          EXPECT_THROW(loop.call_later(1s, [] {}), usage_error);
          EXPECT_THROW(loop.call_at({}, [] {}), usage_error);
        } else {
          EXPECT_NO_THROW(loop.call_soon([] {})); // nobody else touches the loop just now
        }
      }).join();
      loop.stop();
    });
    loop.run_forever();
  }
}

task<int> fetch_nothing() { co_return 1; }

TEST(conformance, DBG_06_a_coroutine_that_never_ran_is_reported_with_its_place) {
  testing::internal::CaptureStderr();
  {
    [[maybe_unused]] auto forgotten = fetch_nothing();
  }
  {
    auto closed = fetch_nothing();
    closed.discard();
  }
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(said.starts_with("corace: coroutine 'fetch_nothing' was never awaited")) << said;
  EXPECT_NE(said.find("run_test.cpp:"), std::string::npos) << said;
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
}

TEST(conformance, DBG_07_places_are_kept_only_in_debug_mode) {
  event_loop loop(run_options{.debug = false});
  EXPECT_FALSE(promise<int>(loop).get_future().created());
  loop.set_debug(true);
  const auto inside = promise<int>(loop).get_future();
  EXPECT_TRUE(inside.created());
  loop.set_debug(false);
  EXPECT_FALSE(promise<int>(loop).get_future().created());
  EXPECT_TRUE(inside.created()) << "what is known stays known";
}

TEST(conformance, DBG_08_futures_call_backs_and_tasks_show_where_they_were_made) {
  run(
      []() -> task<void> {
        const auto place = [](unsigned line) { return "run_test.cpp:" + std::to_string(line); };
        const auto line = static_cast<unsigned>(__LINE__);
        const auto f = promise<int>().get_future();
        const auto callback = event_loop::current()->call_soon([] {});
        const auto made = create_task(give(1));
        EXPECT_NE(to_string(f).find(place(line + 1)), std::string::npos) << to_string(f);
        EXPECT_NE(to_string(callback).find(place(line + 2)), std::string::npos) << to_string(callback);
        EXPECT_NE(to_string(made).find(place(line + 3)), std::string::npos) << to_string(made);
        co_await made;
      }(),
      run_options{.debug = true});
}

TEST(conformance, DBG_10_with_a_limit_of_zero_every_segment_is_slow) {
  const auto said = [](std::chrono::nanoseconds limit, bool debug) {
    testing::internal::CaptureStderr();
    run(turns(2), run_options{.debug = debug, .slow_segment = limit});
    const std::string text = testing::internal::GetCapturedStderr();
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_GE(said(0ns, true), 3);
  EXPECT_EQ(said(1h, true), 0);
  EXPECT_EQ(said(0ns, false), 0);
}

TEST(conformance, EAG_01_an_eager_task_may_be_finished_when_create_task_returns) {
  run([]() -> task<void> {
    texts log;
    auto handle = create_task(append(log, "ran"), task_options().eagerly());
    EXPECT_EQ(log, texts{"ran"});
    EXPECT_TRUE(handle.done());
    EXPECT_EQ(this_task::name(), "main") << "the creator goes on as itself";
    co_return;
  }());
}

TEST(conformance, EAG_02_awaiting_it_costs_no_tick) {
  run([]() -> task<void> {
    const auto before = ticks();
    EXPECT_EQ(co_await create_task(give(3), task_options().eagerly()), 3);
    EXPECT_EQ(ticks(), before);
  }());
}

TEST(conformance, EAG_03_cancelling_it_has_no_effect) {
  run([]() -> task<void> {
    auto handle = create_task(give(3), task_options().eagerly());
    EXPECT_FALSE(handle.cancel());
    EXPECT_EQ(co_await handle, 3);
  }());
}

TEST(conformance, EAG_05_one_that_waits_can_be_cancelled_right_away) {
  run([]() -> task<void> {
    auto handle = create_task(sleep_long(), task_options().eagerly());
    EXPECT_FALSE(handle.done());
    EXPECT_TRUE(handle.cancel("not needed"));
    try {
      co_await handle;
      ADD_FAILURE() << "nothing came out";
    } catch (const cancelled_error &e) {
      EXPECT_EQ(e.message(), "not needed");
    }
  }());
}

TEST(conformance, EAG_07_the_eager_segment_sees_a_copy_of_the_creators_context) {
  static context_var<int> number{"number", 0};
  run([]() -> task<void> {
    number.set(1);
    auto handle = create_task(
        []() -> task<int> {
          const int seen = number.get();
          number.set(2);
          co_return seen;
        }(),
        task_options().eagerly());
    EXPECT_EQ(handle.result(), 1);
    EXPECT_EQ(number.get(), 1);
    co_return;
  }());
}

TEST(run, a_strict_run_gives_up_a_turn_at_each_await_that_could_go_on) {
  const auto program = []() -> task<std::uint64_t> {
    promise<int> done;
    done.set_value(1);
    const auto before = ticks();
    (void)co_await done.get_future();
    co_return ticks() - before;
  };
  EXPECT_EQ(run(program(), run_options{.strict = false}), 0u);
  EXPECT_EQ(run(program(), run_options{.strict = true}), 1u);
}

TEST(run, a_second_fatal_exit_on_the_way_out_does_not_end_the_process) {
  const auto child = []() -> task<void> {
    co_await yield();
    throw fatal_exit(3);
  };
  const auto stubborn = []() -> task<void> {
    try {
      co_await sleep_long();
    } catch (const cancelled_error &) {
      throw fatal_exit(4);
    }
  };
  try {
    run([](auto first, auto second) -> task<void> {
      create_task(second()).detach();
      co_await with_task_group([&](task_group &g) -> task<void> {
        g.create_task(first()).detach();
        co_await sleep_long();
      });
    }(child, stubborn));
    ADD_FAILURE() << "nothing came out";
  } catch (const fatal_exit &e) {
    EXPECT_EQ(e.code(), 3);
  }
}

TEST(run, a_runner_keeps_background_tasks_until_it_is_closed) {
  texts log;
  runner r;
  auto background = r.run([](texts &l) -> task<task_handle<void>> {
    co_return create_task([](texts &to) -> task<void> {
      for (;;) {
        co_await sleep_for(1s);
        to.push_back("tick");
      }
    }(l));
  }(log));
  EXPECT_FALSE(background.done());
  r.run([]() -> task<void> { co_await sleep_for(2500ms); }());
  EXPECT_EQ(log, (texts{"tick", "tick"}));
  r.close();
  EXPECT_TRUE(background.cancelled());
}

TEST(run, a_task_that_is_made_while_the_loop_shuts_down_does_not_keep_it) {
  testing::internal::CaptureStderr();
  run([]() -> task<void> {
    create_task([]() -> task<void> {
      struct restarts {
        ~restarts() {
          create_task(
              []() -> task<void> {
                for (;;)
                  co_await sleep_for(1s);
              }(),
              "heartbeat")
              .detach();
        }
      } on_exit;
      co_await sleep_long();
    }())
        .detach();
    co_await yield();
  }());
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("tasks had not ended: 'heartbeat'"), std::string::npos) << said;
}

TEST(run, a_message_about_many_tasks_can_be_read) {
  try {
    run([]() -> task<void> {
      event never;
      std::vector<task_handle<void>> all;
      for (int i = 0; i < 1000; ++i)
        all.push_back(create_task([](event &e) -> task<void> { co_await e.wait(); }(never)));
      co_await never.wait();
    }());
    ADD_FAILURE() << "no deadlock";
  } catch (const deadlock_error &e) {
    EXPECT_LT(std::string(e.what()).size(), 2000u);
    EXPECT_NE(std::string(e.what()).find("and 981 more"), std::string::npos) << e.what();
  }
}

} // namespace
} // namespace corace::test
