// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tasks inferred from frames: the events of coroutines, by hand, in the order in which compiled code sends them.

#include "detect_support.h"

#include <gtest/gtest.h>

namespace corace {
namespace {

using namespace corace::test;
using detect::run_result;

int shared;

table sites;
const corace_site *const worker = sites.add(CORACE_SITE_COROUTINE, 9, in_coroutine, "worker()");
const corace_site *const worker_initial = sites.add(CORACE_SITE_SUSPEND, 9, initial | in_coroutine, "worker()");
const corace_site *const worker_await = sites.add(CORACE_SITE_SUSPEND, 11, in_coroutine, "worker()");
const corace_site *const worker_final = sites.add(CORACE_SITE_SUSPEND, 9, final | in_coroutine, "worker()");
const corace_site *const worker_read = sites.add(CORACE_SITE_READ, 10, in_coroutine, "worker()");
const corace_site *const worker_write = sites.add(CORACE_SITE_WRITE, 12, write_back | in_coroutine, "worker()");
const corace_site *const worker_call = sites.add(CORACE_SITE_CALL, 13, in_coroutine, "worker()", "helper");
const corace_site *const helper_read = sites.add(CORACE_SITE_READ, 40, user, "helper()");
const corace_site *const helper_write = sites.add(CORACE_SITE_WRITE, 41, write_back, "helper()");
const corace_site *const root = sites.add(CORACE_SITE_COROUTINE, 20, in_coroutine, "root()");
const corace_site *const root_initial = sites.add(CORACE_SITE_SUSPEND, 20, initial | in_coroutine, "root()");
const corace_site *const root_await = sites.add(CORACE_SITE_SUSPEND, 22, in_coroutine, "root()");
const corace_site *const root_read = sites.add(CORACE_SITE_READ, 21, in_coroutine, "root()");
const corace_site *const root_write = sites.add(CORACE_SITE_WRITE, 23, write_back | in_coroutine, "root()");

struct awaiter_of {
  void *handle;
};

class Frames : public testing::Test {
protected:
  void SetUp() override {
    shared = 0;
    detect::begin_run({});
  }
  void TearDown() override { static_cast<void>(detect::end_run()); }

