// RUN: %check_corace %s corace-unawaited-task -- -I%S/Inputs -Wno-unused-result
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tasks of many libraries by their names: what becomes of one that is dropped, and which calls run other tasks.
#include "blocks.h"

namespace boost::cobalt {
template <typename T = void> struct [[nodiscard]] promise : blocks::eager<promise<T>, T> {};
template <typename... T> blocks::awaiter<int> gather(T &&...);
template <typename... T> blocks::awaiter<> join(T &&...);
} // namespace boost::cobalt
boost::cobalt::promise<> cobalt_work();
boost::cobalt::promise<> cobalt_fails() { throw 1; co_return; }
boost::cobalt::promise<> cobalt_bad() {
  cobalt_work();
  // EXPECT: the task of 'cobalt_work' is discarded: 'cobalt_work' is cancelled
  co_await boost::cobalt::gather(cobalt_fails());
  // EXPECT: 'gather' returns the failures of its tasks, and the result is dropped [corace-unobserved-failure]
}
boost::cobalt::promise<> cobalt_ok() {
  co_await cobalt_work();
  co_await boost::cobalt::join(cobalt_fails());
}

namespace exec {
template <typename T = void> struct [[nodiscard]] task : blocks::lazy<task<T>, T> {};
} // namespace exec
namespace stdexec {
void start_detached(exec::task<>);
}
exec::task<> stdexec_work();
exec::task<> stdexec_bad() {
  auto kept = stdexec_work();
  // EXPECT: 'kept' is never awaited: the body of 'stdexec_work' never runs
  co_return;
}
exec::task<> stdexec_ok() {
  stdexec::start_detached(stdexec_work());
  co_await stdexec_work();
}

namespace QCoro {
template <typename T = void> struct Task : blocks::eager<Task<T>, T> {};
template <typename T> void waitFor(T &&);
} // namespace QCoro
QCoro::Task<> qcoro_work();
QCoro::Task<> qcoro_fails() {
  co_await qcoro_work();
  throw 1;
}
void qcoro_bad() {
  qcoro_fails();
  // EXPECT: 'qcoro_fails' runs detached, and its failure is lost [corace-unobserved-failure]
}
QCoro::Task<> sets_n() { n = 0; co_return; }
void qcoro_waits_bad() {
  int v = n;
  QCoro::waitFor(sets_n());
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value [corace-read-await-write]
}
void qcoro_ok() { qcoro_work(); }

namespace winrt::Windows::Foundation {
struct IAsyncAction : blocks::eager<IAsyncAction, void> {};
} // namespace winrt::Windows::Foundation
using winrt::Windows::Foundation::IAsyncAction;
IAsyncAction winrt_work();
IAsyncAction winrt_fails() { throw 1; co_return; }
void winrt_bad() {
  winrt_fails();
  // EXPECT: 'winrt_fails' runs detached, and its failure is lost [corace-unobserved-failure]
}
void winrt_ok() { winrt_work(); }

namespace tmc {
template <typename T = void> struct [[nodiscard]] task : blocks::lazy<task<T>, T> {};
} // namespace tmc
tmc::task<> tmc_work();
void tmc_bad() {
  tmc_work();
  // EXPECT: the body of 'tmc_work' never runs, and its frame is never freed
}
tmc::task<> tmc_ok() { co_await tmc_work(); }

namespace kj {
template <typename T> struct [[nodiscard]] Promise : blocks::eager<Promise<T>, T> {
  void wait();
};
} // namespace kj
kj::Promise<void> kj_work();
void kj_bad() {
  kj_work();
  // EXPECT: 'kj_work' is cancelled
  int v = n;
  kj_work().wait();
  n = v + 1;
  // EXPECT: 'n' may be overwritten with a stale value [corace-read-await-write]
}
kj::Promise<void> kj_ok() {
  auto running = kj_work();
  co_await running;
}

namespace asyncio {
template <typename T = void> struct Task : blocks::lazy<Task<T>, T> {};
template <typename T> struct ScheduledTask : blocks::awaiter<> {};
template <typename T> ScheduledTask<T> schedule_task(T);
} // namespace asyncio
asyncio::Task<> netcan_work();
asyncio::Task<> netcan_bad() {
  netcan_work();
  // EXPECT: the body of 'netcan_work' never runs
  co_return;
}
asyncio::Task<> netcan_ok() {
  auto running = asyncio::schedule_task(netcan_work());
  co_await netcan_work();
}

namespace asyncpp {
template <typename T = void> struct [[nodiscard]] task : blocks::lazy<task<T>, T> {};
void launch(task<>);
} // namespace asyncpp
asyncpp::task<> asyncpp_work();
void asyncpp_bad() {
  asyncpp_work();
  // EXPECT: the body of 'asyncpp_work' never runs
}
void asyncpp_ok() { asyncpp::launch(asyncpp_work()); }

namespace coro {
template <typename T = void> struct [[nodiscard]] task : blocks::lazy<task<T>, T> {};
struct thread_pool {
  bool spawn_detached(task<>);
};
} // namespace coro
coro::task<> libcoro_fails() { throw 1; co_return; }
coro::task<> libcoro_catches() {
  try {
    co_await libcoro_fails();
  } catch (...) {
    n = 2;
  }
}
void libcoro_bad(coro::thread_pool &pool) {
  pool.spawn_detached(libcoro_fails());
  // EXPECT: 'libcoro_fails' runs detached, and its failure is lost [corace-unobserved-failure]
}
void libcoro_ok(coro::thread_pool &pool) { pool.spawn_detached(libcoro_catches()); }

namespace async_simple::coro {
template <typename T = void> struct [[nodiscard]] Lazy : blocks::lazy<Lazy<T>, T> {
  template <typename F> void start(F &&) {}
};
} // namespace async_simple::coro
async_simple::coro::Lazy<> async_simple_fails() { throw 1; co_return; }
void async_simple_bad() {
  async_simple_fails().start([](auto &&) {});
  // EXPECT: the handler does not look at how 'async_simple_fails' ends, and its failure is lost [corace-unobserved-failure]
}
void async_simple_ok() {
  async_simple_fails().start([](auto &&result) { (void)result; });
}
