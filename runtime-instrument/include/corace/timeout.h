// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// timeout: a time limit for a stretch of a task.
//
//   timeout limit(5s);  co_await limit.run(body);      or      co_await with_timeout(5s, body);
//
// run(body) calls `body(limit)` or `body()` and awaits the task<T> that it gives, in the same task. Whoever has not
// ended at the deadline is cancelled there; when that cancellation comes out of the body, run() throws timeout_error
// instead, with the cancelled_error nested in it. The deadline counts from the making of the object. It is a call-back
// of the loop: it runs in the first tick at or after the deadline, and the body goes on, cancelled, in the next one. A
// body that ends without another await is not cut off.
//
// Cancellation from elsewhere passes through. The timeout takes back the one request that it made itself, and turns the
// cancellation into a timeout_error only if no other request came since run() began: of two nested timeouts that expire
// together the outer one throws. Any other exception of the body passes through. Conformance: TMO, CANC-28. Differs
// from asyncio: the body is a callable, because C++ has no asynchronous destructor.
#pragma once

#include <corace/detail/body.h>
#include <corace/detail/callback.h>
#include <corace/detail/optional_delay.h>
#include <corace/event_loop.h>

#include <optional>

namespace corace {

class timeout {
public:
  /// Throws usage_error where no loop runs.
  template <class Rep, class Period>
  explicit timeout(std::chrono::duration<Rep, Period> delay) : timeout(detail::optional_delay(delay)) {}
  /// No limit.
  explicit timeout(std::nullopt_t) noexcept {}
  /// A time of the loop's clock, or no limit.
  explicit timeout(std::optional<loop_clock::time_point> deadline) noexcept : deadline_(deadline) {}
  explicit timeout(detail::optional_delay delay);
  timeout(const timeout &) = delete;
  timeout &operator=(const timeout &) = delete;

  /// Runs the body under the limit; its result, or what it threw. Once only: throws usage_error the second time.
  template <class Body> [[nodiscard]] task<detail::body_result<Body, timeout>> run(Body body) {
    const entry inside(*this);
    try {
      co_return co_await detail::call_body(body, *this);
    } catch (const cancelled_error &) {
      convert();
      throw;
    }
  }

  /// Moves the deadline, or takes it away. One that has passed fires in the next tick. Throws usage_error unless the
  /// body runs and the timeout has not fired.
  void reschedule(std::optional<loop_clock::time_point> deadline);
  /// The deadline; nothing: there is no limit.
  [[nodiscard]] std::optional<loop_clock::time_point> when() const noexcept { return deadline_; }
  /// Whether the limit has passed while the body ran.
  [[nodiscard]] bool expired() const noexcept { return state_ == state::expiring || state_ == state::expired; }
  friend std::string to_string(const timeout &t);

  /// The stretch itself. In the frame that awaits; made by run() and wait_for().
  class entry {
  public:
    explicit entry(timeout &t) : timeout_(t) { t.enter(); }
    entry(const entry &) = delete;
    entry &operator=(const entry &) = delete;
    ~entry() { (void)timeout_.leave(); }

  private:
    timeout &timeout_;
  };
  /// In the handler of a cancelled_error that ends the stretch: throws timeout_error if it was this limit's doing.
  void convert();

private:
  enum class state : std::uint8_t {
    created,
    entered,  ///< the body runs
    expiring, ///< the same, and it was cancelled at the deadline
    expired,  ///< the body has ended, after the deadline
    left      ///< the body has ended in time
  };
  class alarm : public detail::timer {
  public:
    explicit alarm(timeout &owner) noexcept : self(owner) {}
    timeout &self;
  };

  void enter();
  /// The body has ended. Whether a cancellation was this limit's doing alone.
  bool leave() noexcept;
  void arm();
  [[nodiscard]] std::string words() const;

  std::optional<loop_clock::time_point> deadline_;
  alarm alarm_{*this};
  detail::task_state *task_ = nullptr; ///< whose body it is, while that runs: its frame is in the task's hands
  std::uint32_t requests_ = 0;         ///< to cancel the task, when the body began
  state state_ = state::created;
};

/// "timeout until 5.000 s, running", "timeout expired" ...
[[nodiscard]] std::string to_string(const timeout &t);

/// At a time of the loop's clock; std::nullopt: no limit.
[[nodiscard]] inline timeout timeout_at(std::optional<loop_clock::time_point> deadline) noexcept {
  return timeout(deadline);
}

namespace detail {
template <class Body>
task<body_result<Body, timeout>> run_until(std::optional<loop_clock::time_point> deadline, Body body) {
  timeout limit(deadline);
  const timeout::entry inside(limit);
  try {
    co_return co_await call_body(body, limit);
  } catch (const cancelled_error &) {
    limit.convert();
    throw;
  }
}
} // namespace detail

/// timeout(limit).run(body). The time counts from the call.
template <class Body>
[[nodiscard]] task<detail::body_result<Body, timeout>> with_timeout(detail::optional_delay limit, Body body) {
  return detail::run_until(timeout(limit).when(), std::move(body));
}
template <class Body>
[[nodiscard]] task<detail::body_result<Body, timeout>> with_timeout_at(std::optional<loop_clock::time_point> deadline,
                                                                       Body body) {
  return detail::run_until(deadline, std::move(body));
}

} // namespace corace
