// RUN: %check_corace %s corace-thread-local-across-await --models %S/Inputs/threads.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a thread has its own of, on both sides of a suspension.
#include "mock.h"

#include <cerrno>
#include <map>
#include <string>
#include <thread>

bool c();
mock::awaiter<> other_thread();
struct options {
  int level;
};
thread_local int tls;
thread_local options opts;
thread_local std::string text;
thread_local int table[4];
extern thread_local int depth;
int &current_depth(); // not visible
int &depths();        // of something else
int &visible() { return tls; }
int *pointer() { return &tls; }
struct pool {
  static thread_local pool *here;
};

mock::task<> reference_bad() {
  int &r = tls;
  co_await mock::work();
  r = 1;
  // EXPECT: 'r' refers to 'tls' of the thread that ran line {-2}; after the 'co_await' on line {-1} the coroutine may run on another one
  // EXPECT-NOTE -2: taken here
  // EXPECT-NOTE -1: may suspend here: the body of 'work'
  // EXPECT-NOTE -2: to mend it: take it again after line
}
mock::task<> reference_ok() {
  {
    int &r = tls;
    r = 1;
  }
  co_await mock::work();
  int &r = tls;
  r = 1;
}
mock::task<> changes_thread_bad() {
  auto &r = opts.level;
  co_await other_thread();
  use(r);
  // EXPECT: 'r' refers to 'opts' of the thread that ran line {-2}; after the 'co_await' on line {-1} the coroutine runs on another one
}
mock::task<> element_bad() {
  int &r = table[2];
  co_await mock::work();
  use(r);
  // EXPECT: 'r' refers to 'table'
}
mock::task<> pointer_bad() {
  int *p = &tls;
  co_await mock::work();
  *p = 1;
  // EXPECT: 'p' refers to 'tls'
}
mock::task<> pointer_ok() {
  int *p = &tls;
  *p = 1;
  co_await mock::work();
  p = &tls;
  *p = 1;
}
mock::task<> accessors_bad() {
  int &a = visible();
  int *b = pointer();
  int &d = current_depth();
  co_await mock::work();
  a = 1;
  // EXPECT: 'a' refers to 'tls'
  *b = 1;
  // EXPECT: 'b' refers to 'tls'
  d = 1;
  // EXPECT: 'd' refers to 'depth'
}
mock::task<> accessors_ok() {
  int &other = depths();
  co_await mock::work();
  other = 1;
  visible() = 1;
  use(visible());
}
mock::task<> kept_pointer_ok() { // what it points to is not the thread's
  pool *p = pool::here;
  co_await mock::work();
  use(p != nullptr);
}
mock::task<> compared_ok() {
  int *p = &tls;
  co_await mock::work();
  if (p != &tls)
    p = &tls;
  *p = 1;
}

mock::task<> written_bad() {
  tls = 1;
  co_await mock::work();
  use(tls);
  // EXPECT: each thread has its own 'tls': what is read here may not be what was written on line {-2}
}
mock::task<> written_again_ok() {
  tls = 1;
  co_await mock::work();
  tls = 2;
  use(tls);
}
mock::task<> read_only_ok() {
  use(tls);
  co_await mock::work();
  use(tls);
}
mock::task<> counted_ok() {
  ++depth;
  co_await mock::work();
  --depth;
}
mock::task<> tested_ok() {
  tls = 1;
  co_await mock::work();
  if (tls == 0)
    tls = 1;
}
mock::task<> set_back_bad() {
  const int old = tls;
  tls = 5;
  co_await mock::work();
  tls = old;
  // EXPECT: 'tls' is set to what was read on line {-3}, and each thread has its own
}
mock::task<> set_back_ok() {
  co_await mock::work();
  const int old = tls;
  tls = 5;
  visible();
  tls = old;
}
mock::task<> in_one_expression_bad() {
  tls = co_await mock::fetch(tls);
  // EXPECT: 'tls' is set to what was read on this line
}
mock::task<> compound_ok() { tls += co_await mock::fetch(); }
mock::task<> never_suspends_ok() {
  int &r = tls;
  co_await std::suspend_never{};
  r = 1;
}

mock::task<> errno_bad() {
  errno = 0;
  co_await mock::work();
  if (errno != 0)
    // EXPECT: each thread has its own 'errno'
    use(1);
}
mock::task<> errno_ok() {
  co_await mock::work();
  errno = 0;
  use(errno);
  const int kept = errno;
  co_await mock::work();
  use(kept);
}

std::map<std::thread::id, int> counts;
mock::task<> key_bad() {
  auto id = std::this_thread::get_id();
  co_await mock::work();
  ++counts[id];
  // EXPECT: 'id' names the thread that ran line {-2}
}
mock::task<> key_ok() {
  auto id = std::this_thread::get_id();
  ++counts[id];
  co_await mock::work();
  if (id != std::this_thread::get_id())
    use(1);
}
mock::task<> local_buffer_bad() {
  static thread_local std::string buffer;
  auto &b = buffer;
  co_await mock::work();
  b += "x";
  // EXPECT: 'b' refers to 'buffer'
}
mock::task<> loop_bad() {
  int &r = tls;
  while (c()) {
    use(r);
    // EXPECT: 'r' refers to 'tls'
    co_await mock::work();
  }
}

// A library that keeps to one thread.
struct staying_task : mock::task<> {
  struct promise_type : mock::promise_base<staying_task, void> {};
};
staying_task stays_ok() {
  int &r = tls;
  co_await mock::work();
  r = 1;
}
staying_task leaves_bad() {
  int &r = tls;
  co_await other_thread();
  r = 1;
  // EXPECT: 'r' refers to 'tls'
}
