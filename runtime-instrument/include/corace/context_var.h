// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// context_var<T>: a variable of which each task has its own value. Make it at namespace scope.
//
// A task starts with a copy of what its creator sees; a change stays in the task, and in the tasks that it creates
// later. What is awaited directly belongs to the awaiting task. Outside of any task a thread has values of its own,
// which run() copies for the main task. Conformance: CTX. Differs from asyncio: get() hands out a copy of the value; a
// value is immutable while it is set.
#pragma once

#include <corace/context.h>

#include <optional>
#include <string>
#include <utility>

namespace corace {

namespace detail {
/// A number for a new variable: addresses come back, numbers do not.
[[nodiscard]] std::uint64_t next_variable() noexcept;
} // namespace detail

template <class T> class context_var final {
public:
  /// What set() gives; reset() takes the change back with it. Works once.
  class token final {
  public:
    token(token &&other) noexcept
        : variable_(other.variable_), context_(std::move(other.context_)), old_(std::move(other.old_)) {}
    token &operator=(token &&) = delete;
    [[nodiscard]] const context_var &variable() const noexcept { return *variable_; }
    /// The value before; nothing when there was none.
    [[nodiscard]] std::optional<T> old_value() const {
      return old_ ? std::optional<T>(*static_cast<const T *>(old_.get())) : std::nullopt;
    }
    /// reset() has been called with it, or it was moved from.
    [[nodiscard]] bool used() const noexcept { return !context_; }

  private:
    friend class context_var;
    token(const context_var &variable, std::shared_ptr<detail::context_object> in, detail::context_value old) noexcept
        : variable_(&variable), context_(std::move(in)), old_(std::move(old)) {}
    const context_var *variable_;
    std::shared_ptr<detail::context_object> context_; ///< null once it was used
    detail::context_value old_;
  };

  explicit context_var(const char *name) noexcept : name_(name) {}
  context_var(const char *name, T initial) : name_(name), default_(std::move(initial)) {}
  context_var(const context_var &) = delete;
  context_var &operator=(const context_var &) = delete;

  /// The value in the current context, else the variable's default, else throws lookup_error.
  [[nodiscard]] T get() const {
    if (const auto *value = find())
      return *static_cast<const T *>(value->get());
    if (default_)
      return *default_;
    throw lookup_error(std::string("context variable '") + name_ + "' has no value here and no default");
  }
  /// The same, with a default for this call.
  [[nodiscard]] T get(T fallback) const {
    if (const auto *value = find())
      return *static_cast<const T *>(value->get());
    return fallback;
  }

  token set(T value) const {
    auto fresh = std::make_shared<const T>(std::move(value));
    const auto &in = detail::current_context().object();
    const auto *before = find();
    token undo(*this, in, before ? *before : nullptr);
    detail::set_value(*in, id_, name_, std::move(fresh));
    return undo;
  }
  /// Throws usage_error when the token was used already, std::invalid_argument when it is another variable's or was
  /// made in another context.
  void reset(token &&undo) const {
    if (undo.used())
      throw usage_error(std::string("context variable '") + name_ + "': the token was used already");
    if (undo.variable_ != this)
      throw std::invalid_argument(std::string("context variable '") + name_ + "': the token is another variable's");
    if (!detail::current_context().is(undo.context_.get()))
      throw std::invalid_argument(std::string("context variable '") + name_ +
                                  "': the token was made in another context");
    detail::set_value(*undo.context_, id_, name_, std::move(undo.old_));
    undo.context_ = nullptr;
  }

  [[nodiscard]] const char *name() const noexcept { return name_; }
  /// Different for each variable of the process.
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }

private:
  [[nodiscard]] const detail::context_value *find() const noexcept {
    return detail::find_value(detail::current_context().values(), id_);
  }

  const std::uint64_t id_ = detail::next_variable();
  const char *const name_;
  const std::optional<T> default_;
};

} // namespace corace
