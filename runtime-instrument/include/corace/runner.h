// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// runner: runs one main task after another on one event loop, in one context.
//
// The loop is made when it is first needed and closed with the runner; tasks that are left then are cancelled and
// waited for. Conformance: RUN-07, RUN-10, RUN-11, CTX-27.
#pragma once

#include <corace/create_task.h>
#include <corace/run_options.h>

namespace corace {

namespace detail {
/// A loop as the options of the process want it.
class main_loop {
public:
  /// Throws usage_error where the thread runs a loop already.
  explicit main_loop(const run_options &options);
  main_loop(const main_loop &) = delete;
  main_loop &operator=(const main_loop &) = delete;
  ~main_loop();
  [[nodiscard]] event_loop &loop() noexcept { return *loop_; }

private:
  std::unique_ptr<event_loop> loop_;
};

/// While it lives, SIGINT cancels the task.
class interrupt_guard {
public:
  interrupt_guard(event_loop &loop, task_state &main, bool wanted);
  interrupt_guard(const interrupt_guard &) = delete;
  interrupt_guard &operator=(const interrupt_guard &) = delete;
  ~interrupt_guard();
  /// The signal came, and nothing else had cancelled the task.
  [[nodiscard]] bool interrupted() const noexcept;

private:
  struct state;
  std::unique_ptr<state> state_;
};
} // namespace detail

class runner {
public:
  explicit runner(run_options options = {}) : options_(std::move(options)) {}
  runner(const runner &) = delete;
  runner &operator=(const runner &) = delete;
  ~runner();

  /// Runs a main task to its end. Throws usage_error after close(), and where the thread runs a loop already.
  template <class T> T run(task<T> coroutine) {
    std::optional<corace::context> in;
    try {
      in = ready_context();
    } catch (...) {
      coroutine.discard();
      throw;
    }
    return run(std::move(coroutine), *std::move(in));
  }
  /// The same, in this context.
  template <class T> T run(task<T> coroutine, corace::context in) {
    try {
      (void)ready_context();
    } catch (...) {
      coroutine.discard();
      throw;
    }
    event_loop &own = loop_->loop();
    auto handle = detail::start_task(own, std::move(coroutine), task_options().named(options_.name).in(std::move(in)),
                                     std::source_location());
    {
      const detail::interrupt_guard guard(own, handle.task(), options_.interruptible);
      run_to_the_end_of(handle.task());
      if (handle.cancelled() && guard.interrupted())
        throw interrupted();
    }
    detail::rethrow_outcome(*handle.state());
    return detail::taken_last<T>(*handle.state());
  }
  /// The loop, made now if it was not there yet. Throws usage_error after close().
  [[nodiscard]] event_loop &get_loop();
  /// Cancels the tasks that are left, waits for them and closes the loop. May be repeated.
  void close();

private:
  /// The loop is there and may run; the context of all main tasks.
  corace::context ready_context();
  void run_to_the_end_of(detail::task_state &main);

  run_options options_;
  std::unique_ptr<detail::main_loop> loop_;
  std::optional<corace::context> context_;
  bool closed_ = false;
  bool broken_ = false; ///< a run has ended in a deadlock or was given up
};

} // namespace corace
