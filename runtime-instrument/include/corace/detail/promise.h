// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the promise of every task<T> has, whatever T is: who goes on when the coroutine ends, and where it was created.
#pragma once

#include <corace/detail/awaitable.h>
#include <corace/detail/foreign.h>
#include <corace/detail/task_state.h>
#include <corace/errors.h>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace corace::detail {

/// Where a coroutine was created: the call in another coroutine when the code is instrumented, and the coroutine
/// itself.
struct creation {
  const corace_site *call = nullptr;
  std::source_location coroutine;
};
[[nodiscard]] inline const corace_site *current_creation_call() noexcept {
  return CORACE_INSTRUMENT && detect::instrumented() ? detect::current_call() : nullptr;
}
void report_never_awaited(const creation &where) noexcept;
/// Another library's coroutine awaits a task<T>: throws usage_error unless a task waits for that coroutine in turn, for
/// what happens further in is the running task's doing.
void check_foreign_await(const creation &awaited);
/// Throws usage_error that names the coroutine.
[[noreturn]] void refuse_second_await(const creation &where);

class promise_base {
public:
  explicit promise_base(std::source_location where) noexcept : created{current_creation_call(), where} {}
  promise_base(const promise_base &) = delete;
  promise_base &operator=(const promise_base &) = delete;

  static void *operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void *frame, std::size_t size) noexcept { release_frame(frame, size); }

  /// Lazy: the body runs when somebody awaits it, or when it has become a task of its own and has its turn.
  std::suspend_always initial_suspend() noexcept { return {}; }

  struct final_awaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise> std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
      promise_base &promise = self.promise();
      if (promise.continuation) {
        if (promise.awaiter)
          promise.awaiter->awaited = nullptr;
        return promise.continuation;
      }
      if (promise.owner) { // the loop finishes the task as soon as control is back there
        promise.owner->at_end = true;
        if (promise.owner->now != task_state::phase::running)
          ended_elsewhere(*promise.owner);
      }
      return std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };
  final_awaiter final_suspend() noexcept { return {}; }

  /// The runtime's own awaitables queue who waits; all others are made to (see foreign.h), because nobody is resumed
  /// inline.
  template <class A>
  [[nodiscard]] decltype(auto) await_transform(A &&what, std::source_location where = std::source_location::current()) {
    awaits_at = where;
    static_assert(awaitable<A>, "corace: this cannot be awaited: it has no operator co_await and is no awaiter itself");
    if constexpr (!awaitable<A>)
      return std::suspend_never(); // the message above is enough
    else if constexpr (!resumed_by_loop<A>)
      return foreign_wait<A>(static_cast<A &&>(what));
    else if constexpr (has_member_co_await<A> || has_free_co_await<A>)
      return awaiter_of(static_cast<A &&>(what));
    else
      return by_reference(what);
  }

  void unhandled_exception() noexcept;

  std::coroutine_handle<> continuation; ///< who awaits this coroutine; null for a task's own
  promise_base *awaiter = nullptr;      ///< the promise of `continuation`, where it is one of the runtime's coroutines
  promise_base *awaited = nullptr;      ///< which coroutine this one awaits directly
  task_state *owner = nullptr;          ///< the task whose own coroutine this is; null for an awaited one
  std::exception_ptr error;             ///< of an awaited coroutine; a task's is in its state
  creation created;
  std::source_location awaits_at; ///< the await that it is at, or was at last
  bool started = false;

private:
  /// Somebody else than the loop has resumed the task: the loop gets to know.
  static void ended_elsewhere(task_state &task) noexcept;
};

/// A result goes where it is to stay: into the frame, or into the state of the task whose own coroutine this is.
template <class T> class promise_value : public promise_base {
public:
  using promise_base::promise_base;
  std::optional<stored<T>> own_value;
  std::optional<stored<T>> *value = &own_value;
};

template <class T> class promise_result : public promise_value<T> {
public:
  using promise_value<T>::promise_value;
  template <class U = T>
    requires std::is_constructible_v<T, U &&>
  void return_value(U &&result) {
    if constexpr (std::is_reference_v<T>)
      this->value->emplace(&static_cast<T>(result));
    else
      this->value->emplace(std::forward<U>(result));
  }
};

template <> class promise_result<void> : public promise_base {
public:
  using promise_base::promise_base;
  void return_void() noexcept {}
};

} // namespace corace::detail
