// RUN: %check_corace %s corace-reference-across-await --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who invalidates: other functions that may run meanwhile; neither the coroutine itself nor what is over by then.
#include "mock.h"
#include <functional>
#include <map>
#include <memory>
#include <vector>

struct holder {
  ~holder();
};
struct gate {
  holder hold();
  mock::task<> close();
};

class server {
public:
  mock::task<> callback_bad() {
    auto &x = table[1];
    co_await mock::work();
    x = 1;
    // EXPECT: 'x' may refer to something that is gone
  }
  explicit server(std::function<void(std::function<void(int)>)> subscribe) {
    subscribe([this](int id) { table.erase(id); });
    fixed.push_back(1);
    setup();
  }
  mock::task<> constructor_ok() {
    for (int x : fixed)
      co_await mock::fetch(x);
  }
  mock::task<> own_end_ok() {
    for (auto &x : mine)
      co_await mock::fetch(x);
    mine.clear();
  }
  mock::task<> helper_of_its_own_ok() {
    for (auto &x : helped)
      co_await mock::fetch(x);
    drop();
  }
  mock::task<> one_after_the_other() {
    co_await load();
    co_await serve_ok();
  }
  mock::task<> under_callers_lock() {
    auto guard = co_await lock.scoped_lock();
    co_await flush_ok();
  }
  mock::task<> add_under_lock(int x) {
    auto guard = co_await lock.scoped_lock();
    locked.push_back(x);
  }
  mock::task<> gate_ok() {
    auto h = open.hold();
    auto &x = gated[0];
    co_await mock::work();
    x = 1;
  }
  mock::task<> stop() {
    co_await open.close();
    gated.clear();
  }
  mock::task<> only_if_empty_ok() {
    if (!owner)
      owner = std::make_unique<int>(1);
    int *p = owner.get();
    co_await mock::work();
    *p = 2;
  }
  mock::task<> other_if_empty() {
    if (!owner)
      owner = std::make_unique<int>(3);
    co_await mock::work();
  }
  mock::task<> version_ok() {
    int before = version;
    auto &x = versioned[0];
    co_await mock::work();
    if (before != version)
      co_return;
    x = 1;
  }
  void start() {
    listen();
    mock::spawn(accept_ok(*acceptor));
  }
  void listen() { acceptor = std::make_unique<int>(1); }
  mock::task<> accept_ok(int &on) {
    co_await mock::work();
    on = 2;
  }
  mock::task<> reserved_ok() {
    for (auto &x : roomy)
      x = co_await mock::fetch();
  }
  mock::task<> fill() {
    roomy.reserve(8);
    co_await mock::work();
    roomy.push_back(1);
  }
  static server made_elsewhere() {
    server other(nullptr);
    other.local.clear();
    return other;
  }
  mock::task<> other_object_ok() {
    for (auto &x : local)
      x = co_await mock::fetch();
  }
  void change() {
    ++version;
    versioned.clear();
  }

private:
  void setup() { fixed.push_back(2); }
  void drop() { helped.clear(); }
  mock::task<> load() {
    loaded.push_back(co_await mock::fetch());
  }
  mock::task<> serve_ok() {
    for (auto &x : loaded)
      co_await mock::fetch(x);
  }
  mock::task<> flush_ok() {
    for (auto &x : locked)
      co_await mock::fetch(x);
  }
  std::map<int, int> table;
  std::vector<int> fixed, mine, helped, loaded, locked, gated, versioned, roomy, local;
  std::unique_ptr<int> owner, acceptor;
  int version = 0;
  mock::mutex lock;
  gate open;
};

std::vector<int> filled_by_main, filled_by_task;
mock::task<> filled_by_main_ok() {
  for (int x : filled_by_main)
    co_await mock::fetch(x);
}
mock::task<> filled_by_task_bad() {
  for (int x : filled_by_task)
    // EXPECT: the loop over 'filled_by_task'
    co_await mock::fetch(x);
}
mock::task<> filler() { filled_by_task.push_back(co_await mock::fetch()); }
int main() {
  filled_by_main.push_back(1);
  mock::spawn(filled_by_main_ok());
  mock::spawn(filler());
  mock::spawn(filled_by_task_bad());
}
