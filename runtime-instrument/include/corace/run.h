// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// run(): runs a coroutine as the main task of a new event loop and hands over its result.
//
// Returns when the main task has ended; tasks that are left are cancelled and waited for. What the main task throws
// comes out of run(). When nothing can run any more, deadlock_error names who waits for what. The option `mode` of
// CORACE_OPTIONS turns run() into the entry of the explorer; the program needs no change for that. Conformance:
// LOOP-14, RUN-01, RUN-03, RUN-05, RUN-13. Differs from asyncio: time is virtual; a deadlock ends the run and does not
// hang it.
#pragma once

#include <corace/task_handle.h>

namespace corace {

namespace detail {
/// A loop as the options of the process want it, and the run of one main task on it.
class main_loop {
public:
  /// Throws usage_error where the thread runs a loop already.
  main_loop();
  main_loop(const main_loop &) = delete;
  main_loop &operator=(const main_loop &) = delete;
  ~main_loop();
  [[nodiscard]] event_loop &loop() noexcept { return *loop_; }
  void run(task_state &main);

private:
  event_loop *loop_;
};
} // namespace detail

template <class T> T run(task<T> coroutine, std::string name = "main") {
  if (event_loop::current())
    coroutine.discard();
  detail::main_loop runner;
  using record = detail::task_record<T>;
  auto state = detail::task_pointer<record>::adopt(
      new record(runner.loop(), nullptr, std::move(name), detail::context::current(), coroutine.release()));
  runner.loop().add(*state);
  runner.run(*state);
  detail::rethrow_outcome(*state);
  if constexpr (std::is_reference_v<T>)
    return static_cast<T>(**state->value);
  else if constexpr (!std::is_void_v<T>)
    return std::move(*state->value);
}

} // namespace corace
