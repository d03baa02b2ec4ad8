// RUN: %check_corace %s corace-reference-across-await --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What was taken out first is nobody else's, however it was taken.
#include "mock.h"
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

struct room {
  std::vector<std::string> queue_;
  std::map<int, std::string> names_;
  void add(std::string s) { queue_.push_back(s); }
  void drop(int id) { names_.erase(id); }
  mock::task<> exchange_ok() {
    for (auto &s : std::exchange(queue_, {}))
      co_await mock::fetch(static_cast<int>(s.size()));
  }
  mock::task<> exchange_local_ok() {
    auto all = std::exchange(queue_, {});
    for (auto &s : all)
      co_await mock::fetch(static_cast<int>(s.size()));
  }
  mock::task<> move_ok() {
    auto all = std::move(queue_);
    queue_.clear();
    for (auto &s : all)
      co_await mock::fetch(static_cast<int>(s.size()));
  }
  mock::task<> move_only_ok() {
    auto all = std::move(queue_);
    for (auto &s : all)
      co_await mock::fetch(static_cast<int>(s.size()));
  }
  mock::task<> swap_ok() {
    std::vector<std::string> all;
    all.swap(queue_);
    for (auto &s : all)
      co_await mock::fetch(static_cast<int>(s.size()));
  }
  mock::task<> swap2_ok() {
    std::vector<std::string> all;
    std::swap(all, queue_);
    for (auto &s : all)
      co_await mock::fetch(static_cast<int>(s.size()));
  }
  mock::task<> swap3_ok() {
    std::vector<std::string> all;
    queue_.swap(all);
    for (auto &s : all)
      co_await mock::fetch(static_cast<int>(s.size()));
  }
  mock::task<> adlswap_ok() {
    std::vector<std::string> all;
    using std::swap;
    swap(queue_, all);
    for (auto &s : all)
      co_await mock::fetch(static_cast<int>(s.size()));
  }
  mock::task<> ranges_ok() {
    std::vector<std::string> all;
    std::ranges::swap(queue_, all);
    for (auto &s : all)
      co_await mock::fetch(static_cast<int>(s.size()));
  }
  mock::task<> loop_ok() {
    while (!queue_.empty()) {
      auto batch = std::exchange(queue_, {});
      for (auto &s : batch)
        co_await mock::fetch(static_cast<int>(s.size()));
    }
  }
  mock::task<> loop2_ok() {
    std::vector<std::string> batch;
    while (!queue_.empty()) {
      batch.clear();
      batch.swap(queue_);
      for (auto &s : batch)
        co_await mock::fetch(static_cast<int>(s.size()));
    }
  }
  mock::task<> assign_ok() {
    std::vector<std::string> batch;
    batch = std::move(queue_);
    queue_ = {};
    auto it = batch.begin();
    co_await mock::sleep();
    use(it->size());
  }
  mock::task<> copy_clear_ok() {
    auto all = queue_;
    queue_.clear();
    for (auto &s : all)
      co_await mock::fetch(static_cast<int>(s.size()));
  }
  mock::task<> map_ok(int id) {
    auto all = std::exchange(names_, {});
    auto it = all.find(id);
    if (it != all.end()) {
      co_await mock::sleep();
      use(it->second.size());
    }
  }
  mock::task<> node_ok(int id) {
    auto node = names_.extract(id);
    if (node) {
      co_await mock::sleep();
      use(node.mapped().size());
    }
  }
  mock::task<> not_taken_bad() {
    auto &all = queue_;
    for (auto &s : all)
      // EXPECT: the loop over 'queue_' may go on with an iterator that is no longer valid
      co_await mock::fetch(static_cast<int>(s.size()));
  }
  mock::task<> taken_too_late_bad() {
    for (auto &s : queue_)
      // EXPECT: the loop over 'queue_' may go on with an iterator that is no longer valid
      co_await mock::fetch(static_cast<int>(s.size()));
    auto all = std::exchange(queue_, {});
  }
};
