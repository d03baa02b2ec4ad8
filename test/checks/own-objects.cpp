// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which object each run has. Where all callers in sight give every run one of its own, the coroutine is no rival of
// itself; where two runs may share one, the note says where they start.
#include "mock.h"

#include <memory>
#include <vector>

// An object for each connection: made in the loop, handed on by parameter, run once.
struct session {
  int sent = 0;
  mock::task<> run_ok() {
    int v = sent;
    co_await mock::sleep();
    sent = v + 1;
  }
};
mock::task<> start_one(std::shared_ptr<session> s) {
  co_await s->run_ok();
}
void accept_all(int n) {
  for (int i = 0; i < n; ++i) {
    auto s = std::make_shared<session>();
    mock::spawn(start_one(s));
  }
}

// Handed on by parameter, twice the same one.
struct shared_session {
  int sent = 0;
  mock::task<> run_bad() {
    int v = sent;
    co_await mock::sleep();
    sent = v + 1;
    // EXPECT: 'sent' may be overwritten
    // EXPECT-NOTE +11: another 'run_bad' on the same object may run meanwhile and write it: 'share' is called in a loop here
  }
};
mock::task<> share(std::shared_ptr<shared_session> s) {
  co_await s->run_bad();
}
void share_all(int n) {
  auto s = std::make_shared<shared_session>();
  for (int i = 0; i < n; ++i)
    mock::spawn(share(s));
}

// A function that makes a new one each time, however it spells that.
struct made {
  int sent = 0;
  mock::task<> run_ok() {
    int v = sent;
    co_await mock::sleep();
    sent = v + 1;
  }
};
std::shared_ptr<made> make_one(bool plain) {
  if (plain)
    return std::make_shared<made>();
  auto m = std::shared_ptr<made>(new made());
  return m;
}
void make_all(int n) {
  while (n-- > 0)
    mock::spawn(make_one(true)->run_ok());
}

// A function that may hand out the same one again.
struct kept {
  int sent = 0;
  mock::task<> run_bad() {
    int v = sent;
    co_await mock::sleep();
    sent = v + 1;
    // EXPECT: 'sent' may be overwritten
  }
};
std::shared_ptr<kept> last;
std::shared_ptr<kept> keep_one() {
  if (!last)
    last = std::make_shared<kept>();
  return last;
}
void keep_all() { mock::spawn(keep_one()->run_bad()); }

// The caller's own scratch, through two levels of references.
mock::task<> inner_ok(int &error) {
  int v = error;
  co_await mock::sleep();
  error = v + 1;
}
mock::task<> outer(int &error) { co_await inner_ok(error); }
mock::task<> request() {
  int error = 0;
  co_await outer(error);
  int other = 0;
  co_await inner_ok(other);
}

// The same through two levels, for two tasks at once.
mock::task<> inner_bad(int &error) {
  int v = error;
  co_await mock::sleep();
  error = v + 1;
  // EXPECT: 'error' may be overwritten
}
mock::task<> outer_twice(int &error) { co_await mock::when_all(inner_bad(error), inner_bad(error)); }
mock::task<> request_twice() {
  int error = 0;
  co_await outer_twice(error);
}

// A part of its own object is run by an object that is run once; the part is nobody else's.
struct part {
  int sent = 0;
  mock::task<> run_ok() {
    int v = sent;
    co_await mock::sleep();
    sent = v + 1;
  }
};
class whole {
  part only;
  std::unique_ptr<part> far = std::make_unique<part>();

public:
  mock::task<> run() {
    co_await only.run_ok();
    co_await far->run_ok();
  }
};
mock::task<> use_whole() {
  whole w;
  co_await w.run();
}

// What a pointer in it leads to may be the part of another as well.
struct common_part {
  int sent = 0;
  mock::task<> run_bad() {
    int v = sent;
    co_await mock::sleep();
    sent = v + 1;
    // EXPECT: 'sent' may be overwritten
    // EXPECT-NOTE -3: no rival is in sight, but another 'run_bad' on the same object may run meanwhile
  }
};
class with_common {
  std::shared_ptr<common_part> part;

public:
  explicit with_common(std::shared_ptr<common_part> p) : part(std::move(p)) {}
  mock::task<> run() { co_await part->run_bad(); }
};
mock::task<> use_common(std::shared_ptr<common_part> p) {
  with_common w(p);
  co_await w.run();
}

// The callers are in different functions and may have the same object or not: no evidence, and none against.
struct stream {
  int at = 0;
  mock::task<> read_bad() {
    int v = at;
    co_await mock::sleep();
    at = v + 1;
    // EXPECT: 'at' may be overwritten
    // EXPECT-NOTE -3: no rival is in sight, but another 'read_bad' on the same object may run meanwhile
  }
};
mock::task<> header(stream &s) { co_await s.read_bad(); }
mock::task<> body(stream &s) { co_await s.read_bad(); }

// A lambda that is handed to anybody may run at any time.
struct subscribed {
  int sent = 0;
  mock::task<> loop_bad() {
    int v = sent;
    co_await mock::sleep();
    sent = v + 1;
    // EXPECT: 'sent' may be overwritten
  }
  void serve() {
    on_message([this] { return loop_bad(); });
  }
  template <typename Handler> void on_message(Handler);
};
void subscribe_one() {
  subscribed s;
  s.serve();
}

// Who sets the whole object is its owner.
struct handle {
  int at = 0;
  handle &operator=(handle &&other) noexcept {
    at = other.at;
    return *this;
  }
  mock::task<> move_on_ok() {
    int v = at;
    co_await mock::sleep();
    at = v + 1;
  }
};
mock::task<> owner() {
  handle h;
  h = handle();
  co_await h.move_on_ok();
}
