// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/notes.h"

#include <gtest/gtest.h>

namespace corace::report {
namespace {

TEST(short_name, of_what_compilers_write) {
  EXPECT_EQ(short_name("corace::task<int> fetch(int)"), "fetch");
  EXPECT_EQ(short_name("corace::task<int> ns::fetch(std::vector<std::function<int (char)>>)"), "fetch");
  EXPECT_EQ(short_name("task<std::function<void ()>> cache::look_up(int) const"), "look_up");
  EXPECT_EQ(short_name("corace::task<int> ns::(anonymous namespace)::fetch()"), "fetch");
  EXPECT_EQ(short_name("corace::task<> {anonymous}::fetch(int)"), "fetch");
  EXPECT_EQ(short_name("auto main()::(anonymous class)::operator()(int) const"), "main");
  EXPECT_EQ(short_name("auto (anonymous class)::operator()(int) const"), "lambda");
  EXPECT_EQ(short_name("task<int> cache<int>::find<char>(int)"), "find<char>");
  EXPECT_EQ(short_name(""), "");
}

} // namespace
} // namespace corace::report
