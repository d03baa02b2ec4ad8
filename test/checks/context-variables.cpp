// RUN: %check_corace %s corace-context-var-scope -- -isystem %source_dir -isystem %source_dir/runtime-instrument/include
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Context variables of the runtime itself: who sees what.
#include <corace/corace.h>

#include <cassert>
#include <utility>

using corace::task;
void use(int);

corace::context_var<int> early("early", 0), late("late", 0);
task<> reads_late() { co_await corace::yield(); use(late.get()); }
task<> reads_early() { use(early.get()); co_return; }
task<> set_too_late_bad() {
  auto child = corace::create_task(reads_late());
  late.set(7);
  // EXPECT: 'late' is set too late for the task that reads it: the task has had its copy of the context
  // EXPECT-NOTE -1: the task is made here, with a copy of the context
  // EXPECT-NOTE -4: read here, and nowhere else
  co_await std::move(child);
}
task<> set_before_ok() {
  early.set(7);
  auto child = corace::create_task(reads_early());
  co_await std::move(child);
}

corace::context_var<int> both("both", 0);
task<> reads_both() { use(both.get()); co_return; }
task<> read_by_others_ok() {
  auto child = corace::create_task(reads_both());
  both.set(7);
  use(both.get());
  co_await std::move(child);
}
corace::context_var<int> next("next", 0);
task<> reads_next() { use(next.get()); co_return; }
task<> set_for_the_next_ok() {
  auto first = corace::create_task(reads_next());
  next.set(7);
  auto second = corace::create_task(reads_next());
  co_await std::move(first);
  co_await std::move(second);
}

corace::context_var<int> tenant("tenant", 0), region("region", 0), zone("zone", 0), locale("locale", 0);
task<> reads_tenant() { use(tenant.get()); co_return; }
task<> reads_region() { use(region.get()); co_return; }
task<> reads_zone() { use(zone.get()); co_return; }
task<> reads_locale() { use(locale.get()); co_return; }
task<> beats() { co_await corace::yield(); }
task<> asks_region() { co_await reads_region(); }
task<> starts_zone() { co_await corace::create_task(reads_zone()); }
task<> unseen();
task<> another_is_started_bad() {
  auto child = corace::create_task(reads_tenant());
  tenant.set(7);
  // EXPECT: 'tenant' is set too late for the task that reads it: the task has had its copy of the context
  auto other = corace::create_task(beats());
  co_await beats();
  co_await std::move(other);
  co_await std::move(child);
}
task<> set_for_one_that_awaits_it_ok() {
  auto first = corace::create_task(reads_region());
  region.set(7);
  auto second = corace::create_task(asks_region());
  co_await std::move(first);
  co_await std::move(second);
}
task<> set_for_one_that_starts_it_ok() {
  auto first = corace::create_task(reads_zone());
  zone.set(7);
  auto second = corace::create_task(starts_zone());
  co_await std::move(first);
  co_await std::move(second);
}
task<> set_for_one_that_is_not_seen_ok() {
  auto first = corace::create_task(reads_locale());
  locale.set(7);
  co_await unseen();
  co_await std::move(first);
}

corace::context_var<int> user("user", 0), session("session", 0), shared("shared", 0), tested("tested", 0);
task<> inner_login() { user.set(1); co_return; }
task<> login() { co_await inner_login(); }
task<> open_session() { session.set(1); co_return; }
task<> sets_shared() { shared.set(1); co_return; }
task<> sets_tested() { tested.set(1); co_return; }
task<> set_in_child_bad() {
  co_await corace::create_task(login());
  use(user.get());
  // EXPECT: 'user' has not the value that the spawned task set: what a task sets stays in it
  // EXPECT-NOTE -1: the task is made here, with a copy of the context
}
task<> awaited_directly_ok() {
  co_await open_session();
  use(session.get());
}
task<> set_by_others_ok() {
  shared.set(2);
  co_await corace::create_task(sets_shared());
  use(shared.get());
}
task<> a_test_of_that_ok() {
  co_await corace::create_task(sets_tested());
  assert(tested.get() == 0);
}

task<> finish(corace::context_var<int>::token token) { early.reset(std::move(token)); co_return; }
task<> token_moves_bad() {
  auto token = early.set(1);
  co_await corace::create_task(finish(std::move(token)));
  // EXPECT: the token of 'early' goes into another task, where 'reset' throws: it works only in the task that made it
}
task<> token_stays_ok() {
  auto token = early.set(1);
  co_await finish(std::move(token));
}
void other_token_bad() {
  auto token = early.set(1);
  late.reset(std::move(token));
  // EXPECT: 'late' is reset with a token of 'early': 'reset' throws
}
void twice_bad() {
  auto token = early.set(1);
  early.reset(std::move(token));
  early.reset(std::move(token));
  // EXPECT: 'early' is reset again with a token that was used: 'reset' throws
}
void once_on_each_path_ok(bool b) {
  auto token = early.set(1);
  if (b) {
    early.reset(std::move(token));
    return;
  }
  early.reset(std::move(token));
}

void made_in_a_function_bad() {
  corace::context_var<int> local("local");
  // EXPECT: 'local' is another context variable in each call
  local.set(1);
}
void made_once_ok() {
  static corace::context_var<int> once("once");
  once.set(1);
}
