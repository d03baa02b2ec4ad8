// RUN: %check_corace %s corace-unawaited-task --models %inputs/mock.yaml -- -I%inputs -Wno-unused-result
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tasks that are put into members and containers, and taken out nowhere.
#include "mock.h"

#include <deque>
#include <functional>
#include <vector>

struct forgetful {
  mock::task<> pending = mock::work();
  void start_bad() {
    pending = mock::work();
    // EXPECT: 'pending' is never awaited: the body of 'work' never runs
  }
};
class constructed {
  mock::task<int> first;

public:
  constructed() : first(mock::fetch()) {}
  // EXPECT: 'first' is never awaited: the body of 'fetch' never runs
};
struct careful {
  mock::task<> pending;
  mock::task<> run_ok() {
    pending = mock::work();
    co_await std::move(pending);
  }
};
struct read_elsewhere {
  mock::task<> pending;
  void start_ok() { pending = mock::work(); }
};
mock::task<> stop_ok(read_elsewhere &r) { co_await std::move(r.pending); }
template <typename T> struct generic {
  mock::task<> pending;
  void start_ok() { pending = mock::work(); }
};
template struct generic<int>;

void vector_bad(const std::vector<int> &keys) {
  std::vector<mock::task<int>> all;
  all.reserve(keys.size());
  for (int key : keys)
    all.push_back(mock::fetch(key));
  // EXPECT: the tasks in 'all' are never awaited: their bodies never run
}
mock::task<> deque_bad() {
  std::deque<mock::task<>> later;
  later.emplace_back(mock::work());
  // EXPECT: the tasks in 'later' are never awaited
  co_await mock::sleep();
}
mock::task<> awaited_ok(const std::vector<int> &keys) {
  std::vector<mock::task<int>> all;
  for (int key : keys)
    all.push_back(mock::fetch(key));
  for (auto &each : all)
    use(co_await std::move(each));
}
std::vector<mock::task<>> returned_ok() {
  std::vector<mock::task<>> all;
  all.push_back(mock::work());
  return all;
}
void filled_for_another_ok(std::vector<mock::task<>> &all) { all.push_back(mock::work()); }
void captured_ok() {
  std::vector<mock::task<>> all;
  auto add = [&] { all.push_back(mock::work()); };
  add();
  mock::when_all(all);
}

void invoked_bad() {
  std::invoke(mock::fetch, 1);
  // EXPECT: the task of 'invoke' is discarded
}
#define START(call) call
void in_a_macro_bad() {
  START(mock::work());
  // EXPECT: the task of 'work' is discarded
}

bool always();
bool take(mock::task<>);
#define CHECKED(statement)                                                                                             \
  if (always()) {                                                                                                      \
    statement;                                                                                                         \
  } else                                                                                                               \
    fail()
void fail();
void in_a_macro_ok() { // the branch is the macro's, which runs its argument
  auto t = mock::work();
  CHECKED(take(std::move(t)));
}
void own_branch_bad() {
  auto t = mock::work();
  // EXPECT: 't' is not awaited on every path
  if (always())
    CHECKED(take(std::move(t)));
}

// A macro that returns where its test fails.
#define VERIFY(condition)                                                                                              \
  do {                                                                                                                 \
    if (!(condition))                                                                                                  \
      co_return;                                                                                                       \
  } while (false)
#define WHEN(condition, statement)                                                                                     \
  if (condition) {                                                                                                     \
    statement;                                                                                                         \
  }
mock::task<> verified_ok() {
  auto t = mock::work();
  VERIFY(always());
  co_await t;
}
mock::task<> own_return_bad() {
  auto t = mock::work();
  // EXPECT: 't' is not awaited on every path
  WHEN(always(), co_return)
  co_await t;
}
