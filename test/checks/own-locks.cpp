// RUN: %check_corace %s corace-read-await-write -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks that nobody has described: they are told by their shape, and what only has their names is none.
#include "mock.h"

#include <mutex>
#include <string>

int n;
bool broken();

class async_mutex {
  bool taken = false;

public:
  class guard {
    async_mutex *on;

  public:
    explicit guard(async_mutex *m) : on(m) {}
    guard(guard &&o) noexcept : on(std::exchange(o.on, nullptr)) {}
    ~guard() { release(); }
    void release() {
      if (on)
        std::exchange(on, nullptr)->unlock();
    }
  };
  mock::awaiter<> lock();
  mock::awaiter<guard> scoped_lock();
  bool try_lock();
  void unlock() { taken = false; }
};
async_mutex m, m2, m3;

mock::task<> guard_ok() {
  auto held = co_await m.scoped_lock();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
}
mock::task<> by_hand_ok() {
  co_await m.lock();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  m.unlock();
}
mock::task<> adopted_ok() {
  co_await m.lock();
  std::unique_lock<async_mutex> held(m, std::adopt_lock);
  int v = n;
  co_await mock::sleep();
  n = v + 1;
}
mock::task<> own_guard_ok() {
  co_await m.lock();
  async_mutex::guard held(&m);
  int v = n;
  co_await mock::sleep();
  n = v + 1;
}
mock::task<> given_back_bad() {
  co_await m.lock();
  int v = n;
  m.unlock();
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
}
mock::task<> guard_ended_bad() {
  auto held = co_await m.scoped_lock();
  int v = n;
  held.release();
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
}
mock::task<> two_sections_bad() {
  int v;
  {
    auto held = co_await m.scoped_lock();
    v = n;
  }
  co_await mock::sleep();
  auto held = co_await m.scoped_lock();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
}
mock::task<> guard_dropped_bad() {
  co_await m.scoped_lock();
  // EXPECT: its guard is a temporary and protects nothing after it [corace-ineffective-lock]
  ++n;
  co_await mock::sleep();
}
mock::task<> never_taken_bad() {
  m.lock();
  // EXPECT: is never taken [corace-ineffective-lock]
  ++n;
  co_await mock::sleep();
  m.unlock();
}

mock::task<> forth() {
  auto a = co_await m2.scoped_lock();
  auto b = co_await m3.scoped_lock();
}
mock::task<> back_bad() {
  auto b = co_await m3.scoped_lock();
  auto a = co_await m2.scoped_lock();
  // EXPECT: 'm2' is asked for while 'm3' is held, and 'forth' takes them the other way round [corace-lock-order]
}

// A coroutine that takes it, and gives back what gives it back.
struct slow_mutex {
  struct [[nodiscard]] Hold {
    slow_mutex &of;
    bool active = true;
    ~Hold() {
      if (active)
        of.unlock();
    }
  };
  mock::task<Hold> Lock();
  void unlock();
};
slow_mutex slow;
mock::task<> task_ok() {
  auto held = co_await slow.Lock();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
}

// Without a destructor, by other names.
struct AsyncLock {
  mock::awaiter<> acquire();
  void release();
};
AsyncLock plain;
mock::task<> acquire_ok() {
  co_await plain.acquire();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  plain.release();
}
mock::task<> acquire_bad() {
  co_await plain.acquire();
  plain.release();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
}

// A semaphore may be one for a single task.
struct permits {
  explicit permits(unsigned count);
  mock::awaiter<> acquire();
  void release();
};
permits one(1);
mock::task<> semaphore_ok() {
  co_await one.acquire();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  one.release();
}

// A reader's lock protects no write.
struct shared_lockable {
  mock::awaiter<> lock_shared();
  void unlock_shared();
};
shared_lockable readers;
mock::task<> reader_bad() {
  co_await readers.lock_shared();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
  readers.unlock_shared();
}

// A template, and a method that is one.
template <typename Tag> struct tagged_mutex {
  template <typename Token> mock::awaiter<> async_lock(Token &&);
  void unlock();
};
struct token {};
tagged_mutex<int> tagged;
mock::task<> template_ok() {
  co_await tagged.async_lock(token());
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  tagged.unlock();
}

// What only has the names.
struct pool { // hands out one of many
  mock::awaiter<std::string> acquire();
  void release(std::string);
};
struct door { // nothing gives it back
  mock::awaiter<> lock();
};
struct keyed { // as many locks as there are keys
  mock::awaiter<> lock(std::string key);
  void unlock(std::string key);
};
struct entry { // nothing to wait for
  bool lock();
  void unlock();
};
struct event {
  mock::awaiter<> wait();
  void set();
  void reset();
};
pool connections;
door front;
keyed keys;
entry file;
event happened;

mock::task<> pool_bad() {
  auto c = co_await connections.acquire();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
  connections.release(c);
}
mock::task<> door_bad() {
  co_await front.lock();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
}
mock::task<> keyed_bad() {
  co_await keys.lock("a");
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
  keys.unlock("a");
}
mock::task<> plain_bad() {
  if (!file.lock())
    co_return;
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
  file.unlock();
}
mock::task<> event_bad() {
  co_await happened.wait();
  int v = n;
  co_await mock::sleep();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
  happened.reset();
}
