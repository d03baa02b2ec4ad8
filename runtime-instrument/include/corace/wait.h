// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// wait(): waits for several tasks and futures and says which have ended.
//
//   auto [done, pending] = co_await wait(handles, return_when::first_completed, 5s);
//   auto [done, pending] = co_await wait(a, b, c);
//
// Their exceptions are not thrown, and nothing is cancelled, neither by the time limit nor by a cancellation of the
// waiter, which only ends the wait. The end that decides queues a call-back and that one the waiter, which goes on two
// ticks later; so it does where all have ended already. Both lists keep the order of the arguments; one that was given
// twice is there once. Conformance: W, CANC-29. Differs from asyncio: there are lists for its sets; a task<T> is not
// taken, since nobody else would have a handle of it.
#pragma once

#include <corace/create_task.h>
#include <corace/detail/many_wait.h>

#include <concepts>
#include <ranges>
#include <unordered_set>
#include <vector>

namespace corace {

template <class Future> struct wait_result {
  std::vector<Future> done, pending;
};

namespace detail {

template <class F>
concept waitable = std::derived_from<std::remove_cvref_t<F>, any_future>;
template <class A>
concept wait_option = std::same_as<A, return_when> || std::convertible_to<A, optional_delay>;

/// Throws std::invalid_argument where there are none.
void check_some(std::size_t count);

template <class Future> class wait_arguments {
public:
  void take(const Future &f) {
    check_loop(*f.state(), "wait()");
    if (seen_.insert(f.state().get()).second)
      futures.push_back(f);
  }
  void take(return_when r) noexcept { rule = r; }
  void take(optional_delay d) noexcept { limit = d; }

  std::vector<Future> futures;
  return_when rule = return_when::all_completed;
  optional_delay limit = std::nullopt;

private:
  std::unordered_set<const future_state *> seen_;
};

template <class Future>
task<wait_result<Future>> wait_for_futures(std::vector<Future> futures, return_when rule, optional_delay limit) {
  many_wait end(rule, futures.size(), limit);
  for (const Future &each : futures)
    end.add(*each.state());
  co_await end;
  wait_result<Future> result;
  for (Future &each : futures)
    (each.done() ? result.done : result.pending).push_back(std::move(each));
  co_return result;
}

} // namespace detail

/// Throws std::invalid_argument for an empty range, and for futures of another loop. The time counts from the await.
template <std::ranges::input_range Range>
  requires detail::waitable<std::ranges::range_value_t<Range>>
[[nodiscard]] task<wait_result<std::ranges::range_value_t<Range>>>
wait(Range &&futures, return_when rule = return_when::all_completed, detail::optional_delay limit = std::nullopt) {
  detail::wait_arguments<std::ranges::range_value_t<Range>> all;
  for (const auto &each : futures)
    all.take(each);
  detail::check_some(all.futures.size());
  return detail::wait_for_futures(std::move(all.futures), rule, limit);
}

/// The same for arguments; a return_when and a limit may stand among them. Where the futures' types differ the result
/// is a wait_result<any_future>.
template <detail::waitable First, class... Rest>
  requires((detail::waitable<Rest> || detail::wait_option<Rest>) && ...)
[[nodiscard]] auto wait(First first, Rest... rest) {
  using common =
      std::conditional_t<((std::same_as<Rest, First> || detail::wait_option<Rest>) && ...), First, any_future>;
  detail::wait_arguments<common> all;
  all.take(first);
  (all.take(rest), ...);
  return detail::wait_for_futures(std::move(all.futures), all.rule, all.limit);
}

} // namespace corace
