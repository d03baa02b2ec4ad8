// RUN: %check_corace %s corace-unobserved-failure
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Detached tasks of Boost.Asio that may fail. The library gives the exception to the completion handler.
#include <boost/asio.hpp>

#include <stdexcept>

namespace asio = boost::asio;
using asio::awaitable;
using asio::detached;
using asio::use_awaitable;

bool broken();
void report(std::exception_ptr);
void parse(int n) {
  if (n < 0)
    throw std::invalid_argument("n");
}
[[noreturn]] void fail() { throw std::runtime_error("fail"); }

awaitable<void> throws(asio::steady_timer &t) {
  co_await t.async_wait(use_awaitable);
  if (broken())
    throw std::runtime_error("broken");
}
awaitable<void> calls_what_throws(int n) {
  parse(n);
  co_return;
}
awaitable<void> awaits_what_throws(asio::steady_timer &t) { co_await throws(t); }
awaitable<void> fails() {
  if (broken())
    fail();
  co_return;
}
awaitable<void> rethrows(asio::steady_timer &t) {
  try {
    co_await t.async_wait(use_awaitable);
  } catch (const std::exception &) {
    if (broken())
      throw;
  }
}
awaitable<void> catches_another() {
  try {
    throw std::runtime_error("broken");
  } catch (const std::logic_error &) {
  }
  co_return;
}

void detached_bad(asio::io_context &c, asio::steady_timer &t) {
  co_spawn(c, throws(t), detached);
  // EXPECT: 'throws' runs detached, and its failure is lost: nothing catches what is thrown on line 26
  // EXPECT-NOTE -29: thrown here, and caught nowhere on the way out of 'throws'
  // EXPECT-NOTE 0: to mend it: catch in 'throws' what may be thrown, or start it with something that looks at how it ends
  co_spawn(c, calls_what_throws(1), detached);
  // EXPECT: 'calls_what_throws' runs detached, and its failure is lost: nothing catches what is thrown on line 19
  co_spawn(c, awaits_what_throws(t), detached);
  // EXPECT: 'awaits_what_throws' runs detached
  co_spawn(c, fails(), detached);
  // EXPECT: 'fails' runs detached
  co_spawn(c, rethrows(t), detached);
  // EXPECT: 'rethrows' runs detached
  co_spawn(c, catches_another(), detached);
  // EXPECT: 'catches_another' runs detached
}

void lambda_bad(asio::io_context &c) {
  auto run = []() -> awaitable<void> { throw 1; co_return; };
  co_spawn(c, run, detached);
  // EXPECT: the lambda runs detached, and its failure is lost: nothing catches what is thrown on line {-1}
}

awaitable<void> ignored() {
  throw 1;
  co_return;
}
awaitable<void> on_strand() {
  throw 1;
  co_return;
}
void handler_bad(asio::io_context &c) {
  co_spawn(c, ignored(), [](std::exception_ptr) {});
  // EXPECT: the handler does not look at how 'ignored' ends, and its failure is lost
  co_spawn(c, on_strand(), asio::bind_executor(asio::make_strand(c), detached));
  // EXPECT: 'on_strand' runs detached, and its failure is lost
}
