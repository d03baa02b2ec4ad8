// RUN: %check_corace %s corace-read-await-write --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parts of elements have the name that the user would give them, however they were reached.
#include "mock.h"
#include <map>
#include <tuple>
#include <utility>
#include <vector>

struct account {
  int balance;
};
struct bank {
  std::map<int, account> accounts;
  std::map<int, std::pair<int, int>> pairs;
  std::vector<std::pair<int, int>> list;
  std::tuple<int, int> both;

  mock::task<> iterator_bad(int who) {
    auto it = accounts.find(who);
    int before = it->second.balance;
    co_await mock::sleep();
    accounts[who].balance = before + 1;
    // EXPECT: 'accounts[who].balance' may be overwritten
  }
  mock::task<> binding_bad(int who) {
    auto &[key, a] = *accounts.find(who);
    int before = a.balance;
    co_await mock::sleep();
    a.balance = before + key;
    // EXPECT: 'accounts[who].balance' may be overwritten
  }
  mock::task<> pair_in_map_bad(int k) {
    auto &p = pairs.find(k)->second;
    int before = p.second;
    co_await mock::sleep();
    p.second = before + 1;
    // EXPECT: 'pairs[k].second' may be overwritten
  }
  mock::task<> pair_in_map_ok(int k) {
    int before = pairs[k].second;
    co_await mock::sleep();
    pairs.at(k).first = before;
  }
  mock::task<> pair_in_list_bad() {
    int before = list[0].second;
    co_await mock::sleep();
    list[0].second = before + 1;
    // EXPECT: 'list[0].second' may be overwritten
  }
  mock::task<> pair_in_list_ok(int k) {
    auto &[x, y] = list[k];
    int before = x;
    co_await mock::sleep();
    y = before;
  }
  mock::task<> tuple_bad() {
    int before = std::get<0>(both);
    co_await mock::sleep();
    std::get<0>(both) = before + 1;
    // EXPECT: 'both[0]' may be overwritten
  }
  mock::task<> tuple_ok() {
    int before = std::get<0>(both);
    co_await mock::sleep();
    std::get<1>(both) = before;
  }
};
