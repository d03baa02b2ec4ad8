// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A marker that is set after a test keeps others out, whoever sets it: the constructor of a guard, or an insertion.
#include "mock.h"
#include <map>
#include <string>
#include <utility>

class busy_guard {
public:
  explicit busy_guard(bool &flag) : flag_(flag) { flag = true; }
  ~busy_guard() { flag_ = false; }

private:
  bool &flag_;
};
struct member_guard {
  explicit member_guard(bool &flag) : flag(flag) { this->flag = true; }
  ~member_guard() { flag = false; }
  bool &flag;
};
struct pointer_guard {
  explicit pointer_guard(bool *flag) : flag(flag) { *flag = true; }
  ~pointer_guard() { *flag = false; }
  bool *flag;
};
struct counter {
  explicit counter(int &n) : n(n) { ++n; }
  ~counter() { --n; }
  int &n;
};
/// Only puts the flag back.
struct resetter {
  explicit resetter(bool &flag) : flag(flag) {}
  ~resetter() { flag = false; }
  bool &flag;
};
/// Sets what it has of its own.
struct own_flag {
  explicit own_flag(bool flag) : flag(flag) { this->flag = true; }
  ~own_flag() { flag = false; }
  bool flag;
};

struct loader {
  bool loading = false;
  int active = 0, loaded = 0;

  mock::task<> reference_ok() {
    if (loading)
      co_return;
    busy_guard busy(loading);
    co_await mock::sleep();
  }
  mock::task<> braces_ok() {
    if (loading)
      co_return;
    auto busy = busy_guard{loading};
    co_await mock::sleep();
    co_await mock::sleep();
  }
  mock::task<> member_ok() {
    if (loading)
      co_return;
    member_guard busy(loading);
    co_await mock::sleep();
  }
  mock::task<> pointer_ok() {
    if (loading)
      co_return;
    pointer_guard busy{&loading};
    co_await mock::sleep();
  }
  struct owner_guard {
    explicit owner_guard(loader *owner) : owner(owner) { owner->loading = true; }
    ~owner_guard() { owner->loading = false; }
    loader *owner;
  };
  mock::task<> owner_ok() {
    if (loading)
      co_return;
    owner_guard busy(this);
    co_await mock::sleep();
  }
  mock::task<> counter_ok() {
    if (active >= 3)
      co_return;
    counter c(active);
    co_await mock::sleep();
  }
  // What is read under the claim is the claim's.
  mock::task<> protects_ok() {
    if (loading)
      co_return;
    busy_guard busy(loading);
    if (loaded)
      co_return;
    co_await mock::sleep();
    loaded = 1;
  }
  // The claim ends with the guard.
  mock::task<> block_bad() {
    if (loading)
      co_return;
    {
      busy_guard busy(loading);
      if (loaded)
        co_return;
    }
    co_await mock::sleep();
    loaded = 1;
    // EXPECT: 'loaded' is written after a test that may no longer hold
  }
  // Too late.
  mock::task<> after_await_bad() {
    if (loading)
      co_return;
    co_await mock::sleep();
    busy_guard busy(loading);
    // EXPECT: 'loading' is written after a test that may no longer hold
    co_await mock::sleep();
  }
  mock::task<> reset_only_bad() {
    if (loading)
      co_return;
    resetter reset(loading);
    // EXPECT: 'loading' is written after a test that may no longer hold
    co_await mock::sleep();
  }
  mock::task<> own_bad() {
    if (loading)
      co_return;
    own_flag f(loading);
    co_await mock::sleep();
    loading = true;
    // EXPECT: 'loading' is written after a test that may no longer hold
  }
};

mock::task<int> dial(const std::string &host);
struct connections {
  std::map<std::string, int> known, dialing;

  mock::task<> index_ok(std::string host) {
    if (known.contains(host) || dialing.contains(host))
      co_return;
    dialing[host] = 1;
    known[host] = co_await dial(host);
    dialing.erase(host);
  }
  mock::task<> emplace_ok(std::string host) {
    if (known.contains(host))
      co_return;
    if (dialing.contains(host))
      co_return;
    dialing.emplace(host, 1);
    known[host] = co_await dial(host);
    dialing.erase(host);
  }
  mock::task<> try_emplace_ok(std::string host) {
    if (known.contains(host))
      co_return;
    if (dialing.find(host) != dialing.end())
      co_return;
    dialing.try_emplace(host, 1);
    known[host] = co_await dial(host);
    dialing.erase(host);
  }
  mock::task<> insert_ok(std::string host) {
    if (known.contains(host))
      co_return;
    if (auto found = dialing.find(host); found != dialing.end())
      co_return;
    dialing.insert({host, 1});
    known[host] = co_await dial(host);
    dialing.erase(host);
  }
  mock::task<> insert_or_assign_ok(std::string host) {
    if (known.contains(host))
      co_return;
    if (dialing.count(host))
      co_return;
    dialing.insert_or_assign(host, 1);
    known[host] = co_await dial(host);
    dialing.erase(host);
  }
  // Nobody looks for the marker.
  mock::task<> untested_bad(std::string host) {
    if (known.contains(host))
      co_return;
    dialing.emplace(host, 1);
    known[host] = co_await dial(host);
    // EXPECT: 'known[host]' is written after a test that may no longer hold
    dialing.erase(host);
  }
  // The marker is gone before the act.
  mock::task<> early_bad(std::string host) {
    if (known.contains(host))
      co_return;
    if (dialing.contains(host))
      co_return;
    dialing.try_emplace(host, 1);
    const int c = co_await dial(host);
    dialing.erase(host);
    co_await mock::sleep();
    known[host] = c;
    // EXPECT: 'known[host]' is written after a test that may no longer hold
  }
  mock::task<> other_key_bad(std::string host, std::string other) {
    if (known.contains(host))
      co_return;
    if (dialing.contains(host))
      co_return;
    dialing.emplace(other, 1);
    known[host] = co_await dial(host);
    // EXPECT: 'known[host]' is written after a test that may no longer hold
  }
};
mock::task<> both(loader &l, connections &c) {
  co_await mock::when_all(l.reference_ok(), l.after_await_bad(), c.index_ok("a"), c.index_ok("b"));
}
