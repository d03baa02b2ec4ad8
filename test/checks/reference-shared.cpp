// RUN: %check_corace %s corace-reference-across-await --models %inputs/mock.yaml -- -I%inputs -I%S/Inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Containers of a library whose headers are named with -I: its members are none of the user's business.
#include "mock.h"
#include "shared-containers.h"

class room {
  QMap<int, int> seats_, rows_;

public:
  void leave(int id) { seats_.remove(id); }
  void add(int id) { rows_.insert(id, 1); }

  mock::task<> iterator_bad(int id) {
    auto it = seats_.find(id);
    co_await mock::sleep();
    *it = 1;
    // EXPECT: 'it' may no longer be valid: it was obtained from 'seats_' on line 17
    // EXPECT-NOTE -6: 'leave' erases from it here and may run meanwhile
  }
  mock::task<> element_bad(int id) {
    int &seat = seats_[id];
    co_await mock::sleep();
    seat = 1;
    // EXPECT: 'seat' may refer to something that is gone: it was obtained from 'seats_' on line 24
  }
  mock::task<> loop_bad() {
    for (int seat : seats_)
      // EXPECT: the loop over 'seats_' may go on with an iterator that is no longer valid
      co_await mock::fetch(seat);
  }
  mock::task<> update_bad(int id) {
    int had = seats_.value(id);
    co_await mock::sleep();
    seats_[id] = had + 1;
    // EXPECT: 'seats_[id]' may be overwritten with a stale value [corace-read-await-write]
  }

  mock::task<> copy_ok() {
    auto all = seats_; // keeps the elements alive, and detaches from those who change the original
    for (int seat : all)
      co_await mock::fetch(seat);
  }
  mock::task<> value_ok(int id) {
    int seat = seats_.value(id);
    co_await mock::sleep();
    use(seat);
  }
  mock::task<> insertion_leaves_nodes_ok(int id) {
    int &row = rows_[id];
    co_await mock::sleep();
    row = 1;
  }
};
