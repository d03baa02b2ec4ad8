// RUN: %check_corace %s corace-reference-across-await --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A test of what a look-up found, and an act that goes through it: that it may no longer be valid is said, not that the
// test may no longer hold.
#include "mock.h"
#include <map>
#include <string>

struct room {
  std::map<int, std::string> names_;
  void drop(int id) { names_.erase(id); }
  mock::task<> used_bad(int id) {
    auto it = names_.find(id);
    if (it == names_.end())
      co_return;
    co_await mock::sleep();
    use(static_cast<int>(it->second.size()));
    // EXPECT: 'it' may no longer be valid: it was obtained from 'names_' on line 15
  }
  mock::task<> erased_bad(int id) {
    auto it = names_.find(id);
    if (it != names_.end()) {
      co_await mock::sleep();
      names_.erase(it);
      // EXPECT: 'it' may no longer be valid: it was obtained from 'names_' on line 23
    }
  }
  mock::task<> written_bad(int id) {
    if (auto it = names_.find(id); it != names_.end()) {
      co_await mock::fetch(id);
      it->second = "new";
      // EXPECT: 'it' may no longer be valid: it was obtained from 'names_' on line 31
    }
  }
  mock::task<> by_key_bad(int id) {
    auto it = names_.find(id);
    if (it == names_.end())
      co_return;
    co_await mock::fetch(it->first);
    names_.erase(id);
    // EXPECT: 'names_[id]' is erased from after a test that may no longer hold [corace-check-await-act]
  }
};
