// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// to_thread(f, args...): calls a function on another thread, so that it may block; asyncio's to_thread.
//
// It is a coroutine: it starts when it is awaited or has become a task. The function runs on one of the loop's worker
// threads, in a copy of the awaiting task's context, which sees no change of it; `f` and `args` are moved there. First
// come, first served. The thread posts the task when the function has returned. A task that is cancelled goes on at
// once; a function that has not begun is not called then, one that has goes on, and its result is dropped: it must not
// refer to what goes with the task. The end of the loop waits for functions that have begun. Conformance: THR-01,
// THR-02, THR-04. Differs from asyncio: nothing.
#pragma once

#include <corace/detail/thread_pool.h>
#include <corace/thread_future.h>

#include <functional>
#include <tuple>
#include <type_traits>

namespace corace {

namespace detail {
template <class R, class F, class... Args> class thread_call final : public thread_pool::job {
public:
  thread_call(std::shared_ptr<thread_result<R>> result, F f, Args... args)
      : result_(std::move(result)), call_(std::in_place, std::move(f), std::move(args)...),
        values_(current_context().values()) {}
  ~thread_call() override { result_->cancel("the event loop was closed before the function had begun"); }

  void run() noexcept override {
    if (result_->done()) // cancelled
      return;
    here.values = &values_;
    try {
      if constexpr (std::is_void_v<R>) {
        invoke();
        call_.reset(); // before anybody hears of the end
        result_->set();
      } else {
        stored<R> value = [this]() -> stored<R> {
          if constexpr (std::is_reference_v<R>)
            return &static_cast<std::remove_reference_t<R> &>(invoke());
          else
            return invoke();
        }();
        call_.reset();
        result_->set(std::move(value));
      }
    } catch (...) {
      auto error = std::current_exception();
      call_.reset();
      result_->fail(std::move(error));
    }
    here.values = nullptr;
  }

private:
  decltype(auto) invoke() {
    return std::apply([](F &f, Args &...args) -> R { return std::invoke(std::move(f), std::move(args)...); }, *call_);
  }

  std::shared_ptr<thread_result<R>> result_;
  std::optional<std::tuple<F, Args...>> call_;
  context_slot values_;
};
} // namespace detail

template <class F, class... Args>
  requires std::invocable<F, Args...>
[[nodiscard("the function is called when this is awaited")]] task<std::invoke_result_t<F, Args...>>
to_thread(F f, Args... args) {
  using result = std::invoke_result_t<F, Args...>;
  auto state = std::make_shared<detail::thread_result<result>>();
  event_loop::require("to_thread()")
      .threads()
      .add(std::make_unique<detail::thread_call<result, F, Args...>>(state, std::move(f), std::move(args)...));
  const thread_future<result> end(std::move(state));
  co_return co_await end;
}

} // namespace corace
