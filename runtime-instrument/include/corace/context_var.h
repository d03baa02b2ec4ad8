// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// context_var<T>: a variable of which each task has its own value. Make it at namespace scope.
//
// A task starts with a copy of what its creator sees; a change stays in the task, and in the tasks that it creates
// later. What is awaited directly belongs to the awaiting task. Outside of any task a thread has values of its own,
// which run() copies for the main task. Conformance: CTX-01, CTX-03, CTX-04, CTX-05, CTX-07, CTX-18, CTX-20, CTX-21,
// CTX-32, CTX-35, CTX-36, CTX-43. Differs from asyncio: get() hands out a copy of the value.
#pragma once

#include <corace/detail/context.h>
#include <corace/errors.h>

#include <optional>
#include <utility>

namespace corace {

template <class T> class context_var {
public:
  /// What set() gives; reset() takes the change back with it. Works once.
  class token {
  public:
    token(token &&other) noexcept
        : variable_(std::exchange(other.variable_, nullptr)), context_(other.context_), old_(std::move(other.old_)) {}
    token &operator=(token &&) = delete;
    [[nodiscard]] const context_var *variable() const noexcept { return variable_; }
    /// The value before; nothing when there was none.
    [[nodiscard]] std::optional<T> old_value() const {
      return old_ ? std::optional<T>(*static_cast<const T *>(old_.get())) : std::nullopt;
    }

  private:
    friend class context_var;
    token(const context_var &variable, const detail::context &in, detail::context::value old) noexcept
        : variable_(&variable), context_(&in), old_(std::move(old)) {}
    const context_var *variable_; ///< null once it was used
    const detail::context *context_;
    detail::context::value old_;
  };

  explicit context_var(const char *name) noexcept : name_(name) {}
  context_var(const char *name, T initial) : name_(name), default_(std::move(initial)) {}
  context_var(const context_var &) = delete;
  context_var &operator=(const context_var &) = delete;

  /// The value in the running task, else the variable's default, else throws lookup_error.
  [[nodiscard]] T get() const {
    if (auto value = find())
      return *static_cast<const T *>(value.get());
    if (default_)
      return *default_;
    throw lookup_error(std::string("context variable '") + name_ + "' has no value here and no default");
  }
  /// The same, with a default for this call.
  [[nodiscard]] T get(T fallback) const {
    if (auto value = find())
      return *static_cast<const T *>(value.get());
    return fallback;
  }

  token set(T value) {
    auto &here = detail::context::current();
    token undo(*this, here, find());
    here.set(key(), std::make_shared<const T>(std::move(value)));
    return undo;
  }
  /// Throws usage_error when the token was used already, std::invalid_argument when it is another variable's or was
  /// made in another task.
  void reset(token &&undo) {
    if (!undo.variable_)
      throw usage_error(std::string("context variable '") + name_ + "': the token was used already");
    auto &here = detail::context::current();
    if (undo.variable_ != this)
      throw std::invalid_argument(std::string("context variable '") + name_ + "': the token is another variable's");
    if (undo.context_ != &here)
      throw std::invalid_argument(std::string("context variable '") + name_ + "': the token was made in another task");
    undo.variable_ = nullptr;
    here.set(key(), std::move(undo.old_));
  }

  [[nodiscard]] const char *name() const noexcept { return name_; }

private:
  [[nodiscard]] std::uint64_t key() const noexcept { return reinterpret_cast<std::uintptr_t>(this); }
  [[nodiscard]] detail::context::value find() const noexcept { return detail::context::current().get(key()); }

  const char *const name_;
  const std::optional<T> default_;
};

} // namespace corace
