// RUN: %check_corace %s corace-ineffective-lock --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a callee has made sure of under its lock is used after the lock has been given back.
#include "mock.h"
#include <memory>

struct connection {
  mock::task<> send(int);
  mock::task<> close();
};

struct client {
  mock::mutex m;
  std::shared_ptr<connection> c;

  mock::task<> connect() {
    auto lock = co_await m.scoped_lock();
    if (!c)
      c = std::make_shared<connection>();
  }
  void connect_locked() {
    if (!c)
      c = std::make_shared<connection>();
  }
  mock::task<> close() {
    auto lock = co_await m.scoped_lock();
    if (c) {
      co_await c->close();
      c.reset();
    }
  }
  mock::task<> send_bad(int n) {
    co_await connect();
    co_await c->send(n);
    // EXPECT: 'c' is used without 'm', which 'connect' has given back: 'close' may take it away meanwhile
    // EXPECT-NOTE -1: made sure of here
    // EXPECT-NOTE -17: 'connect' takes 'm' here, and gives it back at its end
    // EXPECT-NOTE -5: 'close' takes it away under the lock, here
    // EXPECT-NOTE 0: to mend it: hold 'm' over this use as well, and call a variant of 'connect' that expects it to be held
  }
  mock::task<> send_ok(int n) {
    auto lock = co_await m.scoped_lock();
    connect_locked();
    co_await c->send(n);
  }
  mock::task<> keeps_it_ok(int n) {
    co_await connect();
    auto mine = c;
    if (mine)
      co_await mine->send(n);
  }
  mock::task<> looks_ok(int n) {
    co_await connect();
    if (c)
      co_await c->send(n);
  }
};

// Nobody takes it away.
struct only_grows {
  mock::mutex m;
  std::shared_ptr<connection> c;
  mock::task<> connect() {
    auto lock = co_await m.scoped_lock();
    if (!c)
      c = std::make_shared<connection>();
  }
  mock::task<> renew() {
    auto lock = co_await m.scoped_lock();
    c = std::make_shared<connection>();
  }
  mock::task<> send_ok(int n) {
    co_await connect();
    co_await c->send(n);
  }
};

// The lock is the caller's.
struct held_by_callers {
  mock::mutex m, inner;
  std::shared_ptr<connection> c;
  mock::task<> connect() {
    auto lock = co_await inner.scoped_lock();
    c = std::make_shared<connection>();
  }
  mock::task<> close() {
    auto outer = co_await m.scoped_lock();
    auto lock = co_await inner.scoped_lock();
    c.reset();
  }
  mock::task<> send_ok(int n) {
    auto outer = co_await m.scoped_lock();
    co_await connect();
    co_await c->send(n);
  }
};
