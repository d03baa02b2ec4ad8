// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mark that keeps others out, or a count, that stays when the await fails.
#include "mock.h"

bool broken();
mock::task<> fails() {
  co_await mock::sleep();
  if (broken())
    throw 1;
}
mock::task<> fine() { co_await mock::sleep(); }

template <typename F> struct finally {
  F f;
  ~finally() { f(); }
};
template <typename F> finally(F) -> finally<F>;

struct worker {
  bool busy = false, guarded = false, caught = false, quiet = false, unknown = false, helped = false;
  bool started = false;
  int running = 0, counted = 0;

  mock::task<> once_bad() {
    if (busy)
      co_return;
    busy = true;
    co_await fails();
    // EXPECT: if 'fails' fails here, 'busy' stays set and keeps others out for ever
    // EXPECT-NOTE -1: set here
    // EXPECT-NOTE -19: thrown here, and caught nowhere on the way
    // EXPECT-NOTE +6: what is thrown passes this by
    // EXPECT-NOTE -1: to mend it: undo it in the destructor of a local
    busy = false;
  }
  mock::task<> count_bad() {
    ++running;
    co_await fails();
    // EXPECT: if 'fails' fails here, 'running' is never counted back
    --running;
  }
  mock::task<> guarded_ok() {
    if (guarded)
      co_return;
    guarded = true;
    finally last{[this] { guarded = false; }};
    co_await fails();
  }
  mock::task<> caught_ok() {
    if (caught)
      co_return;
    caught = true;
    try {
      co_await fails();
    } catch (...) {
    }
    caught = false;
  }
  mock::task<> cannot_fail_ok() {
    if (quiet)
      co_return;
    quiet = true;
    co_await fine();
    quiet = false;
  }
  mock::task<> not_in_sight_ok() {
    if (unknown)
      co_return;
    unknown = true;
    co_await mock::work();
    unknown = false;
  }
  mock::task<> helped_ok() {
    if (helped)
      co_return;
    helped = true;
    co_await fails();
    helped = false;
  }
  void reset() { helped = false; }
  mock::task<> message_ok() { // keeps nobody out
    started = true;
    co_await fails();
    started = false;
  }
  mock::task<> before_ok() {
    co_await fails();
    ++counted;
    co_await fine();
    --counted;
  }
};

// Raced against a timeout: whoever comes second is cancelled where it is suspended.
mock::task<> read_line(int &);
struct raced {
  bool busy = false, guarded = false, told = false, alone = false;
  mock::task<> work_bad() {
    if (busy)
      co_return;
    busy = true;
    co_await mock::work();
    // EXPECT: if 'work_bad' is cancelled here, 'busy' stays set and keeps others out for ever
    // EXPECT-NOTE +29: cancelled here when another task has ended before
    busy = false;
  }
  mock::task<> guarded_ok() {
    if (guarded)
      co_return;
    guarded = true;
    finally last{[this] { guarded = false; }};
    co_await mock::work();
  }
  mock::task<> told_ok() { // a result tells
    if (told)
      co_return;
    told = true;
    int error = 0;
    co_await read_line(error);
    told = false;
  }
  mock::task<> alone_ok() {
    if (alone)
      co_return;
    alone = true;
    co_await mock::work();
    alone = false;
  }
  mock::task<> all() {
    co_await alone_ok();
    co_await mock::race(work_bad(), mock::sleep());
    co_await mock::race(guarded_ok(), told_ok());
  }
};
