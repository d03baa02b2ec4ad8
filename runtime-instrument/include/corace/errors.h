// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the runtime throws. Messages name the object and say what was wrong.
#pragma once

#include <corace/detail/config.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace corace {

/// Thrown at the await of a task that was cancelled. Not a std::exception, so that `catch (const std::exception &)`
/// does not swallow it: code that catches it should clean up and rethrow.
class cancelled_error {
public:
  cancelled_error() noexcept = default;
  explicit cancelled_error(std::string message) noexcept : message_(std::move(message)) {}
  [[nodiscard]] const char *what() const noexcept {
    return message_.empty() ? "the task was cancelled" : message_.c_str();
  }
  /// What cancel() was called with; empty: nothing.
  [[nodiscard]] const std::string &message() const noexcept { return message_; }

private:
  std::string message_;
};

/// Base of what ends the program in an orderly way. A task that throws it ends with it, and it also comes out of the
/// loop at once. Not a std::exception, for the same reason as cancelled_error.
class fatal_exit {
public:
  explicit fatal_exit(int code = 0) noexcept : code_(code) {}
  virtual ~fatal_exit() = default;
  [[nodiscard]] virtual const char *what() const noexcept { return "the program asked to exit"; }
  /// For exit().
  [[nodiscard]] int code() const noexcept { return code_; }

private:
  int code_;
};

/// The program was interrupted (SIGINT) while run() handled that; see run_options::interruptible.
class interrupted : public fatal_exit {
public:
  interrupted() noexcept : fatal_exit(130) {}
  [[nodiscard]] const char *what() const noexcept override { return "interrupted"; }
};

/// The program used a primitive against its contract: a bug in the program.
class usage_error : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

/// The result of a future or task was asked for that has none yet, or was set twice.
class invalid_state : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

/// A context variable has neither a value nor a default.
class lookup_error : public std::out_of_range {
public:
  using std::out_of_range::out_of_range;
};

/// A context was asked for a variable that is not set in it.
class key_error : public lookup_error {
public:
  using lookup_error::lookup_error;
};

/// A time limit has passed. Where the limit cancelled what it waited for, the cancelled_error is nested in the object
/// that is thrown (std::rethrow_if_nested).
class timeout_error : public std::runtime_error {
public:
  timeout_error() : std::runtime_error("the time limit has passed") {}
  using std::runtime_error::runtime_error;
};

/// A queue had no item, and the call was not to wait.
class queue_empty : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// A queue had no room, and the call was not to wait.
class queue_full : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// A queue was shut down.
class queue_shutdown : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// A barrier was aborted, or reset while tasks waited at it.
class broken_barrier : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
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

/// The same where one of them is no std::exception: then the group is none either, and generic handlers let it pass.
class base_exception_group {
public:
  base_exception_group(std::string message, std::vector<std::exception_ptr> exceptions) noexcept
      : message_(std::move(message)), exceptions_(std::move(exceptions)) {}
  [[nodiscard]] const char *what() const noexcept { return message_.c_str(); }
  [[nodiscard]] const std::vector<std::exception_ptr> &exceptions() const noexcept { return exceptions_; }

private:
  std::string message_;
  std::vector<std::exception_ptr> exceptions_;
};

} // namespace corace
