// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/context.h>
#include <corace/context_var.h>

#include <algorithm>
#include <atomic>

namespace corace::detail {

context_slot &context_of_thread() noexcept {
  thread_local context_slot outside;
  return outside;
}

void set_value(context_object &in, std::uint64_t variable, const char *name, context_value value) {
  auto changed = in.values ? std::make_shared<context_map>(*in.values) : std::make_shared<context_map>();
  const auto entry = std::find_if(changed->begin(), changed->end(),
                                  [&](const context_entry &each) { return each.variable == variable; });
  if (entry == changed->end()) {
    if (value)
      changed->push_back({variable, name, std::move(value)});
  } else if (value) {
    entry->value = std::move(value);
  } else {
    changed->erase(entry);
  }
  in.values = std::move(changed);
}

std::uint64_t next_variable() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

} // namespace corace::detail

namespace corace {

context::scope::scope(const std::shared_ptr<detail::context_object> &object) : slot_(object), object_(*object) {
  if (object->entered || detail::current_context().is(object.get()))
    throw usage_error("corace::context::run: this context is entered already");
  object_.entered = true;
  if (detail::context_object *current = detail::current_context().named(); current && !current->entered) {
    outer_ = current;
    outer_->entered = true;
  }
  before_ = std::exchange(detail::here.values, &slot_);
}

context::scope::~scope() {
  detail::here.values = before_;
  object_.entered = false;
  if (outer_)
    outer_->entered = false;
}

} // namespace corace
