// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// future<T>: a result that is to come, of one event loop. promise<T> sets it.
//
// `co_await f` gives the result or throws what was set: without suspending when it is there, else the setter queues all
// who wait, in the order in which they came, and each goes on in the next tick. Any number of tasks may wait, any
// number of times. Cancellation of a waiter cancels the future, at once; who else waits gets cancelled_error too:
// shield() is there against that. Conformance: FUT. Differs from asyncio: the setter is an object of its own,
// promise<T>; a promise that goes away leaves its future pending.
#pragma once

#include <corace/any_future.h>
#include <corace/detail/future_wait.h>
#include <corace/event_loop.h>

#include <optional>

namespace corace {

template <class T = void> class future : public any_future {
public:
  using value_type = T;
  /// No future.
  future() noexcept = default;
  explicit future(detail::pointer<detail::future_state> state) noexcept : any_future(std::move(state)) {}

  /// An lvalue gives a reference to the result, which stays in the future; an rvalue gives the result itself,
  /// moved where nobody else has the future, and is empty afterwards.
  [[nodiscard]] auto operator co_await() const & { return detail::future_awaiter<T, false>(state()); }
  [[nodiscard]] auto operator co_await() && {
    (void)state(); // there is one
    return detail::future_awaiter<T, true>(std::move(this->state_));
  }
  /// The result, or throws what was set; invalid_state when there is neither yet.
  [[nodiscard]] decltype(auto) result() const {
    detail::rethrow_outcome(*state());
    return detail::kept<T>(*state());
  }
};

namespace detail {
/// What promise<T> and future<T> share.
template <class T> class shared_result final : public plain_future_state {
public:
  explicit shared_result(event_loop &in) noexcept : plain_future_state(in, &slot_) {}
  bool cancel(std::string message = {}) noexcept override { return cancel_future(*this, std::move(message)); }
  [[nodiscard]] std::string title() const override { return "a future"; }

private:
  std::optional<stored<T>> slot_;
};
} // namespace detail

/// The setting side of a future. Copies share it.
template <class T = void> class promise {
public:
  /// Of the running loop; throws usage_error where none runs.
  explicit promise(std::source_location where = std::source_location::current())
      : promise(event_loop::require("promise"), where) {}
  explicit promise(event_loop &loop, std::source_location where = std::source_location::current())
      : state_(detail::pointer<detail::future_state>::adopt(new detail::shared_result<T>(loop))) {
    detail::place(*state_, where);
  }

  [[nodiscard]] future<T> get_future() const noexcept { return future<T>(state_); }
  /// All of these throw invalid_state when the future has ended already.
  template <class U = T>
    requires(!std::is_void_v<T> && std::is_constructible_v<detail::stored<T>, U &&>) ||
            (std::is_reference_v<T> && std::is_same_v<std::remove_cvref_t<U>, std::remove_cvref_t<T>>)
  void set_value(U &&result) const {
    detail::check_pending(*state_);
    if constexpr (std::is_reference_v<T>)
      detail::value_in<T>(*state_).emplace(&static_cast<T>(result));
    else
      detail::value_in<T>(*state_).emplace(std::forward<U>(result));
    detail::end_future(*state_);
  }
  void set_value() const
    requires std::is_void_v<T>
  {
    detail::check_pending(*state_);
    detail::value_in<T>(*state_).emplace();
    detail::end_future(*state_);
  }
  void set_exception(std::exception_ptr error) const { detail::fail_future(*state_, std::move(error)); }
  /// False when it has ended already.
  bool cancel(std::string message = {}) const { return state_->cancel(std::move(message)); }
  [[nodiscard]] bool done() const noexcept { return state_->done(); }

private:
  detail::pointer<detail::future_state> state_;
};

/// Ends `to` as the ended future `from` did. Nothing happens where `to` was cancelled. Throws invalid_state where
/// `from` has not ended, or `to` has in another way.
template <class T> void copy_outcome(const future<T> &from, const promise<T> &to) {
  detail::future_state &target = *to.get_future().state();
  if (target.was_cancelled)
    return;
  detail::check_pending(target);
  if (!from.done())
    throw invalid_state("corace::copy_outcome: the future has not ended");
  detail::future_state &source = *from.state();
  source.retrieved = true;
  if (source.was_cancelled)
    target.cancel();
  else if (source.error)
    to.set_exception(source.error);
  else {
    if (const auto &value = detail::value_in<T>(source))
      detail::value_in<T>(target).emplace(*value);
    detail::end_future(target);
  }
}

/// With the result, where it is a number, a text or a future.
template <class T> [[nodiscard]] std::string to_string(const future<T> &f) { return detail::result_words<T>(f); }

template <class T> promise<T> event_loop::create_promise(std::source_location where) {
  return promise<T>(*this, where);
}

template <class T> T event_loop::run_until_complete(const future<T> &what) {
  const auto state = what.state();
  run_until(*state);
  detail::rethrow_outcome(*state);
  return detail::taken<T>(*state);
}

} // namespace corace
