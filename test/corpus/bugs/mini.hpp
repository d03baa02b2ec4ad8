// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shim for the shapes of bugs. Only declarations + a minimal task type; enough for -fsyntax-only / CFG analysis.
#pragma once
#include <algorithm>
#include <atomic>
#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>
template<class T> struct promise_ret { void return_value(T v); };
template<> struct promise_ret<void> { void return_void(); };
template<class T = void> struct [[nodiscard]] task {
  struct promise_type : promise_ret<T> { task get_return_object(); std::suspend_never initial_suspend(); std::suspend_always final_suspend() noexcept; void unhandled_exception(); };
  bool await_ready(); void await_suspend(std::coroutine_handle<>); T await_resume();
};
struct fire_and_forget { struct promise_type { fire_and_forget get_return_object(); std::suspend_never initial_suspend(); std::suspend_never final_suspend() noexcept; void return_void(); void unhandled_exception(); }; };
struct units { units(); units(units&&); units& operator=(units&&); ~units(); void release(); explicit operator bool() const; };
struct async_mutex { [[nodiscard]] task<units> lock(); std::optional<units> try_lock(); bool is_locked() const; };
struct async_rwlock { [[nodiscard]] task<units> read(); [[nodiscard]] task<units> write(); std::optional<units> try_read(); };
struct async_sem { explicit async_sem(int); [[nodiscard]] task<units> acquire(int n = 1); task<> wait(); void signal(int n = 1); };
struct cond_var { task<> wait(); template<class P> task<> wait(P); void signal(); void broadcast(); };
struct event { task<> wait(); void set(); void reset(); bool is_set() const; };
struct gate { struct holder { ~holder(); }; holder hold(); bool closed() const; void check(); task<> close(); };
struct abort_source { bool requested() const; void check(); };
task<> io(); task<> yield_now(); task<> sleep_ms(int); task<int> rpc(int = 0); task<std::string> download(std::string); task<std::string> download(int);
task<> bg_thread(); task<> ui_thread();
void spawn(task<>);                                  // starts a task, detached
template<class... T> task<> when_all(T&&...);
template<class C, class F> task<> parallel_for_each(C& c, F f);
template<class F> task<> spawn_in_gate(gate& g, F f);    // does NOT run f when g is closed
struct file { task<> write(std::string); task<> close(); };
struct conn { task<> send(std::string); task<std::string> recv(); task<> close(); };
