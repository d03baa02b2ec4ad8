// RUN: %check_corace %s corace-detached-lifetime --models %inputs/mock.yaml --models %S/Inputs/lifetime.yaml -- -std=c++23 -I%inputs -I%S/Inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tasks that run by themselves, and callables that somebody keeps or does not.
#include "lifetime.h"

#include <atomic>
#include <functional>
#include <utility>

using mock::task;

struct object {
  int n = 0;
  task<> run() { co_await mock::sleep(); use(n); }
  task<> nothing() { co_await mock::sleep(); }
  task<> unseen();
};
task<> read(const std::string &s) { co_await mock::sleep(); use(s); }
void pump();

void spawned_bad() {
  object o;
  mock::spawn(o.run());
  // EXPECT: 'o' may be gone when 'run' uses it on line 16: nobody waits for the task here
  // EXPECT-NOTE 0: 'spawn' starts it and goes on
}
void spawned_unseen_bad() {
  object o;
  mock::spawn(o.unseen());
  // EXPECT: 'o' may be gone when 'unseen' may use it: nobody waits for the task here
}
void temporary_bad() {
  mock::spawn(object().run());
  // EXPECT: this object, a temporary, is gone when 'run' uses it
}
void spawned_ok(object &r) {
  object o;
  mock::spawn(o.nothing());
  mock::spawn(r.run());
}
void pumped_ok() {
  object o;
  mock::spawn(o.run());
  pump(); // perhaps until all is done
}
void spun_ok(std::atomic<bool> &done) {
  object o;
  mock::spawn(o.run());
  while (!done)
    ;
}
void looped_bad(bool done) {
  object o;
  mock::spawn(o.run());
  // EXPECT: 'o' may be gone when 'run' uses it
  while (!done)
    done = true;
}
struct waits_at_end : object {
  ~waits_at_end() { pump(); }
};
void waits_at_end_ok() {
  object o;
  waits_at_end own, runner;
  mock::spawn(own.run());
  mock::spawn(o.run());
}
task<> joined_ok(lib::scope &s) {
  object o;
  s.spawn(o.run());
  co_await s.join();
}
void scoped_temporary_bad(lib::scope &s) {
  s.spawn(read("key"));
  // EXPECT: this temporary is gone when 'read' uses it on line 20 through 's': the task runs until its scope is joined
}

void called_bad(lib::executor ex, int k) {
  lib::co_spawn(ex, [k]() -> task<> { co_await mock::sleep(); use(k); }(), lib::detached);
  // EXPECT: the lambda is a temporary, and is gone with its captures
  // EXPECT-NOTE 0: to mend it: hand over the lambda itself, without calling it: 'co_spawn' keeps it
}
task<> callable_ok(lib::executor ex, int k) {
  lib::co_spawn(ex, [k]() -> task<> { co_await mock::sleep(); use(k); }, lib::detached);
  co_await lib::co_spawn(ex, [&]() -> task<> { co_await mock::sleep(); use(k); }, lib::use_awaitable);
  co_await lib::invoke([&]() -> task<> { co_await mock::sleep(); use(k); });
}
void captured_by_reference_bad(lib::executor ex) {
  int k = 0;
  lib::co_spawn(ex, [&]() -> task<> { co_await mock::sleep(); use(k); }, lib::detached);
  // EXPECT: 'k', captured by reference, may be gone when the lambda uses it on this line: nobody waits for the task here
}
void captured_by_reference_ok(lib::executor ex) {
  int k = 0;
  lib::co_spawn(ex, [&]() -> task<> { co_await mock::sleep(); use(k); }, lib::detached);
  pump();
}
task<> returned_bad() {
  int k = 0;
  return lib::invoke([&]() -> task<> { co_await mock::sleep(); use(k); });
  // EXPECT: 'k', captured by reference, is gone when the lambda uses it on this line: the task is returned
}

void then_bad(lib::future f, int k) {
  f.then([k]() -> lib::eager<> { co_await mock::sleep(); use(k); });
  // EXPECT: the captures are gone when the lambda uses 'k' on this line: 'future::then' destroys the lambda once it has called it
  f.then([k]() -> lib::eager<> { int own = k; co_await mock::sleep(); use(own); });
}
template <typename F> struct wraps { explicit wraps(F) {} lib::eager<> operator()(); };
namespace lib {
template <typename F> struct keeper { explicit keeper(F) {} eager<> operator()(); };
}
void wrapped(lib::future f, int k) { // what keeps the lambda until its task has ended, and what does not say so
  f.then(lib::keeper([k]() -> lib::eager<> { co_await mock::sleep(); use(k); }));
  f.then(wraps([k]() -> lib::eager<> { co_await mock::sleep(); use(k); }));
  // EXPECT: the captures are gone when the lambda uses 'k'
}
bool never() { return false; }
#define ONCE(statement, again) do { statement; } while (again())
bool repeat();
void in_a_macro(lib::future f, int k) {
  f.then([k]() -> lib::eager<> { ONCE(use(k); co_await mock::sleep(), never); });
  f.then([k]() -> lib::eager<> { ONCE(use(k); co_await mock::sleep(), repeat); });
  // EXPECT: the captures are gone when the lambda uses 'k'
}
task<> borrowed(int &gate, int k) {
  co_await lib::with_gate(gate, [k]() -> lib::eager<> { co_await mock::sleep(); use(k); });
  (void)lib::with_gate(gate, [k]() -> lib::eager<> { co_await mock::sleep(); use(k); });
  // EXPECT: the lambda is a temporary, and is gone with its captures
}

// A template that is given the lambda is looked at as it is instantiated.
template <typename F> void start(F f) {
  mock::spawn(f());
  // EXPECT: 'f' may be gone with its captures when its coroutine uses 'k' on line {+5}: nobody waits for the task here
}
template <typename F> task<> keep(F f) { co_await f(); }
void templates(int k) {
  start([k]() -> task<> { co_await mock::sleep(); use(k); });
  mock::spawn(keep([k]() -> task<> { co_await mock::sleep(); use(k); }));
}

// Nobody can await a lib::forget.
struct events {
  std::function<void()> changed;
  int n = 0;
  void attach_bad() {
    changed = [this] {
      [](events *) -> lib::forget { co_await mock::sleep(); }(this);
    };
    changed = [this]() -> lib::forget { co_await mock::sleep(); use(n); };
    // EXPECT: the captures may be gone when the lambda uses 'this' on this line: nobody can await its coroutine, and it may outlive the lambda
    // EXPECT-NOTE 0: to mend it: copy what is needed into locals before the first suspension
  }
  void attach_ok() {
    changed = [this]() -> lib::forget { auto self = this; co_await mock::sleep(); use(self->n); };
    auto direct = [&]() -> lib::forget { co_await mock::sleep(); use(n); };
    direct();
    pump();
  }
};
