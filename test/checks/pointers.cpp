// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A pointer that was tested before the await and is used after it; a snapshot keeps the object.
#include "mock.h"
#include <map>
#include <memory>
#include <optional>

struct connection { void send(); int id; };
std::shared_ptr<connection> current;
std::optional<int> leader;

mock::task<> tested_then_used_bad() {
  if (!current)
    co_return;
  co_await mock::work();
  current->send();
  // EXPECT: 'current' is used after a test that may no longer hold
}

mock::task<> optional_bad() {
  if (leader.has_value()) {
    co_await mock::work();
    use(*leader);
    // EXPECT: 'leader' is used after a test
  }
}

mock::task<> snapshot_ok() {
  auto mine = current;
  if (!mine)
    co_return;
  co_await mock::work();
  mine->send();
}

mock::task<> tested_again_ok() {
  if (!current)
    co_return;
  co_await mock::work();
  if (current)
    current->send();
}

mock::task<> owned_ok(std::unique_ptr<connection> own) {
  if (own->id == 0)
    own->id = co_await mock::fetch();
}

class session {
public:
  mock::task<> never_reset_ok() {
    if (!made_in_constructor)
      co_return;
    co_await mock::work();
    made_in_constructor->send();
  }

private:
  std::unique_ptr<connection> made_in_constructor = std::make_unique<connection>();
};

// A copy of the owner keeps the object, whatever the map says of the key by then.
struct peer { long last; };
struct peers {
  std::map<int, std::shared_ptr<peer>> by_id;
  void drop(int id) { by_id.erase(id); }
  mock::task<> copied_ok(int id) {
    auto it = by_id.find(id);
    if (it == by_id.end())
      co_return;
    auto p = it->second;
    co_await mock::work();
    p->last = 1;
  }
  mock::task<> not_copied_bad(int id) {
    if (!by_id.contains(id))
      co_return;
    co_await mock::work();
    by_id[id]->last = 1;
    // EXPECT: 'by_id[id]' is used after a test that may no longer hold
  }
  mock::task<> copied_late_bad(int id) {
    if (!by_id.contains(id))
      co_return;
    co_await mock::work();
    auto p = by_id.at(id);
    p->last = 1;
    // EXPECT: 'by_id[id]' is used after a test that may no longer hold
  }
};
