// RUN: %check_corace %s corace-unawaited-task --models %S/Inputs/task-types.yaml -- -Wno-unused-result
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What becomes of a dropped task, by its type: from the model, or from the promise.
#include <coroutine>

namespace lib {
struct awaitable {
  bool await_ready();
  void await_suspend(std::coroutine_handle<>);
  void await_resume();
};
struct eager : awaitable {};
struct background : awaitable {};
struct scoped : awaitable {};
struct leaking : awaitable {};
struct once : awaitable {};
struct generator {};
eager start();
eager over(); // see the model: it is done, and did not fail
background fire();
scoped watch();
leaking leak();
once single();
generator numbers();
struct mutex {
  eager lock();
  leaking scoped_lock();
};
} // namespace lib

template <typename Task, typename Initial> struct promise_base {
  Task get_return_object();
  Initial initial_suspend() noexcept;
  std::suspend_always final_suspend() noexcept;
  void unhandled_exception();
  void return_void();
};
template <typename T> struct lazy : lib::awaitable {
  struct promise_type {
    lazy get_return_object();
    std::suspend_always initial_suspend() noexcept;
    std::suspend_always final_suspend() noexcept;
    void unhandled_exception();
    void return_void();
  };
};
struct hot : lib::awaitable {
  struct promise_type : promise_base<hot, std::suspend_never> {};
};
struct cold : lib::awaitable {
  struct promise_type : promise_base<cold, std::suspend_always> {};
};
struct stream : lib::awaitable {
  struct promise_type : promise_base<stream, std::suspend_always> {
    std::suspend_always yield_value(int);
  };
};
lazy<int> template_task();
hot eager_coroutine();
cold cold_coroutine();
stream async_numbers();

void modelled_bad() {
  lib::start();
  // EXPECT: the task of 'start' is discarded: 'start' goes on by itself, and nobody waits for it or sees its failure
  lib::watch();
  // EXPECT: the task of 'watch' is discarded: 'watch' is cancelled
  lib::leak();
  // EXPECT: the task of 'leak' is discarded: the body of 'leak' never runs, and its frame is never freed
}
void lock_bad(lib::mutex &m) {
  auto guard = m.lock();
  // EXPECT: 'guard' is never awaited: 'mutex::lock' goes on by itself
  // EXPECT-NOTE 0: without 'co_await' the code goes on before it has the lock
}
void lazy_lock_bad(lib::mutex &m) {
  m.scoped_lock();
  // EXPECT: the task of 'mutex::scoped_lock' is discarded
  // EXPECT-NOTE 0: without 'co_await' nothing is locked
}
cold once_bad() {
  auto t = lib::single();
  co_await t;
  co_await t;
  // EXPECT: 't' is awaited again: its task can be awaited only once, and was on line {-1}
}
void by_promise_bad() {
  template_task();
  // EXPECT: the task of 'template_task' is discarded: the body of 'template_task' never runs
  cold_coroutine();
  // EXPECT: the task of 'cold_coroutine' is discarded
}

void may_be_dropped_ok() {
  lib::fire();
  lib::numbers();
  eager_coroutine();
  async_numbers();
  auto running = lib::watch(); // cancelled at the end of the block
  auto background = lib::fire();
}

lib::eager over_from_the_start_ok(bool k) {
  lib::eager e = lib::over();
  if (k)
    e = lib::start();
  return e;
}
lib::eager started_bad(bool k) {
  lib::eager e = lib::start();
  if (k)
    e = lib::over();
  // EXPECT: 'e' is overwritten before it was awaited: 'start' goes on by itself
  return e;
}

lib::eager in_one_round_ok() { // the condition may hold once
  lib::eager e = lib::over();
  for (int i = 0; i < 9; ++i)
    if (i == 5)
      e = lib::start();
  return e;
}
lib::eager in_every_round_bad() {
  lib::eager e = lib::over();
  for (int i = 0; i < 9; ++i)
    e = lib::start();
  // EXPECT: 'e' is overwritten before it was awaited
  return e;
}
