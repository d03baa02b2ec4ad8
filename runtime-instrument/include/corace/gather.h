// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gather(): runs coroutines concurrently and waits for all of them.
//
// The coroutines become tasks when gather() is called; handles, futures and other gathers may stand among them. It
// gives a future: of a tuple of the results in the order of the arguments (std::monostate for void), of a vector for a
// range, of nothing where all are void. The first failure, or child that was cancelled, ends it with that exception;
// the others go on, and what they throw is not reported. gather_results() gives an outcome_of<T> for each child
// instead, and fails only when it is cancelled itself. Who awaits it goes on two ticks after the last child's last
// segment; where all have ended already it has, too. Cancellation, also that of a waiter, cancels all children that
// have not ended; the first that ends so ends the gather, and gather_results() ends with cancelled_error when all have.
// cancel() is false where all children have ended. A child given twice runs once. Futures of another loop throw
// std::invalid_argument. Conformance: G. Differs from asyncio: a gather that is dropped lets its children go on and
// looks after none of them. A result that cannot be copied is moved out of its task.
#pragma once

#include <corace/detail/gather_state.h>

#include <ranges>

namespace corace {

/// The future of a gather(): `co_await` moves the result out if nobody else has the future.
template <class R> class [[nodiscard("gather() has to be awaited")]] gathering : public future<R> {
public:
  using future<R>::future;
};

namespace detail {

template <class T> std::type_identity<T> result_of_awaited(const task<T> &);
template <class T> std::type_identity<T> result_of_awaited(const task_handle<T> &);
template <class T> std::type_identity<T> result_of_awaited(const future<T> &);
/// A task<T>, or a task_handle<T> or future<T>, also of a derived type.
template <class A>
concept gatherable = requires(const std::remove_cvref_t<A> &a) { result_of_awaited(a); };
template <class A>
using result_of = typename decltype(result_of_awaited(std::declval<const std::remove_cvref_t<A> &>()))::type;

/// The loop of a gather: the one that runs, or that of the futures. Throws std::invalid_argument where they differ,
/// usage_error where there is none.
[[nodiscard]] event_loop &gather_loop(std::span<future_state *const> given);

template <class T> [[nodiscard]] future_state *given_state(const task<T> &) noexcept { return nullptr; }
[[nodiscard]] inline future_state *given_state(const any_future &f) { return f.state().get(); }
template <class T> void give_up(task<T> &unused) noexcept { unused.discard(); }
inline void give_up(const any_future &) noexcept {}

template <class T> void bear(gather_state::child &child, task<T> coroutine) {
  child.future = create_task(std::move(coroutine)).state();
  child.sole = true;
}
inline void bear(gather_state::child &child, const any_future &f) { child.future = f.state(); }

/// Makes the future of a gather out of its state, which has its children.
template <class State> [[nodiscard]] gathering<typename State::result> started(pointer<State> state) {
  state->begin();
  return gathering<typename State::result>(pointer<>(std::move(state)));
}

template <bool Outcomes, class... Awaited> [[nodiscard]] auto gather_all(Awaited &...awaited) {
  using state_type = gather_tuple<Outcomes, result_of<Awaited>...>;
  pointer<state_type> state;
  try {
    const std::array<future_state *, sizeof...(Awaited)> given{given_state(awaited)...};
    state = pointer<state_type>::adopt(new state_type(gather_loop(given)));
  } catch (...) {
    (give_up(awaited), ...);
    throw;
  }
  [[maybe_unused]] auto child = state->children.begin();
  (bear(*child++, std::move(awaited)), ...);
  return started(std::move(state));
}

template <bool Outcomes, class Range> [[nodiscard]] auto gather_range(Range &&range) {
  using item = std::ranges::range_value_t<Range>;
  using state_type = gather_vector<Outcomes, result_of<item>>;
  std::vector<future_state *> given;
  if constexpr (std::is_copy_constructible_v<item>)
    for (const auto &each : range)
      given.push_back(given_state(each));
  pointer<state_type> state;
  try {
    const auto size = static_cast<std::size_t>(std::ranges::distance(range));
    state = pointer<state_type>::adopt(new state_type(gather_loop(given), size));
  } catch (...) {
    if constexpr (!std::is_copy_constructible_v<item>)
      for (auto &&each : range)
        give_up(each);
    throw;
  }
  auto child = state->children.begin();
  for (auto &&each : range)
    bear(*child++, std::move(each)); // a task<T> can only be moved
  return started(std::move(state));
}

} // namespace detail

template <detail::gatherable... Awaited> [[nodiscard("gather() has to be awaited")]] auto gather(Awaited... awaited) {
  return detail::gather_all<false>(awaited...);
}
template <std::ranges::forward_range Range>
  requires detail::gatherable<std::ranges::range_value_t<Range>>
[[nodiscard("gather() has to be awaited")]] auto gather(Range &&range) {
  return detail::gather_range<false>(std::forward<Range>(range));
}

/// The same, with failures as values.
template <detail::gatherable... Awaited>
[[nodiscard("gather_results() has to be awaited")]] auto gather_results(Awaited... awaited) {
  return detail::gather_all<true>(awaited...);
}
template <std::ranges::forward_range Range>
  requires detail::gatherable<std::ranges::range_value_t<Range>>
[[nodiscard("gather_results() has to be awaited")]] auto gather_results(Range &&range) {
  return detail::gather_range<true>(std::forward<Range>(range));
}

} // namespace corace
