// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A relay on Boost.Asio with a cache, for timing the checker: parsing is most of the work, as in real programs.
#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <deque>
#include <map>
#include <memory>
#include <string>

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace asio::experimental::awaitable_operators;

class relay : public std::enable_shared_from_this<relay> {
public:
  relay(tcp::socket from, tcp::socket to) : from_(std::move(from)), to_(std::move(to)), idle_(from_.get_executor()) {}

  asio::awaitable<void> run() {
    co_await (copy(from_, to_) || copy(to_, from_) || watch());
    from_.close();
    to_.close();
  }

private:
  asio::awaitable<void> copy(tcp::socket &in, tcp::socket &out) {
    std::array<char, 4096> data;
    for (;;) {
      const std::size_t size = co_await in.async_read_some(asio::buffer(data), asio::use_awaitable);
      bytes_ += size;
      moved_ = true;
      co_await asio::async_write(out, asio::buffer(data, size), asio::use_awaitable);
    }
  }

  asio::awaitable<void> watch() {
    do {
      moved_ = false;
      idle_.expires_after(std::chrono::seconds(30));
      co_await idle_.async_wait(asio::use_awaitable);
    } while (moved_);
  }

  tcp::socket from_, to_;
  asio::steady_timer idle_;
  std::uint64_t bytes_ = 0;
  bool moved_ = false;
};

class names {
public:
  explicit names(asio::any_io_executor executor) : resolver_(executor) {}

  asio::awaitable<tcp::endpoint> find(std::string host) {
    if (auto known = cache_.find(host); known != cache_.end())
      co_return known->second;
    auto results = co_await resolver_.async_resolve(host, "http", asio::use_awaitable);
    tcp::endpoint first = results.begin()->endpoint();
    cache_.insert_or_assign(host, first);
    co_return first;
  }

private:
  tcp::resolver resolver_;
  std::map<std::string, tcp::endpoint> cache_;
};

asio::awaitable<void> serve(tcp::acceptor &acceptor, names &known, std::string host) {
  for (;;) {
    tcp::socket from = co_await acceptor.async_accept(asio::use_awaitable);
    tcp::socket to(from.get_executor());
    co_await to.async_connect(co_await known.find(host), asio::use_awaitable);
    auto both = std::make_shared<relay>(std::move(from), std::move(to));
    asio::co_spawn(acceptor.get_executor(), [both] { return both->run(); }, asio::detached);
  }
}

int main() {
  asio::io_context context;
  tcp::acceptor acceptor(context, {tcp::v4(), 8080});
  names known(context.get_executor());
  asio::co_spawn(context, serve(acceptor, known, "example.org"), asio::detached);
  context.run();
}
