// RUN: %check_corace %s corace-reference-across-await --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// References that have no name here, or that come from elsewhere: objects of calls, getters, captures, parameters.
#include "mock.h"
#include <map>
#include <memory>
#include <string>
#include <vector>

struct entry {
  int n = 0;
  std::string text;
};

class registry {
public:
  entry &find(int k) { return table.at(k); }
  entry *look(int k) {
    auto it = table.find(k);
    return it == table.end() ? nullptr : &it->second;
  }
  entry &made() { return single; }
  void drop(int k) { table.erase(k); }

private:
  std::map<int, entry> table;
  entry single;
};

class user {
public:
  mock::task<> object_bad(int k) {
    table.at(k).text.append(co_await fetch());
    // EXPECT: an element of 'table' may be gone when the call is made
  }
  mock::task<> plain_object_ok() { list.push_back(co_await mock::fetch()); }
  mock::task<> assigned_ok(int k) { table[k].n = co_await mock::fetch(k); }
  mock::task<> value_argument_ok(int k) { list.insert(list.begin(), table.at(k).n), co_await mock::work(); }
  mock::task<> getter_bad(int k) {
    auto &e = all.find(k);
    co_await mock::work();
    e.n = 1;
    // EXPECT: 'e' may refer to something that is gone: it was obtained from 'all.table'
  }
  mock::task<> pointer_getter_bad(int k) {
    entry *e = all.look(k);
    co_await mock::work();
    e->n = 1;
    // EXPECT: 'e' may refer to something that is gone: it was obtained from 'all.table'
  }
  mock::task<> member_getter_ok() {
    auto &e = all.made();
    co_await mock::work();
    e.n = 1;
  }
  mock::task<> captured(int k) {
    auto &e = table.at(k);
    auto both = [&]() -> mock::task<> {
      co_await mock::work();
      e.n = 1;
      // EXPECT: 'e' may refer to something that is gone
    };
    co_await mock::when_all(both(), both());
  }
  mock::task<> parameter_bad(entry &e) {
    co_await mock::work();
    e.n = 1;
    // EXPECT: 'e' may refer to something that is gone: a caller passes an element of 'table'
  }
  mock::task<> local_parameter_ok(entry &e) {
    co_await mock::work();
    e.n = 1;
  }
  mock::task<> container_parameter_ok(const std::vector<int> &all_of_them) {
    for (int x : all_of_them)
      co_await mock::fetch(x);
  }
  mock::task<> calls(int k) {
    co_await parameter_bad(table.at(k));
    entry mine;
    co_await local_parameter_ok(mine);
    std::vector<int> numbers{1, 2};
    co_await container_parameter_ok(numbers);
    numbers.clear();
  }
  void drop(int k) {
    table.erase(k);
    list.clear();
  }

private:
  mock::task<std::string> fetch();
  std::map<int, entry> table;
  std::vector<int> list;
  registry all;
};

mock::task<> local_ok() {
  std::vector<int> mine{1, 2, 3};
  for (auto &x : mine)
    x = co_await mock::fetch();
  auto &first = mine.front();
  co_await mock::work();
  first = 1;
}

mock::task<> results_of_parts_ok() {
  std::vector<int> results;
  results.resize(2);
  auto part = [&](int i) -> mock::task<> {
    auto &result = results[i];
    result = co_await mock::fetch(i);
  };
  co_await mock::when_all(part(0), part(1));
  results.clear();
}

std::vector<int> &numbers();
mock::task<> accessor_bad() {
  for (int x : numbers())
    // EXPECT: the loop over 'numbers()' may go on
    co_await mock::fetch(x);
}

struct node {
  int n;
  node *next;
};
extern node *head;
mock::task<> list_bad() {
  for (node *p = head; p; p = p->next)
    // EXPECT: 'p' may refer to something that is gone
    co_await mock::fetch(p->n);
}
mock::task<> no_list_ok() {
  node *p = head;
  co_await mock::work();
  p->n = 1;
}
