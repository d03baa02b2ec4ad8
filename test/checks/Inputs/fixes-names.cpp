// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "mock.h"

#include <string>
#include <vector>

int total;

mock::task<> comments_go_along(int k) {
  total = total + co_await mock::fetch(/* the key */ k); // and this one
}
mock::task<> comment_would_be_lost(int k) {
  total = total + /* as agreed */ co_await mock::fetch(k);
}
mock::task<> comment_behind_would_be_lost(int k) {
  total = total // the price
          + co_await mock::fetch(k);
}
mock::task<> no_comment(int k) {
  total = total + co_await mock::fetch("/*"[0] + k);
}

mock::task<> local_has_the_name(int k) {
  if (int awaited = k)
    total = total + co_await mock::fetch(awaited);
}
mock::task<> second_has_the_name(int awaited2) {
  total = total + co_await mock::fetch(1);
  total = total + co_await mock::fetch(awaited2);
}
struct base {
  int awaited = 0;
};
struct derived : base {
  int sum = 0;
  mock::task<> member_has_the_name(int k) {
    sum = sum + co_await mock::fetch(k);
    sum = sum + co_await mock::fetch(awaited);
  }
};
namespace elsewhere {
int awaited;
}

struct room {
  std::vector<std::string> names_;
  void join(std::string name) { names_.push_back(name); }
  mock::task<> twice(std::string copy_of_names) {
    for (const std::string &name : names_)
      co_await mock::fetch(static_cast<int>(name.size()));
    for (const std::string &name : names_)
      co_await mock::fetch(static_cast<int>(name.size() + copy_of_names.size()));
  }
};
