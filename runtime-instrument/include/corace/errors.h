// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the runtime throws. Messages name the object and say what was wrong.
#pragma once

#include <corace/detail/config.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace corace {

/// Thrown at the await of a task that was cancelled. Not a std::exception, so that `catch (const std::exception &)`
/// does not swallow it: code that catches it should clean up and rethrow.
class cancelled_error {
public:
  [[nodiscard]] const char *what() const noexcept { return "the task was cancelled"; }
};

/// The program used a primitive against its contract: a bug in the program.
class usage_error : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

/// A context variable has neither a value nor a default.
class lookup_error : public std::out_of_range {
public:
  using std::out_of_range::out_of_range;
};

/// The result of a task was asked for that has none yet.
class invalid_state : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

/// Nothing can run any more and the main coroutine has not finished. The message lists who waits for what.
class deadlock_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Several tasks of a group failed: what they threw, in the order in which they ended.
class exception_group : public std::runtime_error {
public:
  exception_group(const std::string &message, std::vector<std::exception_ptr> exceptions)
      : std::runtime_error(message), exceptions_(std::move(exceptions)) {}
  [[nodiscard]] const std::vector<std::exception_ptr> &exceptions() const noexcept { return exceptions_; }

private:
  std::vector<std::exception_ptr> exceptions_;
};

} // namespace corace
