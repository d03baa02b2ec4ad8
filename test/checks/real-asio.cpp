// RUN: %check_corace %s corace-read-await-write
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Boost.Asio as Debian ships it, without any model but the built-in one.
#include <boost/asio.hpp>

#include <map>

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;

class server {
public:
  awaitable<void> count_bad(asio::steady_timer &timer) {
    int before = served;
    co_await timer.async_wait(use_awaitable);
    served = before + 1;
    // EXPECT: 'served' may be overwritten with a stale value
    // EXPECT-NOTE -1: 'basic_waitable_timer::async_wait' always suspends
    // EXPECT-NOTE -2: a strand is not a lock
  }
  awaitable<void> executor_ok() {
    int before = served;
    auto executor = co_await asio::this_coro::executor; // never suspends
    (void)executor;
    served = before + 1;
  }
  awaitable<void> body_ok() {
    int before = served;
    co_await executor_ok();
    served = before + 1;
  }
  awaitable<void> look_up_bad(asio::steady_timer &timer, int key) {
    if (sessions.contains(key))
      co_return;
    co_await timer.async_wait(use_awaitable);
    sessions.insert_or_assign(key, 1);
    // EXPECT: 'sessions[key]' is inserted into after a test [corace-check-await-act]
  }

private:
  int served = 0;
  std::map<int, int> sessions;
};

void start(asio::io_context &context, server &s, asio::steady_timer &timer) {
  auto strand = asio::make_strand(context);
  asio::co_spawn(strand, s.count_bad(timer), asio::detached);
}
