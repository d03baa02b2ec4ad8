// RUN: %check_corace %s corace-reference-across-await --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops over containers that others change, with an await in the body.
#include "mock.h"
#include <array>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

struct peer {
  mock::task<> send();
  int n = 0;
};

class room {
public:
  mock::task<> range_bad() {
    for (auto &p : peers)
      // EXPECT: the loop over 'peers' may go on with an iterator that is no longer valid
      co_await p->send();
  }
  mock::task<> one_branch_bad() {
    for (const auto &p : peers) {
      // EXPECT: the loop over 'peers' may go on
      if (p->n > 3)
        co_await p->send();
    }
  }
  mock::task<> iterator_bad() {
    for (auto it = peers.begin(); it != peers.end(); ++it)
      // EXPECT: 'it' may no longer be valid
      co_await (*it)->send();
  }
  mock::task<> bindings_bad() {
    for (auto &[id, p] : by_id)
      // EXPECT: the loop over 'by_id' may go on
      co_await p.send();
  }
  mock::task<> break_ok() {
    for (auto &p : peers)
      if (p->n > 3) {
        co_await mock::work();
        break;
      }
  }
  mock::task<> copy_ok() {
    auto all = peers;
    for (auto &p : all)
      co_await p->send();
  }
  mock::task<> moved_out_ok() {
    for (auto &p : std::exchange(peers, {}))
      co_await p->send();
  }
  mock::task<> collected_ok() {
    std::vector<std::shared_ptr<peer>> ready;
    for (auto &p : peers)
      if (p->n > 3)
        ready.push_back(p);
    for (auto &p : ready)
      co_await p->send();
  }
  mock::task<> index_ok() {
    for (std::size_t i = 0; i < peers.size(); ++i) {
      auto p = peers[i];
      co_await p->send();
    }
  }
  mock::task<> front_ok() {
    while (!ids.empty()) {
      int id = *ids.begin();
      ids.erase(ids.begin());
      co_await mock::fetch(id);
    }
  }
  mock::task<> found_again_ok(int id) {
    auto it = by_id.find(id);
    if (it == by_id.end())
      co_return;
    co_await mock::work();
    it = by_id.find(id);
    if (it != by_id.end())
      it->second.n = 1;
  }
  mock::task<> fixed_ok() {
    for (auto &x : slots)
      x = co_await mock::fetch();
  }
  mock::task<> filled_by_constructor_ok() {
    for (auto &p : constant)
      co_await p->send();
  }
  mock::task<> locked_ok() {
    auto guard = co_await lock.scoped_lock();
    for (auto &p : peers)
      co_await p->send();
  }
  mock::task<> no_suspension_ok() {
    for (auto &p : peers)
      p->n = 0;
    co_await mock::work();
  }
  room() { constant.push_back(nullptr); }
  void join(std::shared_ptr<peer> p) { peers.push_back(std::move(p)); }
  void leave(int id) {
    by_id.erase(id);
    ids.erase(id);
  }
  mock::task<> run() {
    co_await mock::work();
    join(nullptr);
  }

private:
  std::vector<std::shared_ptr<peer>> peers, constant;
  std::map<int, peer> by_id;
  std::set<int> ids;
  std::array<int, 4> slots;
  mock::mutex lock;
};
