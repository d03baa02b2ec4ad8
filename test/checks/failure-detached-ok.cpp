// RUN: %check_corace %s corace-unobserved-failure
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tasks that may be detached: they catch, nothing in sight throws, or whoever starts them looks at how they end.
#include <boost/asio.hpp>

#include <stdexcept>

namespace asio = boost::asio;
using asio::awaitable;
using asio::detached;
using asio::use_awaitable;

bool broken();
void report(std::exception_ptr);
awaitable<void> elsewhere(); // its body is not visible

awaitable<void> throws(asio::steady_timer &t) {
  co_await t.async_wait(use_awaitable);
  if (broken())
    throw std::runtime_error("broken");
}
awaitable<void> catches_all_ok(asio::steady_timer &t) {
  try {
    co_await throws(t);
  } catch (...) {
    report(std::current_exception());
  }
}
awaitable<void> catches_exceptions_ok(asio::steady_timer &t) {
  try {
    co_await throws(t);
  } catch (const std::exception &) {
    report(std::current_exception());
  }
}
awaitable<void> catches_base_ok() {
  try {
    throw std::invalid_argument("n");
  } catch (const std::logic_error &) {
  }
  co_return;
}
awaitable<void> only_awaits_ok(asio::steady_timer &t) { co_await t.async_wait(use_awaitable); }
awaitable<void> nothing_throws_ok() noexcept { co_return; }
awaitable<void> makes_a_lambda_ok() {
  auto later = [] { throw 1; };
  (void)later;
  co_return;
}

void start(asio::io_context &c, asio::steady_timer &t) {
  co_spawn(c, elsewhere(), detached);
  co_spawn(c, catches_all_ok(t), detached);
  co_spawn(c, catches_exceptions_ok(t), detached);
  co_spawn(c, catches_base_ok(), detached);
  co_spawn(c, only_awaits_ok(t), detached);
  co_spawn(c, nothing_throws_ok(), detached);
  co_spawn(c, makes_a_lambda_ok(), detached);
}
void handler_ok(asio::io_context &c, asio::steady_timer &t) {
  co_spawn(c, throws(t), [](std::exception_ptr e) {
    if (e)
      report(e);
  });
  co_spawn(c, throws(t), report);
  co_spawn(c, throws(t), asio::use_future).get();
}
awaitable<void> awaited_ok(asio::steady_timer &t) {
  co_await co_spawn(co_await asio::this_coro::executor, throws(t), use_awaitable);
}
awaitable<void> own_loop_ok(asio::steady_timer &t) {
  for (;;) {
    try {
      co_await throws(t);
    } catch (...) {
      report(std::current_exception());
    }
  }
}
