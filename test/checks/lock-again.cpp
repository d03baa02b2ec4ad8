// RUN: %check_corace %s corace-lock-order --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lock that is asked for by who holds it already.
#include "mock.h"
#include <mutex>
#include <optional>
#include <vector>

mock::mutex a;
mock::shared_mutex rw;
mock::semaphore one{1}, four{4};
bool c();

mock::task<> again_bad() {
  auto lock = co_await a.scoped_lock();
  auto more = co_await a.scoped_lock();
  // EXPECT: 'a' is taken again while it is held: the task waits for itself and never goes on
  // EXPECT-NOTE -1: 'a' is taken here
}

mock::task<> by_hand_bad() {
  co_await a.lock();
  if (c())
    co_await a.lock();
    // EXPECT: 'a' is taken again
  a.unlock();
}

mock::task<> assigned_bad() {
  auto lock = co_await a.scoped_lock();
  lock = co_await a.scoped_lock();
  // EXPECT: 'a' is taken again
}

mock::task<> one_unit_bad() {
  auto u = co_await one.acquire();
  auto v = co_await one.acquire();
  // EXPECT: 'one' is taken again
}

mock::task<> reader_then_writer_bad() {
  auto r = co_await rw.read();
  auto w = co_await rw.write();
  // EXPECT: 'rw' is taken again
}

mock::task<> readers_ok() {
  auto r = co_await rw.read();
  auto s = co_await rw.read();
}

mock::task<> units_left_ok() {
  auto u = co_await four.acquire();
  auto v = co_await four.acquire();
}

mock::task<> scopes_ok() {
  { auto lock = co_await a.scoped_lock(); }
  { auto lock = co_await a.scoped_lock(); }
  for (int i = 0; i < 3; ++i)
    auto lock = co_await a.scoped_lock();
  co_await a.scoped_lock();
}

mock::task<> unlocked_ok() {
  auto lock = co_await a.scoped_lock();
  lock.unlock();
  lock = co_await a.scoped_lock();
  lock = {};
  co_await a.lock();
  a.unlock();
  co_await a.lock();
  a.unlock();
}

mock::task<> on_one_path_ok() {
  if (c())
    co_await a.lock();
  if (!c())
    co_await a.lock();
  a.unlock();
}

void take(mock::guard);
void perhaps(mock::guard &);
mock::task<> handed_on_ok() {
  auto lock = co_await a.scoped_lock();
  take(std::move(lock));
  auto second = co_await a.scoped_lock();
  perhaps(second);
  auto third = co_await a.scoped_lock();
  auto fourth = std::move(third);
  fourth.unlock();
  std::optional<mock::guard> kept;
  kept.emplace(co_await a.scoped_lock());
  kept.reset();
  auto fifth = co_await a.scoped_lock();
}

template <typename F> struct scope_exit {
  F f;
  ~scope_exit() { f(); }
};
mock::task<> scope_guard_ok() {
  {
    co_await a.lock();
    scope_exit release{[] { a.unlock(); }};
  }
  co_await a.lock();
  a.unlock();
}

// The awaiter gives the lock back when it suspends.
struct buffer {
  mock::mutex m;
  struct produce {
    buffer &of;
    bool await_ready();
    void await_suspend(std::coroutine_handle<>);
    void await_resume();
  };
  void give_back() { m.unlock(); }
  mock::task<> wake() {
    auto lock = co_await m.scoped_lock();
    co_await mock::sleep();
  }
  mock::task<> put_ok() {
    co_await m.lock();
    co_await produce{*this};
    co_await wake();
  }
  mock::task<> helper_ok() {
    co_await m.lock();
    give_back();
    co_await wake();
  }
  mock::task<> put_bad() {
    co_await m.lock();
    co_await mock::sleep();
    co_await wake();
    // EXPECT: 'wake' takes 'm', which is held here
  }
};

struct node {
  mock::mutex m;
  node *next;
};
mock::task<> hand_over_hand_ok(node *at, std::vector<node> &all) {
  while (at) {
    co_await at->m.lock();
    at = at->next;
  }
  for (std::size_t i = 0; i < all.size(); ++i)
    co_await all[i].m.lock();
  for (auto &each : all)
    co_await each.m.lock();
}

struct file {
  mock::mutex m;
  int fd = 0;

  mock::task<> flush() {
    auto lock = co_await m.scoped_lock();
    co_await mock::sleep();
  }
  mock::task<> sync() { co_await flush(); }
  mock::task<> flush_if(bool locked) {
    if (!locked)
      co_await m.lock();
    co_await mock::sleep();
  }
  mock::task<> unlocked() {
    m.unlock();
    co_await mock::sleep();
    co_await m.lock();
  }

  mock::task<> close_bad(file &other) {
    auto lock = co_await m.scoped_lock();
    co_await other.flush();
    co_await sync();
    // EXPECT: 'flush' takes 'm', which is held here: the task waits for itself and never goes on
    // EXPECT-NOTE -2: 'm' is taken here
    // EXPECT-NOTE -18: 'flush' asks for it again here
  }
  mock::task<> gathered_bad() {
    auto lock = co_await m.scoped_lock();
    co_await mock::when_all(mock::work(), flush());
    // EXPECT: 'flush' takes 'm', which is held here
  }
  mock::task<> close_ok() {
    {
      auto lock = co_await m.scoped_lock();
      mock::spawn(flush()); // waits for this one, not the other way round
      co_await flush_if(true);
      co_await unlocked();
    }
    co_await flush();
  }
};

mock::task<> of_the_caller(mock::mutex &m) {
  auto lock = co_await m.scoped_lock();
}
mock::task<> argument_bad(mock::mutex &m) {
  auto lock = co_await m.scoped_lock();
  co_await of_the_caller(a);
  co_await of_the_caller(m);
  // EXPECT: 'of_the_caller' takes 'm', which is held here
}

// A semaphore that starts with nothing is a signal: nobody holds it.
mock::task<> signal_ok() {
  mock::semaphore done{0};
  auto first = co_await done.acquire();
  auto second = co_await done.acquire();
}
mock::task<> only_unit_bad() {
  mock::semaphore unit{1};
  auto first = co_await unit.acquire();
  auto second = co_await unit.acquire();
  // EXPECT: 'unit' is taken again while it is held
}
