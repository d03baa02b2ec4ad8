// RUN: %check_corace %s corace-unobserved-failure --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Coroutines of types that nobody can await, by what their promises do with an exception.
#include "mock.h"

#include <exception>

struct promise_of_forgotten {
  std::suspend_never initial_suspend() noexcept;
  std::suspend_never final_suspend() noexcept;
  void return_void();
};
struct silent {
  struct promise_type : promise_of_forgotten {
    silent get_return_object();
    void unhandled_exception() {}
  };
};
struct fatal {
  struct promise_type : promise_of_forgotten {
    fatal get_return_object();
    void unhandled_exception() { std::terminate(); }
  };
};
struct told {
  struct promise_type : promise_of_forgotten {
    told get_return_object();
    void unhandled_exception() { log(std::current_exception()); }
    void log(std::exception_ptr);
  };
};

bool broken();
void check() {
  if (broken())
    throw 1;
}

silent lost_bad() {
  co_await mock::sleep();
  if (broken())
    throw 1;
  // EXPECT: an exception may leave 'lost_bad' here and is lost: nobody can await a 'silent'
}
silent lost_in_callee_bad() {
  co_await mock::sleep();
  check();
  // EXPECT: an exception may leave 'lost_in_callee_bad' here and is lost
}
fatal terminates_bad() {
  if (broken())
    throw 1;
  // EXPECT: an exception may leave 'terminates_bad' here and ends the program: nobody can await a 'fatal'
  co_return;
}
silent catches_ok() {
  try {
    check();
  } catch (...) {
  }
  co_return;
}
silent nothing_in_sight_ok() { co_await mock::sleep(); }
fatal decided_ok() { co_await mock::sleep(); }
told told_ok() {
  check();
  co_return;
}
mock::task<> awaited_ok() {
  check();
  co_return;
}
