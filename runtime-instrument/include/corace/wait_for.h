// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// wait_for(): awaits a task<T>, a task_handle<T> or a future<T> under a time limit.
//
// A task<T> runs in the awaiting task. At the deadline what is awaited is cancelled and waited for, and only when it
// has ended wait_for() throws timeout_error, with the cancelled_error nested in it; if it returns a value after all,
// that is the result. A limit that is not positive gives an ended one its result, and cancels any other before it does
// more: a task<T> does not begin then. Cancellation of the waiter cancels what is awaited in turn, and waits for its
// end; what is to survive goes into a shield(). Conformance: WF.
#pragma once

#include <corace/create_task.h>
#include <corace/detail/many_wait.h>
#include <corace/timeout.h>

namespace corace {

namespace detail {

/// Throws what an ended future ended with, if anything; timeout_error for a cancellation.
void rethrow_in_time(future_state &ended);

template <class T, class Awaited> task<T> await_until(Awaited what, optional_delay delay) {
  timeout limit(delay);
  const timeout::entry inside(limit);
  try {
    co_return co_await std::move(what);
  } catch (const cancelled_error &) {
    limit.convert();
    throw;
  }
}

/// With no time at all.
template <class T, class Awaited> task<T> await_at_once(Awaited awaited) {
  const auto what = create_task(std::move(awaited));
  if (!what.done()) {
    many_wait end(return_when::all_completed, 1);
    end.add(*what.state());
    what.cancel();
    co_await end;
  }
  rethrow_in_time(*what.state());
  co_return taken<T>(*what.state());
}

template <class T, class Awaited> [[nodiscard]] task<T> wait_for(Awaited what, optional_delay limit) {
  if (limit.value && *limit.value <= loop_clock::duration::zero())
    return await_at_once<T>(std::move(what));
  return await_until<T>(std::move(what), limit);
}

} // namespace detail

/// Its result, or what it threw. std::nullopt: no limit. The time counts from the await.
template <class T> [[nodiscard]] task<T> wait_for(task<T> what, detail::optional_delay limit) {
  return detail::wait_for<T>(std::move(what), limit);
}
template <class T> [[nodiscard]] task<T> wait_for(task_handle<T> what, detail::optional_delay limit) {
  return detail::wait_for<T>(std::move(what), limit);
}
template <class T> [[nodiscard]] task<T> wait_for(future<T> what, detail::optional_delay limit) {
  return detail::wait_for<T>(std::move(what), limit);
}

} // namespace corace
