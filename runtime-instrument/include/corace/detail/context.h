// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The values of context variables, as tasks and call-backs carry them: an immutable map behind a shared pointer, so
// that a copy costs one reference count. Maps are small; a change copies the map.
#pragma once

#include <corace/detail/thread_state.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace corace::detail {

using context_value = std::shared_ptr<const void>;

struct context_entry {
  std::uint64_t variable; ///< its number, unique in the process
  const char *name;       ///< of the variable
  context_value value;
};
using context_map = std::vector<context_entry>; ///< in the order in which the variables were first set

/// Null for an empty context.
using context_values = std::shared_ptr<const context_map>;

[[nodiscard]] inline const context_value *find_value(const context_values &in, std::uint64_t variable) noexcept {
  if (in)
    for (const context_entry &each : *in)
      if (each.variable == variable)
        return &each.value;
  return nullptr;
}

/// A context that somebody can name: what corace::context and tokens point to.
struct context_object {
  context_values values;
  bool entered = false; ///< run() is under way in it
};

/// Where a task or call-back keeps its context. The object comes into being when somebody asks for it.
class context_slot {
public:
  context_slot() noexcept = default;
  /// Sees the values of `other` and has an identity of its own.
  explicit context_slot(context_values values) noexcept : values_(std::move(values)) {}
  explicit context_slot(std::shared_ptr<context_object> object) noexcept : object_(std::move(object)) {}

  [[nodiscard]] const context_values &values() const noexcept { return object_ ? object_->values : values_; }
  [[nodiscard]] const std::shared_ptr<context_object> &object() {
    if (!object_)
      object_ = std::make_shared<context_object>(context_object{std::move(values_)});
    return object_;
  }
  /// Null while nobody has asked for the object.
  [[nodiscard]] context_object *named() const noexcept { return object_.get(); }
  [[nodiscard]] bool is(const context_object *object) const noexcept { return object && object_.get() == object; }

private:
  context_values values_; ///< while there is no object
  std::shared_ptr<context_object> object_;
};

/// The thread's own, for code outside of any loop.
[[nodiscard]] context_slot &context_of_thread() noexcept;

[[nodiscard]] inline context_slot &current_context() noexcept {
  return here.values ? *here.values : context_of_thread();
}

/// Null takes the variable out.
void set_value(context_object &in, std::uint64_t variable, const char *name, context_value value);

} // namespace corace::detail
