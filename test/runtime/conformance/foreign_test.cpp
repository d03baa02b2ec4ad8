// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tasks that await what is not the runtime's: whoever resumes them, they go on through their loop's queue.
#include "support.h"

#include <atomic>
#include <coroutine>
#include <thread>

namespace corace::test {
namespace {

/// A call-back interface as libraries have it: who waits is resumed inside fire().
class signal_source {
public:
  struct awaiter {
    signal_source &source;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) noexcept { source.waiting_ = waiting; }
    int await_resume() const noexcept { return source.value_; }
  };
  awaiter operator co_await() noexcept { return {*this}; }
  void fire(int value) {
    value_ = value;
    std::exchange(waiting_, nullptr).resume();
  }
  [[nodiscard]] bool waited_for() const noexcept { return static_cast<bool>(waiting_); }

private:
  std::coroutine_handle<> waiting_;
  int value_ = 0;
};

task<void> listen(signal_source &source, texts &log) { log.push_back("got " + std::to_string(co_await source)); }

TEST(foreign, a_call_back_that_resumes_queues_the_task) {
  texts log;
  run([](texts &l) -> task<void> {
    signal_source source;
    auto waiter = create_task(listen(source, l));
    co_await yield();
    source.fire(3);
    l.push_back("after fire()");
    co_await waiter;
  }(log));
  EXPECT_EQ(log, (texts{"after fire()", "got 3"}));
}

TEST(foreign, a_task_goes_on_on_its_loops_thread) {
  run([]() -> task<void> {
    struct other_thread {
      std::thread &worker;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> waiting) const {
        worker = std::thread([waiting] { waiting.resume(); });
      }
      void await_resume() const noexcept {}
    };
    const auto home = std::this_thread::get_id();
    for (int i = 0; i < 100; ++i) {
      std::thread worker;
      co_await other_thread{worker};
      EXPECT_EQ(std::this_thread::get_id(), home);
      worker.join();
    }
  }());
}

TEST(foreign, await_suspend_may_decline) {
  struct declines {
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<>) const noexcept { return false; }
    int await_resume() const noexcept { return 4; }
  };
  struct transfers_back {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) const noexcept { return waiting; }
    int await_resume() const noexcept { return 5; }
  };
  run([]() -> task<void> {
    const auto before = ticks();
    EXPECT_EQ(co_await declines(), 4);
    EXPECT_EQ(co_await transfers_back(), 5);
    EXPECT_EQ(ticks(), before);
    co_await yield(); // the task is in order
  }());
}

TEST(foreign, await_suspend_may_throw) {
  struct throws {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) const { throw std::runtime_error("refused"); }
    void await_resume() const noexcept {}
  };
  run([]() -> task<void> {
    EXPECT_THROW(co_await throws(), std::runtime_error);
    co_await yield();
  }());
}

/// Another library's lazy coroutine.
struct lazy {
  struct promise_type {
    lazy get_return_object() { return lazy(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct final {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        return self.promise().continuation;
      }
      void await_resume() noexcept {}
    };
    final final_suspend() noexcept { return {}; }
    void return_value(int v) { value = v; }
    void unhandled_exception() { std::terminate(); }
    std::coroutine_handle<> continuation;
    int value = 0;
  };
  struct awaiter {
    std::coroutine_handle<promise_type> coroutine;
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
      coroutine.promise().continuation = waiting;
      return coroutine;
    }
    int await_resume() const noexcept { return coroutine.promise().value; }
  };
  explicit lazy(std::coroutine_handle<promise_type> c) : coroutine(c) {}
  lazy(const lazy &) = delete;
  lazy &operator=(const lazy &) = delete;
  ~lazy() { coroutine.destroy(); }
  awaiter operator co_await() && noexcept { return {coroutine}; }
  std::coroutine_handle<promise_type> coroutine;
};

lazy add(signal_source &source, int to) { co_return to + co_await source; }

