// RUN: %check_corace %s corace-read-await-write -- -I%S/Inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The locks of many libraries by their names: held over both accesses they protect, taken too late they do not.
#include "blocks.h"

namespace avast::asio {
struct async_mutex_lock : blocks::guard {};
struct async_mutex {
  blocks::awaiter<async_mutex_lock> scoped_lock_async();
};
} // namespace avast::asio
namespace boost::asio {
template <typename T = void> struct awaitable : blocks::lazy<awaitable<T>, T> {};
awaitable<> post();
} // namespace boost::asio
boost::asio::awaitable<> asio_mutex_ok(avast::asio::async_mutex &m) {
  auto guard = co_await m.scoped_lock_async();
  int v = n;
  co_await boost::asio::post();
  n = v + 1;
}
boost::asio::awaitable<> asio_mutex_bad(avast::asio::async_mutex &m) {
  int v = n;
  auto guard = co_await m.scoped_lock_async();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
}

namespace boost::sam {
struct lock_guard : blocks::guard {};
struct basic_mutex {};
blocks::awaiter<lock_guard> async_lock(basic_mutex &);
} // namespace boost::sam
boost::asio::awaitable<> sam_ok(boost::sam::basic_mutex &m) {
  auto guard = co_await async_lock(m);
  int v = n;
  co_await boost::asio::post();
  n = v + 1;
}
boost::asio::awaitable<> sam_bad(boost::sam::basic_mutex &m) {
  int v = n;
  auto guard = co_await async_lock(m);
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
}

namespace boost::capy {
template <typename T = void> struct task : blocks::lazy<task<T>, T> {};
struct async_mutex {
  struct lock_guard : blocks::guard {};
  blocks::awaiter<lock_guard> scoped_lock();
};
task<> pause();
} // namespace boost::capy
boost::capy::task<> capy_ok(boost::capy::async_mutex &m) {
  auto guard = co_await m.scoped_lock();
  int v = n;
  co_await boost::capy::pause();
  n = v + 1;
}
boost::capy::task<> capy_bad(boost::capy::async_mutex &m) {
  int v = n;
  auto guard = co_await m.scoped_lock();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
}

namespace folly::coro {
template <typename T = void> struct [[nodiscard]] Task : blocks::lazy<Task<T>, T> {};
struct Mutex {
  blocks::awaiter<std::unique_lock<Mutex>> co_scoped_lock();
  void lock();
  void unlock();
};
Task<> sleep(int);
} // namespace folly::coro
folly::coro::Task<> folly_ok(folly::coro::Mutex &m) {
  auto guard = co_await m.co_scoped_lock();
  int v = n;
  co_await folly::coro::sleep(1);
  n = v + 1;
}
folly::coro::Task<> folly_bad(folly::coro::Mutex &m) {
  int v = n;
  auto guard = co_await m.co_scoped_lock();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
}

namespace coro {
template <typename T = void> struct [[nodiscard]] task : blocks::lazy<task<T>, T> {};
struct scoped_lock : blocks::guard {};
struct mutex {
  blocks::awaiter<scoped_lock> scoped_lock();
};
struct shared_mutex {
  task<> lock();
  task<> unlock();
};
struct thread_pool {
  blocks::awaiter<> yield();
};
} // namespace coro
coro::task<> libcoro_ok(coro::mutex &m, coro::thread_pool &pool) {
  auto guard = co_await m.scoped_lock();
  int v = n;
  co_await pool.yield();
  n = v + 1;
}
coro::task<> libcoro_shared_ok(coro::shared_mutex &m, coro::thread_pool &pool) {
  co_await m.lock();
  int v = n;
  co_await pool.yield();
  n = v + 1;
  co_await m.unlock();
}
coro::task<> libcoro_bad(coro::shared_mutex &m) {
  co_await m.lock();
  int v = n;
  co_await m.unlock();
  co_await m.lock();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
  co_await m.unlock();
}

namespace async_simple::coro {
template <typename T = void> struct [[nodiscard]] Lazy : blocks::lazy<Lazy<T>, T> {};
struct Mutex {
  blocks::awaiter<std::unique_lock<Mutex>> coScopedLock();
  void lock();
  void unlock();
};
struct Yield : blocks::awaiter<> {};
struct CurrentExecutor : blocks::awaiter<> {};
} // namespace async_simple::coro
async_simple::coro::Lazy<> async_simple_ok(async_simple::coro::Mutex &m) {
  auto guard = co_await m.coScopedLock();
  int v = n;
  co_await async_simple::coro::Yield{};
  n = v + 1;
}
async_simple::coro::Lazy<> async_simple_never_ok() {
  int v = n;
  co_await async_simple::coro::CurrentExecutor{};
  n = v + 1;
}
async_simple::coro::Lazy<> async_simple_bad() {
  int v = n;
  co_await async_simple::coro::Yield{};
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
}

namespace concurrencpp {
template <typename T = void> struct result : blocks::eager<result<T>, T> {};
struct scoped_async_lock : blocks::guard {};
struct async_lock {
  blocks::awaiter<scoped_async_lock> lock(int executor);
};
blocks::awaiter<> resume_on(int executor);
} // namespace concurrencpp
concurrencpp::result<> concurrencpp_ok(concurrencpp::async_lock &m) {
  auto guard = co_await m.lock(1);
  int v = n;
  co_await concurrencpp::resume_on(1);
  n = v + 1;
}
concurrencpp::result<> concurrencpp_bad(concurrencpp::async_lock &m) {
  int v = n;
  auto guard = co_await m.lock(1);
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
}

namespace unifex {
template <typename T = void> struct [[nodiscard]] task : blocks::lazy<task<T>, T> {};
struct async_mutex {
  blocks::awaiter<> async_lock();
  void unlock();
};
blocks::awaiter<> schedule();
blocks::awaiter<> just();
} // namespace unifex
unifex::task<> unifex_ok(unifex::async_mutex &m) {
  co_await m.async_lock();
  int v = n;
  co_await unifex::schedule();
  n = v + 1;
  m.unlock();
}
unifex::task<> unifex_never_ok() {
  int v = n;
  co_await unifex::just();
  n = v + 1;
}
unifex::task<> unifex_bad(unifex::async_mutex &m) {
  int v = n;
  co_await m.async_lock();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
  m.unlock();
}

namespace drogon {
template <typename T = void> struct [[nodiscard]] Task : blocks::lazy<Task<T>, T> {};
struct Mutex {
  blocks::awaiter<std::unique_lock<Mutex>> scoped_lock();
  void lock();
  void unlock();
};
blocks::awaiter<> sleepCoro(int);
} // namespace drogon
drogon::Task<> drogon_ok(drogon::Mutex &m) {
  auto guard = co_await m.scoped_lock();
  int v = n;
  co_await drogon::sleepCoro(1);
  n = v + 1;
}
drogon::Task<> drogon_bad() {
  int v = n;
  co_await drogon::sleepCoro(1);
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value
}
