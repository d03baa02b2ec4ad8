// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The request ids again, in a plain global: a request reads the id that another one wrote while it was suspended.
// Verdict: confirmed as a state bleed (written, suspended, overwritten by another task, read).

#include <corace/corace.h>

#include <chrono>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;

int current_request = 0;

corace::task<void> child(std::string name) {
  co_await corace::sleep_for(0s);
  std::printf("child %s: id %d\n", name.c_str(), current_request); // whose id is it by now?
}

corace::task<void> handle_request(std::string name, int id) {
  current_request = id;
  co_await child(name);
  std::printf("request %s: id %d\n", name.c_str(), current_request);
}

corace::task<void> serve() {
  corace::task_group group;
  group.create_task(handle_request("A", 1));
  group.create_task(handle_request("B", 2));
  group.create_task(handle_request("C", 3));
  co_await group.join();
}

int main() { corace::run(serve()); }
