// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every future is, a task among them: something that ends once, with a result, an exception or a cancellation, and
// tells those who asked for it.
#pragma once

#include <corace/detail/config.h>
#include <corace/detail/context.h>
#include <corace/detail/frame_pool.h>
#include <corace/detail/hooks.h>
#include <corace/detail/identity.h>
#include <corace/detail/list.h>

#include <cstdint>
#include <exception>
#include <optional>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace corace {
class event_loop;
}

namespace corace::detail {

class future_state;
class task_state;

/// Told when a future ends, in the order of registration. Stands in the future's list.
struct completion : link {
  void (*completed)(completion &, future_state &) noexcept = nullptr;
  /// The future goes away without an end; null: nothing is to be done about that.
  void (*dropped)(completion &) noexcept = nullptr;
};

class future_state {
public:
  inline future_state(event_loop &in, void *result) noexcept;
  future_state(const future_state &) = delete;
  future_state &operator=(const future_state &) = delete;
  static void *operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void *state, std::size_t size) noexcept { release_frame(state, size); }

  void retain() noexcept { ++references_; }
  void release() noexcept {
    if (--references_ != 0)
      return;
    if (error && !was_cancelled && !retrieved) [[unlikely]]
      report_unretrieved();
    delete this;
  }

  /// Whether somebody else may ask for the result.
  [[nodiscard]] bool shared() const noexcept { return references_ > 1 || lends; }

  [[nodiscard]] bool done() const noexcept { return ended; }
  /// Asks for the end: a plain future is cancelled at once, a task when it next waits. False: it has ended already.
  virtual bool cancel(std::string message = {}) noexcept = 0;
  /// "task 'a'", "a future": for messages.
  [[nodiscard]] virtual std::string title() const = 0;
  /// For the detector: what this end rests on happens before what the task does next.
  virtual void order_before(task_state &) const noexcept {}
  /// The number that stands for its end in the detector.
  [[nodiscard]] inline const void *identity() const noexcept;

  /// It has ended: those who asked are told.
  void complete() noexcept {
    ended = true;
    while (completion *each = completions.pop_front())
      each->completed(*each, *this);
  }

  /// Null once the loop has gone.
  [[nodiscard]] event_loop *live_loop() const noexcept;

  event_loop *loop; ///< may have gone: see live_loop()
  std::uint64_t loop_serial;
  void *value; ///< the std::optional<stored<T>> in what is derived from this
  list<completion> completions;
  std::exception_ptr error; ///< what it ended with; of a cancelled one the cancelled_error, or null for a plain one
  std::source_location created{};
  bool ended = false;
  bool was_cancelled = false;
  bool retrieved = false; ///< somebody has seen `error`
  bool has_place = false; ///< `created` is known
  bool is_task = false;
  bool lends = false; ///< `value` is another future's

protected:
  virtual ~future_state() {
    if (!completions.empty()) [[unlikely]]
      drop_completions();
  }

private:
  [[nodiscard]] const void *identity_of_task() const noexcept;
  void drop_completions() noexcept;
  /// Tells the loop's exception handler of a failure that nobody has asked for.
  void report_unretrieved() noexcept;

  std::uint32_t references_ = 1;
};

/// A future that is no task.
class plain_future_state : public future_state {
protected:
  using future_state::future_state;

private:
  friend class future_state;
  class identity name_; ///< in every run the same, whatever the address
};

inline const void *future_state::identity() const noexcept {
  return is_task ? identity_of_task() : static_cast<const plain_future_state *>(this)->name_.get();
}

/// Shared ownership of a state; not for several threads.
template <class State = future_state> class pointer {
public:
  constexpr pointer() noexcept = default;
  /// Takes over the reference that the state was born with.
  static pointer adopt(State *state) noexcept {
    pointer p;
    p.state_ = state;
    return p;
  }
  /// One more reference.
  static pointer share(State &state) noexcept {
    state.retain();
    return adopt(&state);
  }
  pointer(const pointer &other) noexcept : state_(other.state_) {
    if (state_)
      state_->retain();
  }
  pointer(pointer &&other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  template <class Derived>
    requires(!std::is_same_v<Derived, State> && std::is_base_of_v<State, Derived>)
  pointer(pointer<Derived> other) noexcept : state_(other.take()) {}
  pointer &operator=(pointer other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~pointer() {
    if (state_)
      state_->release();
  }
  [[nodiscard]] State *get() const noexcept { return state_; }
  [[nodiscard]] State *operator->() const noexcept { return state_; }
  [[nodiscard]] State &operator*() const noexcept { return *state_; }
  [[nodiscard]] explicit operator bool() const noexcept { return state_ != nullptr; }
  [[nodiscard]] friend bool operator==(const pointer &a, const pointer &b) noexcept { return a.state_ == b.state_; }
  /// Gives the reference away.
  [[nodiscard]] State *take() noexcept { return std::exchange(state_, nullptr); }

private:
  State *state_ = nullptr;
};

/// What is kept of a result: references as pointers, void as nothing.
template <class T>
using stored = std::conditional_t<std::is_void_v<T>, std::monostate,
                                  std::conditional_t<std::is_reference_v<T>, std::remove_reference_t<T> *, T>>;

template <class T> [[nodiscard]] std::optional<stored<T>> &value_in(future_state &state) noexcept {
  return *static_cast<std::optional<stored<T>> *>(state.value);
}

/// The result that stands in an ended state: nothing for void, else a reference to it.
template <class T> [[nodiscard]] decltype(auto) kept(future_state &state) noexcept {
  if constexpr (std::is_void_v<T>)
    return;
  else if constexpr (std::is_reference_v<T>)
    return static_cast<T>(**value_in<T>(state));
  else
    return static_cast<const T &>(*value_in<T>(state));
}

/// The same, for one who takes it along: a copy where others may ask again, else the thing itself.
template <class T> [[nodiscard]] T taken(future_state &state) {
  if constexpr (std::is_void_v<T> || std::is_reference_v<T>)
    return kept<T>(state);
  else if constexpr (std::is_copy_constructible_v<T>)
    return T(*value_in<T>(state));
  else
    return T(std::move(*value_in<T>(state)));
}

/// The same, where nobody else will ask.
template <class T> [[nodiscard]] T taken_last(future_state &state) {
  if constexpr (std::is_void_v<T> || std::is_reference_v<T>)
    return kept<T>(state);
  else
    return T(std::move(*value_in<T>(state)));
}

/// Of a future that has no result.
[[noreturn]] void throw_outcome(const future_state &state);
/// Throws what an ended future ended with, if anything; invalid_state when it has not ended.
inline void rethrow_outcome(future_state &state) {
  if (state.done())
    state.retrieved = true;
  if (!state.done() || state.error || state.was_cancelled) [[unlikely]]
    throw_outcome(state);
}
/// What an ended future threw; null for a result. Throws like future::exception().
[[nodiscard]] std::exception_ptr outcome_exception(future_state &state);

} // namespace corace::detail
