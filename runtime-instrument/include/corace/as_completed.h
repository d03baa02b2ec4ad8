// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// as_completed(): tasks and futures in the order in which they end.
//
//   auto ends = as_completed(handles);
//   while (auto handle = co_await ends.next()) ...     // the handles themselves
//   for (auto &&next : as_completed(handles)) ... co_await std::move(next) ...     // their results
//
// A task<T> becomes a task first. An end queues a call-back, which hands the ended one to who has waited longest, or
// keeps it for the next to come; who waits goes on two ticks after the end. next() and the awaitables of the range take
// the ends first come, first served, whatever the order in which the awaitables were made; they may be awaited
// concurrently. After the time limit each of those that are left throws timeout_error. Cancellation of a waiter loses
// nothing: what was handed to it goes to the next. Nothing is cancelled when the iteration is given up. Conformance:
// AC. Differs from asyncio: what was cancelled while it waited, or never awaited, does not count as a step of the
// iteration.
#pragma once

#include <corace/detail/completion_queue.h>
#include <corace/gather.h>

#include <optional>
#include <ranges>
#include <unordered_set>

namespace corace {

template <class Future> class [[nodiscard("the ends have to be awaited")]] completion_order {
public:
  using result_type = detail::result_of<Future>;
  explicit completion_order(std::vector<Future> futures, detail::optional_delay limit)
      : queue_(detail::pointer<detail::completion_queue>::adopt(new detail::completion_queue(futures.size()))),
        futures_(std::move(futures)) {
    for (const Future &each : futures_)
      queue_->add(*each.state());
    queue_->begin(limit);
  }

  /// The next that ends, one of the given ones; nothing after the last. Throws timeout_error after the time limit.
  [[nodiscard]] auto next() noexcept { return awaiter(*this); }
  /// How many are still to come.
  [[nodiscard]] std::size_t size() const noexcept { return queue_->left(); }

  /// Each element is a task<T>, which gives or throws what the next one to end has ended with.
  class iterator {
  public:
    using value_type = task<result_type>;
    using difference_type = std::ptrdiff_t;
    explicit iterator(completion_order &order) noexcept : order_(&order) {}
    /// Makes an awaitable: once for each step.
    [[nodiscard]] task<result_type> operator*() const { return resolve(detail::completion_claim(order_->queue_)); }
    iterator &operator++() noexcept { return *this; }
    void operator++(int) noexcept {}
    [[nodiscard]] friend bool operator==(const iterator &at, std::default_sentinel_t) noexcept {
      return at.order_->size() == 0;
    }

  private:
    completion_order *order_;
  };
  [[nodiscard]] iterator begin() noexcept { return iterator(*this); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
  class awaiter : public detail::completion_wait {
  public:
    explicit awaiter(completion_order &order) noexcept : completion_wait(order.queue_), order_(order) {}
    std::optional<Future> await_resume() {
      const std::size_t index = completion_wait::await_resume();
      return index == none ? std::nullopt : std::optional(order_.futures_[index]);
    }

  private:
    completion_order &order_;
  };
  static task<result_type> resolve(detail::completion_claim claim) {
    const detail::pointer<> ended = co_await claim.next();
    detail::rethrow_outcome(*ended);
    co_return detail::taken<result_type>(*ended);
  }

  detail::pointer<detail::completion_queue> queue_;
  std::vector<Future> futures_;
};

namespace detail {
/// What stands for an argument of as_completed().
template <class A> struct ordered {
  using type = A;
};
template <class T> struct ordered<task<T>> {
  using type = task_handle<T>;
};
template <class A> using ordered_type = typename ordered<A>::type;

/// Collects the arguments; what is given twice is there once.
template <class Future> class order_arguments {
public:
  template <class T> void take(task<T> coroutine) { futures.push_back(create_task(std::move(coroutine))); }
  template <std::derived_from<any_future> Given> void take(const Given &given) {
    check_loop(*given.state(), "as_completed()");
    if (seen_.insert(given.state().get()).second)
      futures.push_back(given);
  }
  std::vector<Future> futures;

private:
  std::unordered_set<const future_state *> seen_;
};
} // namespace detail

/// Throws std::invalid_argument for futures of another loop, usage_error where no loop runs. The time counts from now.
template <std::ranges::input_range Range>
  requires detail::gatherable<std::ranges::range_value_t<Range>>
[[nodiscard]] auto as_completed(Range &&range, detail::optional_delay limit = std::nullopt) {
  using future_type = detail::ordered_type<std::ranges::range_value_t<Range>>;
  (void)event_loop::require("as_completed()");
  detail::order_arguments<future_type> all;
  for (auto &&each : range)
    all.take(std::move(each)); // a task<T> can only be moved
  return completion_order<future_type>(std::move(all.futures), limit);
}

/// The same for arguments with one type of result; future<T> stands for them where their own types differ.
template <detail::gatherable First, detail::gatherable... Rest>
  requires(std::same_as<detail::result_of<First>, detail::result_of<Rest>> && ...)
[[nodiscard]] auto as_completed(First first, Rest... rest) {
  using future_type = std::conditional_t<(std::same_as<detail::ordered_type<First>, detail::ordered_type<Rest>> && ...),
                                         detail::ordered_type<First>, future<detail::result_of<First>>>;
  (void)event_loop::require("as_completed()");
  detail::order_arguments<future_type> all;
  all.take(std::move(first));
  (all.take(std::move(rest)), ...);
  return completion_order<future_type>(std::move(all.futures), std::nullopt);
}

} // namespace corace