  static void create_lazy(fake_frame &f, const corace_site *site, const corace_site *first) {
    __corace_coro_begin(f.bytes, sizeof f.bytes, site);
    __corace_coro_suspend(f.bytes, nullptr, 0, first);
    __corace_coro_leave(f.bytes);
  }
  static void create_eager(fake_frame &f, const corace_site *site, const corace_site *first) {
    __corace_coro_begin(f.bytes, sizeof f.bytes, site);
    __corace_coro_resume(f.bytes, first);
  }
  static void suspend(fake_frame &f, const corace_site *at) {
    __corace_coro_suspend(f.bytes, nullptr, 0, at);
    __corace_coro_leave(f.bytes);
  }
  static void resume(fake_frame &f, const corace_site *at) { __corace_coro_resume(f.bytes, at); }
  /// Ends with a final suspension, as lazy tasks do.
  static void finish(fake_frame &f) { suspend(f, worker_final); }
};

TEST_F(Frames, EagerCoroutinesAreTasks) {
  fake_frame one, two;
  int of_one, of_two;
  create_eager(one, worker, worker_initial);
  of_one = load(shared, worker_read);
  suspend(one, worker_await);
  create_eager(two, worker, worker_initial);
  of_two = load(shared, worker_read);
  suspend(two, worker_await);
  resume(one, worker_await);
  store(shared, of_one + 1, worker_write);
  finish(one);
  resume(two, worker_await);
  store(shared, of_two + 1, worker_write);
  finish(two);
  const run_result result = detect::end_run();
  ASSERT_EQ(result.violations.size(), 1u);
  EXPECT_EQ(result.violations[0].kind, race_kind::lost_update);
  EXPECT_EQ(result.violations[0].suspension.site, worker_await);
  EXPECT_NE(result.violations[0].rival.task, result.violations[0].second.task);
  EXPECT_EQ(detect::task_name(result.violations[0].second.task), "worker()");
}

TEST_F(Frames, AnAwaitedCoroutineBelongsToItsAwaiter) {
  fake_frame outer, inner;
  create_lazy(outer, root, root_initial);
  resume(outer, root_initial);
  const int before = load(shared, root_read);
  create_lazy(inner, worker, worker_initial);
  awaiter_of awaiter{inner.promise()}; // any pointer into the frame tells
  __corace_coro_suspend(outer.bytes, &awaiter, sizeof awaiter, root_await);
  __corace_coro_leave(outer.bytes); // symmetric transfer
  resume(inner, worker_initial);
  load(shared, worker_read);
  store(shared, 7, worker_write);
  finish(inner);
  resume(outer, root_await);
  store(shared, before + 1, root_write); // its own child wrote: a call, not a race
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Frames, ACoroutineThatNobodyAwaitsIsARival) {
  fake_frame outer, inner;
  create_lazy(outer, root, root_initial);
  resume(outer, root_initial);
  const int before = load(shared, root_read);
  create_lazy(inner, worker, worker_initial);
  suspend(outer, root_await);
  resume(inner, worker_initial);
  load(shared, worker_read);
  store(shared, 7, worker_write);
  finish(inner);
  resume(outer, root_await);
  store(shared, before + 1, root_write);
  EXPECT_EQ(detect::end_run().violations.size(), 1u);
}

TEST_F(Frames, AnEagerCoroutineThatNeverSuspendsIsACall) {
  fake_frame outer, inner;
  create_lazy(outer, root, root_initial);
  resume(outer, root_initial);
  const int before = load(shared, root_read);
  create_eager(inner, worker, worker_initial);
  store(shared, 7, worker_write);
  __corace_coro_end(inner.bytes); // no final suspension
  __corace_coro_leave(inner.bytes);
  suspend(outer, root_await);
  resume(outer, root_await);
  store(shared, before + 1, root_write);
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Frames, AnEagerCoroutineThatIsAwaitedLaterIsJoined) {
  fake_frame outer, inner;
  create_lazy(outer, root, root_initial);
  resume(outer, root_initial);
  const int before = load(shared, root_read);
  create_eager(inner, worker, worker_initial);
  suspend(inner, worker_await);
  awaiter_of awaiter{inner.promise()};
  __corace_coro_suspend(outer.bytes, &awaiter, sizeof awaiter, root_await);
  __corace_coro_leave(outer.bytes);
  resume(inner, worker_await);
  store(shared, 7, worker_write);
  finish(inner);
  resume(outer, root_await);
  store(shared, before + 1, root_write);
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Frames, ASuspensionThatIsTakenBackChangesNothing) {
  fake_frame one, two;
  create_eager(one, worker, worker_initial);
  const int before = load(shared, worker_read);
  suspend(one, worker_await);
  create_eager(two, root, root_initial);
  store(shared, 7, root_write);
  suspend(two, root_await);
  resume(one, worker_await);
  __corace_coro_suspend(one.bytes, nullptr, 0, root_await);
  __corace_coro_suspend_undo(one.bytes); // await_suspend returned false
  store(shared, before + 1, worker_write);
  const run_result result = detect::end_run();
  ASSERT_EQ(result.violations.size(), 1u);
  EXPECT_EQ(result.violations[0].suspension.site, worker_await);
}

TEST_F(Frames, ASecondLeaveOfARampDoesNotEndItsCaller) {
  fake_frame outer, inner;
  create_eager(outer, root, root_initial);
  create_eager(inner, worker, worker_initial);
  __corace_coro_suspend(inner.bytes, nullptr, 0, worker_await);
  __corace_coro_leave(inner.bytes); // at the end of the wrapper that gives a handle
  __corace_coro_leave(inner.bytes); // and before the ramp returns
  const detect::task_id running = detect::current_task();
  EXPECT_EQ(detect::task_name(running), "root()");
}

TEST_F(Frames, AccessesInACalleeGoByTheCallInTheBody) {
  fake_frame one, two;
  create_eager(one, worker, worker_initial);
  __corace_call(worker_call);
  const int before = load(shared, helper_read);
  suspend(one, worker_await);
  create_eager(two, root, root_initial);
  store(shared, 7, root_write);
  suspend(two, root_await);
  resume(one, worker_await);
  __corace_call(worker_call);
  store(shared, before + 1, helper_write);
  store(shared, before + 1, worker_write);
  const run_result result = detect::end_run();
  ASSERT_EQ(result.violations.size(), 1u);
  EXPECT_EQ(result.violations[0].first.via, worker_call);
  EXPECT_EQ(result.violations[0].second.via, worker_call);
  EXPECT_EQ(result.violations[0].rival.via, nullptr); // the body itself
}

TEST_F(Frames, AFrameThatIsFreedIsForgotten) {
  fake_frame one, two;
  auto &field = *reinterpret_cast<int *>(one.bytes + 32);
  create_eager(two, root, root_initial);
  const int before = load(field, root_read);
  suspend(two, root_await);
  create_eager(one, worker, worker_initial);
  __corace_coro_end(one.bytes);
  __corace_coro_leave(one.bytes);
  create_eager(one, worker, worker_initial);
  store(field, 7, worker_write);
  suspend(one, worker_await);
  resume(two, root_await);
  store(field, before + 1, root_write);
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Frames, CodeOutsideOfTasksCanBeARival) {
  fake_frame one;
  create_eager(one, worker, worker_initial);
  const int before = load(shared, worker_read);
  suspend(one, worker_await);
  store(shared, 7, helper_write); // a callback of the loop
  resume(one, worker_await);
  store(shared, before + 1, worker_write);
  EXPECT_EQ(detect::end_run().violations.size(), 1u);
}

TEST_F(Frames, WhatAwaitSuspendDoesIsTheLibrarysBusiness) {
  fake_frame one, two;
  create_eager(one, worker, worker_initial);
  __corace_coro_suspend(one.bytes, nullptr, 0, worker_await);
  const int before = load(shared, helper_read);
  __corace_coro_leave(one.bytes);
  create_eager(two, root, root_initial);
  store(shared, 7, root_write);
  suspend(two, root_await);
  resume(one, worker_await);
  store(shared, before + 1, worker_write);
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Frames, UnknownFramesDoNoHarm) {
  fake_frame one;
  resume(one, worker_await); // born before the run
  load(shared, worker_read);
  suspend(one, worker_await);
  __corace_coro_suspend_undo(one.bytes);
  __corace_coro_end(one.bytes);
  __corace_coro_end(one.bytes);
  __corace_coro_leave(one.bytes);
  EXPECT_EQ(detect::current_task(), detect::no_task);
}

} // namespace
} // namespace corace
