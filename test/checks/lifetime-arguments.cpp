// RUN: %check_corace %s corace-detached-lifetime --models %inputs/mock.yaml --models %S/Inputs/lifetime.yaml -- -std=c++23 -I%inputs -I%S/Inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// References, pointers and views as parameters of a coroutine.
#include "lifetime.h"

#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

using mock::task;

task<> read(const std::string &s) { co_await mock::sleep(); use(s); }
task<> take(std::string &&s) { co_await mock::sleep(); use(s); }
task<> view(std::string_view s) { co_await mock::sleep(); use(s); }
task<> point(const int *p) { co_await mock::sleep(); use(*p); }

task<> copy(std::string s) { co_await mock::sleep(); use(s); }
task<> unused(const std::string &) { co_await mock::sleep(); }
task<> unseen(const std::string &s);
task<> unseen_sink(std::string &&s);
lib::eager<> before(const std::string &s) { use(s); co_await mock::sleep(); }
lib::eager<> after(const std::string &s) { co_await mock::sleep(); use(s); }
lib::eager<> inner(const std::string &s) { co_await read(s); }
task<> forward(const std::string &s) { return read(s); }
std::string make();

task<> kept_bad() {
  auto a = read(make());
  // EXPECT: this temporary is gone when 'read' uses it on line 15 through 's': the task is kept in 'a'
  auto b = view(make());
  // EXPECT: this temporary is gone when 'view' uses it on line 17 through 's'
  auto c = view(make().c_str());
  // EXPECT: this temporary is gone when 'view' uses it
  auto e = unseen(make());
  // EXPECT: this temporary is gone when 'unseen' may use it through 's': the task is kept in 'e'
  auto f = forward(make());
  // EXPECT: this temporary is gone when 'forward' uses it on line 15
  auto g = after(make());
  // EXPECT: this temporary is gone when 'after' uses it
  auto h = inner(make());
  // EXPECT: this temporary is gone when 'inner' uses it
  co_await mock::when_all(a, b, c, e, f, g, h);
}
task<> kept_ok(std::string s, const std::string &r) {
  auto a = read(s);
  auto b = view("literal");
  auto c = copy(make());
  auto d = unused(make());
  auto e = before(make());
  auto f = read(r);
  auto g = unseen_sink(make());
  auto h = take(std::move(s));
  co_await mock::when_all(a, b, c, d, e, f, g, h);
}
task<> awaited_ok() {
  std::string s;
  co_await read(make());
  co_await mock::when_all(read(s), view(make()));
  lib::block_on(read(make()));
}

task<> returned_bad(std::string s) {
  int n = 0;
  if (s.empty())
    return point(&n);
    // EXPECT: 'n' is gone when 'point' uses it on line 18 through 'p': the task is returned
  return take(std::move(s));
  // EXPECT: 's' is gone when 'take' uses it on line 16: the task is returned
}
task<> moved_on_bad() {
  std::string s;
  auto later = read(s);
  // EXPECT: 's' is gone when 'read' uses it on line 15: the task is returned
  return later;
}
task<> returned_ok(const std::string &r, std::string_view v, const int *p) {
  static const std::string forever = make();
  if (v.empty())
    return point(p);
  if (r.empty())
    return read(forever);
  return v == r ? view(v) : read(r);
}
std::unique_ptr<std::string> owner();
task<> owned_bad() {
  auto own = owner();
  return read(*own);
  // EXPECT: 'own' is gone when 'read' uses it
}

struct holder {
  std::vector<task<>> tasks;
  void stored_bad() {
    std::string s;
    tasks.push_back(read(s));
    // EXPECT: 's' may be gone when 'read' uses it on line 15: the task is stored
  }
  task<> stored_ok() {
    std::string s;
    tasks.push_back(read(s));
    co_await mock::when_all(tasks);
  }
};
task<> inner_block(int n) {
  std::vector<task<>> all;
  std::string outer;
  for (int i = 0; i < n; ++i) {
    std::string s = make();
    all.push_back(read(s));
    // EXPECT: 's' may be gone when 'read' uses it on line 15: the task goes into 'all'
    all.push_back(read(outer));
  }
  co_await mock::when_all(all);
}

#include <functional>
// A view that is moved is a copy of it: what it is of lives where it did. std::ref is of the view itself.
task<> viewed_twice(std::string_view s) { return view(std::move(s)); }
task<> referred(std::reference_wrapper<std::string_view> s) { co_await mock::sleep(); use(s.get()); }
task<> viewed_by_reference(std::string_view s) {
  return referred(std::ref(s));
  // EXPECT: 's' is gone when 'referred' uses it
}

// A view that is copied out of a reference refers to what the other one refers to, not to it.
template <typename F> task<> call_with(F f, std::string_view &&s) { return f(std::move(s)); }
template <typename F> task<> call_with_reference(F f, std::string &&s) { return f(s); }
task<> forwarded_views(const std::string &kept) {
  auto ok = call_with([](std::string_view s) -> task<> { co_await mock::sleep(); use(s); }, std::string_view(kept));
  auto bad = call_with_reference([](const std::string &s) -> task<> { co_await mock::sleep(); use(s); }, make());
  // EXPECT: this temporary is gone when
  co_await std::move(ok);
  co_await std::move(bad);
}
