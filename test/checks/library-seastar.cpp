// RUN: %check_corace %s corace-read-await-write -- -I%S/Inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Seastar by its names: futures run by themselves, semaphores of one unit, a thread that waits in plain code.
#include "blocks.h"

namespace seastar {
template <typename T = void> struct [[nodiscard]] future : blocks::eager<future<T>, T> {
  T get();
  template <typename F> future<> then(F);
};
struct semaphore_units : blocks::guard {};
template <typename Clock> struct basic_semaphore {
  explicit basic_semaphore(int);
};
using semaphore = basic_semaphore<int>;
template <typename C> future<semaphore_units> get_units(basic_semaphore<C> &, int);
future<> sleep(int);
template <typename... F> future<int> when_all(F &&...);
template <typename... F> future<> when_all_succeed(F &&...);
struct thread {
  static void yield();
};
namespace coroutine {
template <typename F> blocks::awaiter<future<>> as_future(F);
}
} // namespace seastar

using seastar::future;
seastar::semaphore one{1}, four{4};
future<> rival() { n = 0; co_return; }
future<> fails() { throw 1; co_return; }
future<int> later();

future<> sleeps_bad() {
  int v = n;
  co_await seastar::sleep(1);
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}
future<> four_units_bad() {
  auto units = co_await seastar::get_units(four, 1);
  int v = n;
  co_await seastar::sleep(1);
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}
future<> not_awaited_bad() {
  auto units = seastar::get_units(one, 1);
  // EXPECT: 'units' is never awaited [corace-unawaited-task]
  co_await seastar::sleep(1);
}
void in_a_thread_bad() {
  int v = n;
  seastar::thread::yield();
  n = v + 1;
  // EXPECT: 'n' may be overwritten
}
int waits_bad() {
  int v = n;
  int got = later().get();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value: read on line {-2}, and other tasks can run at the call of 'future::get' on line {-1}
  return got;
}
future<> joined_bad() {
  co_await seastar::when_all(rival(), fails());
  // EXPECT: 'when_all' returns the failures of its tasks, and the result is dropped [corace-unobserved-failure]
}
void background_bad() {
  (void)fails();
  // EXPECT: 'fails' runs detached, and its failure is only logged [corace-unobserved-failure]
}

future<> one_unit_ok() {
  auto units = co_await seastar::get_units(one, 1);
  int v = n;
  co_await seastar::sleep(1);
  n = v + 1;
}
future<> available_ok() {
  auto f = co_await seastar::coroutine::as_future(rival());
  int v = n;
  f.get(); // in a coroutine a future that is not there yet cannot be got
  n = v + 1;
}
void continuation_ok(future<int> f) {
  int v = n;
  f.get();
  n = v + 1;
}
future<> joined_ok() { co_await seastar::when_all_succeed(rival(), fails()); }
future<> awaited_later_ok() {
  auto units = seastar::get_units(one, 1);
  n = 1;
  auto held = co_await std::move(units);
}

// A continuation runs once for each time it is registered.
struct served {
  int sent = 0;
  future<> loop_ok() {
    int v = sent;
    co_await seastar::sleep(1);
    sent = v + 1;
  }
  future<> serve() {
    return seastar::sleep(1).then([this] { return loop_ok(); });
  }
};
future<> serve_one() {
  served s;
  co_await s.serve();
}
struct served_twice {
  int sent = 0;
  future<> loop_bad() {
    int v = sent;
    co_await seastar::sleep(1);
    sent = v + 1;
    // EXPECT: 'sent' may be overwritten
  }
  future<> serve() {
    return seastar::sleep(1).then([this] { return loop_bad(); });
  }
};
future<> serve_two() {
  served_twice s;
  co_await seastar::when_all_succeed(s.serve(), s.serve());
}
