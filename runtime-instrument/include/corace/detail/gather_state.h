// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The future that gather() gives: it ends when all of its children have, or with the first that fails.
//
// The end that decides queues a call-back, and that one ends the gather: so who awaits it goes on two ticks after the
// last child's last segment, as in asyncio. Ends that change nothing but the count are counted at once. Successful ends
// commute; a failure does not.
#pragma once

#include <corace/any_future.h>
#include <corace/create_task.h>
#include <corace/detail/future_state.h>
#include <corace/detail/task_state.h>
#include <corace/event_loop.h>
#include <corace/outcome_of.h>

#include <array>
#include <span>
#include <tuple>
#include <vector>

namespace corace::detail {

class gather_state : public plain_future_state {
public:
  /// A block for what is derived from this.
  struct child : completion {
    gather_state *owner = nullptr;
    pointer<> future;
    bool sole = false; ///< nobody else can ask for its result
  };

  /// Cancels all children that have not ended. False: there is none.
  bool cancel(std::string message = {}) noexcept override;
  [[nodiscard]] std::string title() const override;
  void order_before(task_state &next) const noexcept override;
  /// The children are there: counts those that have ended, and waits for the others.
  void begin() noexcept;

protected:
  enum class errors : std::uint8_t { end_it, are_results };
  gather_state(event_loop &in, void *result, errors rule) noexcept;
  ~gather_state() override = default;
  void own(std::span<child> children) noexcept { children_ = children; }
  /// All have ended, and well if the rule asks for that: makes the result.
  virtual void take_results() = 0;

private:
  struct turn : ready_node {
    explicit turn(gather_state &gather) noexcept;
    gather_state &owner;
  };
  void ended(future_state &child) noexcept;
  void finish() noexcept;

  std::span<child> children_;
  std::size_t unfinished_ = 0;
  future_state *failed_ = nullptr; ///< the child that decides
  std::string cancel_message_;
  errors rule_;
  bool decided_ = false;
  bool cancel_requested_ = false;
  turn turn_{*this};
};

/// The result of a child that has ended well, taken out if nobody else can ask for it.
template <class T> [[nodiscard]] stored<T> collect(gather_state::child &from) {
  auto &value = *value_in<T>(*from.future);
  if constexpr (std::is_copy_constructible_v<stored<T>>)
    if (!from.sole)
      return value;
  return std::move(value);
}
/// What a future that has not ended well ended with.
[[nodiscard]] std::exception_ptr failure_of(const future_state &ended);
template <class T> [[nodiscard]] outcome_of<T> collect_outcome(gather_state::child &from) {
  if (from.future->error || from.future->was_cancelled)
    return outcome_of<T>(failure_of(*from.future));
  return outcome_of<T>(collect<T>(from));
}

/// Of arguments, whose types may differ.
template <bool Outcomes, class... Ts> class gather_tuple final : public gather_state {
public:
  using result = std::conditional_t<Outcomes, std::tuple<outcome_of<Ts>...>,
                                    std::conditional_t<(std::is_void_v<Ts> && ...), void, std::tuple<stored<Ts>...>>>;
  explicit gather_tuple(event_loop &in) noexcept
      : gather_state(in, &slot_, Outcomes ? errors::are_results : errors::end_it) {
    own(children);
  }
  std::array<child, sizeof...(Ts)> children;

private:
  void take_results() override { take(std::index_sequence_for<Ts...>()); }
  // A braced list: evaluated in order.
  template <std::size_t... I> void take(std::index_sequence<I...>) {
    if constexpr (Outcomes)
      slot_.emplace(result{collect_outcome<Ts>(children[I])...});
    else if constexpr (std::is_void_v<result>)
      slot_.emplace();
    else
      slot_.emplace(result{collect<Ts>(children[I])...});
  }
  std::optional<stored<result>> slot_;
};

/// Of a range.
template <bool Outcomes, class T> class gather_vector final : public gather_state {
public:
  using result = std::conditional_t<Outcomes, std::vector<outcome_of<T>>,
                                    std::conditional_t<std::is_void_v<T>, void, std::vector<stored<T>>>>;
  gather_vector(event_loop &in, std::size_t size)
      : gather_state(in, &slot_, Outcomes ? errors::are_results : errors::end_it), children(size) {
    own(children);
  }
  std::vector<child> children;

private:
  void take_results() override {
    slot_.emplace();
    if constexpr (!std::is_void_v<result>) {
      slot_->reserve(children.size());
      for (child &each : children)
        if constexpr (Outcomes)
          slot_->push_back(collect_outcome<T>(each));
        else
          slot_->push_back(collect<T>(each));
    }
  }
  std::optional<stored<result>> slot_;
};

} // namespace corace::detail
