// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conformance tests are named after the cases of asyncio's behaviour that they check. All run on the virtual clock.
#pragma once

#include <corace/corace.h>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace corace::test {

using namespace std::chrono_literals;
using texts = std::vector<std::string>;

inline std::uint64_t ticks() { return event_loop::current()->ticks(); }
inline std::chrono::nanoseconds now() { return loop_clock::now().time_since_epoch(); }

/// Lets `count` turns of the loop pass.
inline task<void> turns(int count) {
  for (int i = 0; i < count; ++i)
    co_await yield();
}

inline task<void> append(texts &log, std::string text) {
  log.push_back(std::move(text));
  co_return;
}

inline task<int> give(int value, int after_turns = 0) {
  co_await turns(after_turns);
  co_return value;
}

inline task<void> fail(std::string message, int after_turns = 0) {
  co_await turns(after_turns);
  throw std::runtime_error(message);
}

inline task<void> sleep_long() { co_await sleep_for(24h); }

/// Whether awaiting it throws cancelled_error.
template <class T> task<bool> ends_cancelled(task_handle<T> handle) {
  try {
    (void)co_await handle;
  } catch (const cancelled_error &) {
    co_return true;
  }
  co_return false;
}

/// The message of the error that `f` throws; a failure when it throws none.
template <class Error, class F> std::string message_of(F f) {
  try {
    f();
  } catch (const Error &e) {
    return e.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

/// The message of the usage_error that the task ends with.
template <class T> task<std::string> error_of(task_handle<T> handle) {
  try {
    (void)co_await handle;
  } catch (const usage_error &e) {
    co_return e.what();
  }
  co_return "no error";
}

} // namespace corace::test
