// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "mock.h"
#include <memory>
#include <string>
#include <vector>

struct room {
  mock::task<> values() {
    for (const std::string &name : names_)
      co_await say(name);
  }
  mock::task<> changed() {
    for (std::string &name : names_)
      name = co_await ask();
  }
  mock::task<> pointers() {
    for (const std::string *name : others_)
      co_await say(*name);
  }
  mock::task<> say(std::string);
  mock::task<std::string> ask();
  void add(std::string name) {
    names_.push_back(name);
    others_.push_back(nullptr);
  }
  std::vector<std::string> names_;
  std::vector<const std::string *> others_;
};
