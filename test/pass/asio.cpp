// Boost.Asio as its users write it, unchanged: the lost update is seen, on a strand too, and nothing else is.
// RUN: %clangxx -std=c++20 -g -O1 %detector_headers -c %S/Inputs/report.cpp -o %t.report.o
// RUN: %clangxx_instrumented -O0 %s %t.report.o %link_instrumented -o %t.0 && %t.0 | FileCheck %s
// RUN: %clangxx_instrumented -O2 %s %t.report.o %link_instrumented -o %t.2 && %t.2 | FileCheck %s

#include "Inputs/mini.h"

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>

#include <deque>
#include <map>
#include <memory>
#include <string>

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using asio::awaitable;
using asio::use_awaitable;

int counter;

awaitable<void> short_wait() {
  asio::steady_timer timer(co_await asio::this_coro::executor, 1ms);
  co_await timer.async_wait(use_awaitable);
}
awaitable<void> lost() {
  int value = counter;
  co_await short_wait();
  counter = value + 1;
}
awaitable<void> repaired() {
  co_await short_wait();
  counter = counter + 1;
}
struct statistics {
  std::map<std::string, int> hits;
  std::deque<int> last;
  int total = 0;
};
// Containers, allocations and shared pointers of many tasks, each update in one segment.
awaitable<void> busy(std::shared_ptr<statistics> s, int id) {
  for (int i = 0; i < 3; ++i) {
    s->hits["client " + std::to_string(id)] += 1;
    s->last.push_back(id);
    if (s->last.size() > 4)
      s->last.pop_front();
    s->total += i;
    co_await short_wait();
  }
}
awaitable<int> child(int x) {
  co_await short_wait();
  co_return x + 1;
}
awaitable<void> parent() {
  int sum = co_await child(1);
  sum += co_await child(sum);
  auto [a, b] = co_await (child(1) && child(2));
  std::variant<int, int> any = co_await (child(3) || child(4));
  sum += a + b + static_cast<int>(any.index());
  auto executor = co_await asio::this_coro::executor;
  sum += co_await asio::co_spawn(executor, child(5), use_awaitable);
}
// A value handed over through a channel is not shared.
using channel = asio::experimental::channel<void(boost::system::error_code, int)>;
awaitable<void> producer(channel &out) {
  for (int i = 0; i < 4; ++i)
    co_await out.async_send(boost::system::error_code(), i, use_awaitable);
  out.close();
}
awaitable<void> consumer(channel &in) {
  try {
    for (;;)
      counter += co_await in.async_receive(use_awaitable);
  } catch (const boost::system::system_error &) {
  }
}

template <class Start> void run(const char *title, Start start) {
  counter = 0;
  mini::begin();
  asio::io_context context;
  start(context);
  context.run();
  mini::end(title);
}

int main() {
  // CHECK: lost: 1 violations
  // CHECK-NEXT: lost: lost-update on 'counter': 30, 31, 32, 32 in lost() against lost()
  run("lost", [](asio::io_context &context) {
    for (int i = 0; i < 3; ++i)
      asio::co_spawn(context, lost(), asio::detached);
  });
  // CHECK-NEXT: on a strand: 1 violations
  // CHECK-NEXT: on a strand: lost-update on 'counter': 30, 31, 32, 32 in lost() against lost()
  run("on a strand", [](asio::io_context &context) {
    auto strand = asio::make_strand(context);
    for (int i = 0; i < 3; ++i)
      asio::co_spawn(strand, lost(), asio::detached);
  });
  // CHECK-NEXT: repaired: 0 violations
  run("repaired", [](asio::io_context &context) {
    for (int i = 0; i < 3; ++i)
      asio::co_spawn(context, repaired(), asio::detached);
  });
  // CHECK-NEXT: busy: 0 violations
  run("busy", [](asio::io_context &context) {
    auto s = std::make_shared<statistics>();
    for (int i = 0; i < 5; ++i)
      asio::co_spawn(context, busy(s, i % 2), asio::detached);
  });
  // CHECK-NEXT: parents: 0 violations
  run("parents", [](asio::io_context &context) {
    for (int i = 0; i < 3; ++i)
      asio::co_spawn(context, parent(), asio::detached);
  });
  // CHECK-NEXT: channel: 0 violations
  run("channel", [](asio::io_context &context) {
    auto between = std::make_shared<channel>(context, 1);
    asio::co_spawn(context, producer(*between), [between](std::exception_ptr) {});
    asio::co_spawn(context, consumer(*between), [between](std::exception_ptr) {});
  });
  // CHECK-NEXT: lambda: 1 violations
  // CHECK-NEXT: lambda: lost-update on 'seen'
  run("lambda", [](asio::io_context &context) {
    auto seen = std::make_shared<int>(0);
    for (int i = 0; i < 2; ++i)
      asio::co_spawn(
          context,
          [seen]() -> awaitable<void> {
            int value = *seen;
            co_await short_wait();
            *seen = value + 1;
          },
          asio::detached);
  });
}
