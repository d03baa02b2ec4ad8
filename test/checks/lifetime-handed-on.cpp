// RUN: %check_corace %s corace-detached-lifetime --models %inputs/mock.yaml --models %S/Inputs/lifetime.yaml -- -std=c++20 -I%inputs -I%S/Inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of the user's own that only hand a task, or what makes one, to something that starts it.
#include "lifetime.h"

#include <utility>
#include <vector>

using mock::task;

task<> read(const std::string &s) { co_await mock::sleep(); use(s); }
void pump();

void start(task<> t) { mock::spawn(std::move(t)); }
template <typename T> void start_any(T &&t) { mock::spawn(std::forward<T>(t)); }
void start_twice_removed(task<> t) { start(std::move(t)); }
template <typename F> void go(F f) { mock::spawn(f()); }
// EXPECT: 'f' may be gone with its captures when its coroutine uses 's'
void start_if(bool b, task<> t) {
  if (b)
    mock::spawn(std::move(t));
}
void start_and_wait(task<> t) {
  mock::spawn(std::move(t));
  pump();
}
void keep(std::vector<task<>> &all, task<> t) { all.push_back(std::move(t)); }
void again(task<> t) { again(std::move(t)); }
void unseen(task<> t);

std::string forever;

void handed_on_bad() {
  std::string s;
  start(read(s));
  // EXPECT: 's' may be gone when 'read' uses it on line 13: nobody waits for the task here
  // EXPECT-NOTE 0: 'start' starts it and goes on
}
void by_a_template_bad() {
  std::string s;
  start_any(read(s));
  // EXPECT: 's' may be gone when 'read' uses it on line 13: nobody waits for the task here
}
void two_steps_bad() {
  std::string s;
  start_twice_removed(read(s));
  // EXPECT: 's' may be gone when 'read' uses it on line 13: nobody waits for the task here
}
void another_is_started_later_bad() {
  std::string s;
  start(read(s));
  // EXPECT: 's' may be gone when 'read' uses it on line 13: nobody waits for the task here
  start(read(forever));
}
void perhaps_bad(bool b) {
  std::string s;
  start_if(b, read(s));
  // EXPECT: 's' may be gone when 'read' uses it on line 13: nobody waits for the task here
}
void captured_bad() {
  std::string s;
  go([&]() -> task<> { co_await mock::sleep(); use(s); });
  // EXPECT: 's', captured by reference, may be gone when the lambda uses it
}
void captured_by_value() { // the function that drops the lambda is to blame
  std::string s;
  go([s]() -> task<> { co_await mock::sleep(); use(s); });
}

void what_lives_on_ok(std::string &given) {
  start(read(forever));
  start(read(given));
  go([]() -> task<> { co_await mock::sleep(); use(forever); });
}
void waits_itself_ok() {
  std::string s;
  start(read(s));
  pump();
}
void not_only_started_ok(std::vector<task<>> &all) {
  std::string s;
  again(read(s));
}
void not_seen_ok() {
  std::string s;
  unseen(read(s));
}
task<> awaited_ok() {
  std::string s;
  co_await read(s);
}

// A function that starts the task and goes on to something that may wait for it.
void start_reference_and_wait(task<> &&t) {
  mock::spawn(std::move(t));
  pump();
}
void start_reference(task<> &&t) { mock::spawn(std::move(t)); }
void temporary_awaited_inside_ok() {
  std::string s;
  start_reference_and_wait([&]() -> task<> { co_await mock::sleep(); use(s); }());
}
void temporary_bad() {
  std::string s;
  start_reference([&]() -> task<> { co_await mock::sleep(); use(s); }());
  // EXPECT: the lambda is a temporary, and is gone with its captures when its coroutine uses 's' on this line
}
