// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The session server repaired: the count is read and written after the await, in one segment.
// Verdict: silent, in `corace check` and when the instrumented binary runs; every session is counted.

#include <boost/asio.hpp>

#include <chrono>
#include <cstdio>
#include <string>

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr int clients = 4;

class session_counter {
public:
  awaitable<void> record() {
    co_await write_audit_line();
    served_ += 1; // read and written in one segment: nobody can come between
  }
  int served() const { return served_; }

private:
  awaitable<void> write_audit_line() {
    asio::steady_timer disk(co_await asio::this_coro::executor, 5ms);
    co_await disk.async_wait(use_awaitable);
  }

  int served_ = 0;
};

awaitable<void> session(tcp::socket socket, session_counter &counter) {
  std::string request;
  co_await asio::async_read_until(socket, asio::dynamic_buffer(request), '\n', use_awaitable);
  co_await counter.record();
  co_await asio::async_write(socket, asio::buffer(request), use_awaitable);
}

awaitable<void> listener(tcp::acceptor acceptor, session_counter &counter) {
  auto strand = asio::make_strand(acceptor.get_executor());
  for (int i = 0; i < clients; ++i) {
    tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
    asio::co_spawn(strand, session(std::move(socket), counter), asio::detached);
  }
}

awaitable<void> client(tcp::endpoint server) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect(server, use_awaitable);
  co_await asio::async_write(socket, asio::buffer("hello\n", 6), use_awaitable);
  std::string answer;
  co_await asio::async_read_until(socket, asio::dynamic_buffer(answer), '\n', use_awaitable);
}

int main() {
  asio::io_context context;
  session_counter counter;
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  const tcp::endpoint server = acceptor.local_endpoint();
  asio::co_spawn(context, listener(std::move(acceptor), counter), asio::detached);
  for (int i = 0; i < clients; ++i)
    asio::co_spawn(context, client(server), asio::detached);
  context.run();
  std::printf("%d sessions, counted %d\n", clients, counter.served());
}
