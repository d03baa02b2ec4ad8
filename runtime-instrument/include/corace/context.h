// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// context: the values of the context variables that a task or call-back sees (PEP 567).
//
// A task starts with a copy of what its creator sees; copy_context() takes such a copy by hand, run() calls a function
// in it. A copy costs one reference count; a change copies the map of a few pointers. Values are shared between copies
// and immutable. Conformance: CTX-09, CTX-10, CTX-12, CTX-13, CTX-14, CTX-16, CTX-24, CTX-26, CTX-34, CTX-38, CTX-41.
// Differs from asyncio: a context is a handle; copies of the handle name the same context, copy() makes another one.
#pragma once

#include <corace/detail/context.h>
#include <corace/errors.h>

#include <functional>
#include <utility>

namespace corace {

template <class T> class context_var;

class context final {
public:
  /// A fresh one, in which no variable is set.
  context() : object_(std::make_shared<detail::context_object>()) {}
  explicit context(std::shared_ptr<detail::context_object> object) noexcept : object_(std::move(object)) {}

  /// Another context with the same values.
  [[nodiscard]] context copy() const {
    return context(std::make_shared<detail::context_object>(detail::context_object{object_->values}));
  }
  /// Calls `f(args...)` with this context as the current one. What it sets stays here. Throws usage_error where the
  /// context is entered already.
  template <class F, class... Args> decltype(auto) run(F &&f, Args &&...args) const {
    const scope inside(object_);
    return std::invoke(std::forward<F>(f), std::forward<Args>(args)...);
  }

  /// How many variables are set in it. A default is not an entry.
  [[nodiscard]] std::size_t size() const noexcept { return object_->values ? object_->values->size() : 0; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  template <class T> [[nodiscard]] bool contains(const context_var<T> &variable) const noexcept {
    return detail::find_value(object_->values, variable.id()) != nullptr;
  }
  /// The value of a variable that is set here; throws key_error where it is not.
  template <class T> [[nodiscard]] const T &at(const context_var<T> &variable) const {
    if (const auto *value = detail::find_value(object_->values, variable.id()))
      return *static_cast<const T *>(value->get());
    throw key_error(std::string("context variable '") + variable.name() + "' is not set in this context");
  }
  /// Calls `visit(name)` for each variable, in the order in which they were first set.
  template <class Visit> void for_each(Visit &&visit) const {
    if (const auto values = object_->values)
      for (const detail::context_entry &each : *values)
        visit(each.name);
  }

  /// Whether it is the same context.
  [[nodiscard]] friend bool operator==(const context &a, const context &b) noexcept { return a.object_ == b.object_; }
  [[nodiscard]] const std::shared_ptr<detail::context_object> &object() const noexcept { return object_; }

private:
  class scope {
  public:
    explicit scope(const std::shared_ptr<detail::context_object> &object);
    scope(const scope &) = delete;
    scope &operator=(const scope &) = delete;
    ~scope();

  private:
    detail::context_slot slot_;
    detail::context_slot *before_;
    detail::context_object &object_;
    detail::context_object *outer_ = nullptr; ///< of the task or call-back that has entered this one
  };

  std::shared_ptr<detail::context_object> object_;
};

/// A copy of the current context.
[[nodiscard]] inline context copy_context() {
  return context(std::make_shared<detail::context_object>(detail::context_object{detail::current_context().values()}));
}

} // namespace corace
