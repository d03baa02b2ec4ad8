// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gather(): runs coroutines concurrently and waits for all of them.
//
// The coroutines become tasks when gather() is called; handles may stand among them. `co_await` gives a tuple of the
// results in the order of the arguments (std::monostate for void), a vector for a range, nothing where all are void.
// The first exception comes out at once; the others go on, and what they throw is not reported. The awaiter goes on two
// ticks after the last task's last segment. Cancellation of the awaiter cancels all tasks that have not ended.
// Conformance: G-01, G-02, G-04, G-06, G-08, G-09, G-11, G-19, G-20.
// Differs from asyncio: gathering exceptions as values has no counterpart yet.
#pragma once

#include <corace/create_task.h>
#include <corace/detail/joint.h>

#include <iterator>
#include <ranges>
#include <tuple>
#include <vector>

namespace corace {

namespace detail {

template <class T> struct is_task : std::false_type {};
template <class T> struct is_task<task<T>> : std::true_type {
  using result = T;
};
template <class T> struct is_task<task_handle<T>> : std::true_type {
  using result = T;
};
/// What can be gathered: a task<T> or a task_handle<T>.
template <class T>
concept gatherable = is_task<std::remove_cvref_t<T>>::value;
template <class T> using result_of = typename is_task<std::remove_cvref_t<T>>::result;

/// The result of a task that has ended well, taken out if nobody else can ask for it.
template <class T> stored<T> collect(const task_handle<T> &handle, bool sole) {
  auto &value = *value_in<T>(*handle.state());
  if constexpr (std::is_copy_constructible_v<stored<T>>)
    if (!sole)
      return value;
  return std::move(value);
}

/// The awaitable of gather(). `Finish` makes the result out of the handles.
template <class Handles, class Finish> class [[nodiscard("gather() has to be awaited")]] gathering {
public:
  gathering(Handles handles, const std::vector<future_state *> &states, std::vector<bool> owned, Finish finish)
      : handles_(std::move(handles)), owned_(std::move(owned)), finish_(std::move(finish)),
        joint_(std::make_unique<joint_state>(joint_state::ends::at_first_error)) {
    for (future_state *state : states)
      joint_->add(*state);
  }

  auto operator co_await() && noexcept { return awaiter(*this); }

private:
  class awaiter {
  public:
    using resumed_by_loop = void;
    explicit awaiter(gathering &g) noexcept : gathering_(g), wait_(*g.joint_) {}
    bool await_ready() noexcept { return wait_.ready(); }
    void await_suspend(std::coroutine_handle<> innermost) { wait_.suspend(innermost); }
    auto await_resume() {
      if (wait_.resume())
        throw_cancelled();
      gathering_.joint_->rethrow();
      return gathering_.finish_(gathering_.handles_, gathering_.owned_);
    }

  private:
    gathering &gathering_;
    joint_wait wait_;
  };

  Handles handles_;
  std::vector<bool> owned_; ///< which tasks nobody else has a handle of
  Finish finish_;
  std::unique_ptr<joint_state> joint_;
};

} // namespace detail

template <detail::gatherable... Tasks> [[nodiscard("gather() has to be awaited")]] auto gather(Tasks... tasks) {
  (void)event_loop::require("gather()");
  // A braced list: the tasks are created in the order of the arguments.
  std::tuple<task_handle<detail::result_of<Tasks>>...> handles{create_task(std::move(tasks))...};
  std::vector<detail::future_state *> states;
  std::apply([&](auto &...handle) { (states.push_back(handle.state().get()), ...); }, handles);
  auto finish = []([[maybe_unused]] auto &all, [[maybe_unused]] const std::vector<bool> &owned) {
    if constexpr ((std::is_void_v<detail::result_of<Tasks>> && ...))
      return;
    else
      return std::apply(
          [&](auto &...handle) {
            auto next = owned.begin(); // the braced list below is evaluated in order
            return std::tuple<detail::stored<detail::result_of<Tasks>>...>{
                detail::collect(handle, *std::exchange(next, std::next(next)))...};
          },
          all);
  };
  std::vector<bool> owned{!std::is_same_v<Tasks, task_handle<detail::result_of<Tasks>>>...};
  return detail::gathering(std::move(handles), states, std::move(owned), finish);
}

template <std::ranges::input_range Range>
  requires detail::gatherable<std::ranges::range_value_t<Range>>
[[nodiscard("gather() has to be awaited")]] auto gather(Range &&tasks) {
  (void)event_loop::require("gather()");
  using item = std::ranges::range_value_t<Range>;
  using result = detail::result_of<item>;
  std::vector<task_handle<result>> handles;
  std::vector<detail::future_state *> states;
  for (auto &&each : tasks) {
    if constexpr (std::is_copy_constructible_v<item>)
      handles.push_back(create_task(item(each)));
    else
      handles.push_back(create_task(item(std::move(each)))); // a task<T> can only be moved
    states.push_back(handles.back().state().get());
  }
  std::vector<bool> owned(handles.size(), !std::is_same_v<item, task_handle<result>>);
  auto finish = []([[maybe_unused]] auto &all, [[maybe_unused]] const std::vector<bool> &own) {
    if constexpr (!std::is_void_v<result>) {
      std::vector<detail::stored<result>> values;
      values.reserve(all.size());
      for (std::size_t i = 0; i < all.size(); ++i)
        values.push_back(detail::collect(all[i], own[i]));
      return values;
    }
  };
  return detail::gathering(std::move(handles), states, std::move(owned), finish);
}

} // namespace corace