TEST(foreign, another_librarys_coroutine_can_be_awaited) {
  run([]() -> task<void> {
    signal_source source;
    auto sum = create_task([](signal_source &s) -> task<int> { co_return co_await add(s, 10); }(source));
    co_await yield();
    source.fire(5);
    EXPECT_FALSE(sum.done()) << "it was resumed inline";
    EXPECT_EQ(co_await sum, 15);
  }());
}

TEST(foreign, a_cancelled_task_keeps_what_it_waited_for_and_is_cancelled_at_its_next_await) {
  texts log;
  run([](texts &l) -> task<void> {
    signal_source source;
    auto waiter = create_task([](signal_source &s, texts &to) -> task<void> {
      to.push_back("got " + std::to_string(co_await s));
      co_await yield();
      to.push_back("not reached");
    }(source, l));
    co_await yield();
    waiter.cancel();
    co_await turns(3);
    EXPECT_TRUE(source.waited_for()) << "a foreign wait cannot be ended early";
    source.fire(1);
    EXPECT_TRUE(co_await ends_cancelled(waiter));
  }(log));
  EXPECT_EQ(log, texts{"got 1"});
}

TEST(foreign, a_task_that_waits_is_described) {
  run([]() -> task<void> {
    signal_source source;
    texts log;
    auto waiter = create_task(listen(source, log), "listener");
    co_await yield();
    EXPECT_EQ(to_string(waiter), "task 'listener' pending, waits for an awaitable that is not one of the runtime's");
    source.fire(1);
    co_await waiter;
  }());
}

TEST(foreign, in_debug_mode_a_loop_that_waits_for_long_says_for_what) {
  testing::internal::CaptureStderr();
  run(
      []() -> task<void> {
        struct slow_thread {
          std::thread &worker;
          bool await_ready() const noexcept { return false; }
          void await_suspend(std::coroutine_handle<> waiting) const {
            worker = std::thread([waiting] {
              std::this_thread::sleep_for(50ms);
              waiting.resume();
            });
          }
          void await_resume() const noexcept {}
        };
        std::thread worker;
        co_await slow_thread{worker};
        worker.join();
      }(),
      run_options{.debug = true, .slow_segment = 10us});
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("nothing has run for"), std::string::npos) << said;
  EXPECT_NE(said.find("'main' waits for an awaitable that is not one of the runtime's"), std::string::npos) << said;
}

lazy through_ours(signal_source &source) {
  const int first = co_await [](signal_source &s) -> task<int> {
    co_await yield(); // parks the task further in than where it waits for the other library
    const int got = co_await s;
    co_await sleep_for(1s);
    co_return got;
  }(source);
  co_return first + 1;
}

TEST(foreign, a_task_may_wait_for_another_library_that_waits_for_a_task) {
  run([]() -> task<void> {
    signal_source source;
    auto sum = create_task([](signal_source &s) -> task<int> {
      const int got = co_await through_ours(s);
      co_await yield();
      co_return got;
    }(source));
    co_await turns(3);
    source.fire(5);
    EXPECT_EQ(co_await sum, 6);
  }());
}

TEST(foreign, a_primitive_cannot_be_awaited_by_a_coroutine_that_is_no_task) {
  static_assert(std::is_convertible_v<std::coroutine_handle<task<int>::promise_type>, detail::task_coroutine>);
  static_assert(std::is_constructible_v<detail::task_coroutine, std::coroutine_handle<>>);
}

/// Runs on its own: nobody awaits it.
struct detached {
  struct promise_type {
    detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() { caught = std::current_exception(); }
    static inline std::exception_ptr caught;
  };
};

TEST(foreign, a_coroutine_that_no_task_awaits_cannot_await_a_task) {
  detached::promise_type::caught = nullptr;
  run([]() -> task<void> {
    []() -> detached { co_await turns(3); }();
    EXPECT_THROW(std::rethrow_exception(detached::promise_type::caught), usage_error);
    co_await yield(); // the task is in order
  }());
  detached::promise_type::caught = nullptr;
}

} // namespace
} // namespace corace::test
