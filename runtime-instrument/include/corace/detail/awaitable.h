// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What can be awaited, and what comes of it: the rules of the language ([expr.await]) as concepts.
#pragma once

#include <coroutine>
#include <type_traits>
#include <utility>

namespace corace::detail {

template <class A>
concept awaiter_like = requires(A &a, std::coroutine_handle<> h) {
  a.await_ready() ? 1 : 0;
  a.await_suspend(h);
  a.await_resume();
};
template <class A>
concept has_member_co_await = requires(A &&a) { static_cast<A &&>(a).operator co_await(); };
template <class A>
concept has_free_co_await = requires(A &&a) { operator co_await(static_cast<A &&>(a)); };

template <class A>
concept awaitable = has_member_co_await<A> || has_free_co_await<A> || awaiter_like<std::remove_reference_t<A>>;

/// The awaiter of an awaitable, as `co_await` would get it.
template <class A> [[nodiscard]] decltype(auto) awaiter_of(A &&a) {
  if constexpr (has_member_co_await<A>)
    return static_cast<A &&>(a).operator co_await();
  else if constexpr (has_free_co_await<A>)
    return operator co_await(static_cast<A &&>(a));
  else
    return static_cast<A &&>(a);
}
template <class A> using awaiter_type = std::remove_cvref_t<decltype(awaiter_of(std::declval<A>()))>;

/// The awaiter queues who waits in the event loop and never resumes inline.
template <class A>
concept resumed_by_loop = requires { typename awaiter_type<A>::resumed_by_loop; };

class promise_base;

/// The coroutine that is to wait at one of the runtime's primitives: its task is parked there, so it has to be one of
/// the runtime's own.
class task_coroutine {
public:
  task_coroutine(std::coroutine_handle<> handle) noexcept : handle_(handle) {}
  template <class Promise> task_coroutine(std::coroutine_handle<Promise> handle) noexcept : handle_(handle) {
    static_assert(std::is_base_of_v<promise_base, Promise>,
                  "corace: only a corace::task can await this; put the await into one, and await that");
  }
  operator std::coroutine_handle<>() const noexcept { return handle_; }

private:
  std::coroutine_handle<> handle_;
};

/// An awaiter that stands somewhere already, as await_transform() can return it.
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 copies an awaiter that await_transform() returns by reference.
template <class Awaiter> class awaiter_reference {
public:
  explicit awaiter_reference(Awaiter &awaiter) noexcept : awaiter_(awaiter) {}
  decltype(auto) await_ready() { return awaiter_.await_ready(); }
  template <class Promise> decltype(auto) await_suspend(std::coroutine_handle<Promise> awaiting) {
    return awaiter_.await_suspend(awaiting);
  }
  decltype(auto) await_resume() { return awaiter_.await_resume(); }

private:
  Awaiter &awaiter_;
};
template <class Awaiter> [[nodiscard]] awaiter_reference<Awaiter> by_reference(Awaiter &awaiter) noexcept {
  return awaiter_reference<Awaiter>(awaiter);
}
#else
template <class Awaiter> [[nodiscard]] Awaiter &by_reference(Awaiter &awaiter) noexcept { return awaiter; }
#endif

} // namespace corace::detail
