// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Request ids in nested tasks, kept in a context variable: each root task and all that it calls see their own id.
// Verdict: silent; the program itself asserts it under every schedule.

#undef NDEBUG
#include <corace/corace.h>

#include <cassert>
#include <chrono>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;

corace::context_var<int> request_id{"request_id"};

corace::task<void> grand_child(std::string name, int expected) {
  std::printf("grand child %s: id %d\n", name.c_str(), request_id.get());
  assert(request_id.get() == expected);
  co_return;
}

corace::task<void> child(std::string name, int expected) {
  co_await corace::sleep_for(0s);
  std::printf("child %s: id %d\n", name.c_str(), request_id.get());
  assert(request_id.get() == expected);
  co_await grand_child(name, expected);
}

corace::task<void> handle_request(std::string name, int id) {
  co_await corace::sleep_for(id * 1ms); // so that the requests do not start in step
  request_id.set(id);
  co_await corace::create_task(child(name, id)); // a task of its own starts with a copy of its parent's context
  std::printf("request %s: id %d\n", name.c_str(), request_id.get());
  assert(request_id.get() == id);
}

corace::task<void> serve() {
  corace::task_group group;
  group.create_task(handle_request("A", 1));
  group.create_task(handle_request("B", 2));
  group.create_task(handle_request("C", 3));
  co_await group.join();
}

int main() { corace::run(serve()); }
