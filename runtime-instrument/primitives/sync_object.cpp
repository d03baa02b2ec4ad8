// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/sync_object.h>
#include <corace/errors.h>

namespace corace::detail {

namespace {
[[nodiscard]] std::string title_of(const char *kind, const char *name) {
  if (*name)
    return std::string(kind) + " '" + name + "'";
  return (*kind == 'e' ? "an " : "a ") + std::string(kind);
}
} // namespace

std::string sync_object::title() const { return title_of(kind_, name_); }

std::string sync_object::label() const { return *name_ ? title() : kind_; }

std::string sync_object::waiters_text(std::size_t count) {
  if (count == 0)
    return {};
  return count == 1 ? ", 1 waiter" : ", " + std::to_string(count) + " waiters";
}

bool sync_object::leave_queue(wait_node &node) noexcept {
  if (node.outcome != wait_node::state::waiting)
    return false;
  auto &waiter = static_cast<sync_wait &>(node);
  std::exchange(waiter.object, nullptr)->note(sync_event::change);
  waiter.unlink();
  waiter.outcome = wait_node::state::cancelled;
  waiter.task->loop->wake(*waiter.task);
  return true;
}

std::string sync_object::describe_wait(const wait_node &node) {
  const auto &waiter = static_cast<const sync_wait &>(node);
  return waiter.object ? waiter.object->title() : "what was destroyed";
}

void sync_object::explain_wait(const wait_node &node, wait_reason &why) noexcept {
  if (const sync_object *at = static_cast<const sync_wait &>(node).object)
    why.object = at->identity();
}

void sync_object::orphan_one(sync_wait &waiter) noexcept {
  waiter.object = nullptr;
  waiter.gone_kind = kind_;
  waiter.gone_name = name_;
  if (std::exchange(waiter.outcome, wait_node::state::woken) == wait_node::state::waiting)
    waiter.task->loop->wake(*waiter.task);
}

void sync_wait::throw_gone(const task_state &waiting) const {
  throw usage_error("task '" + waiting.name() + "' waited for " + title_of(gone_kind, gone_name) +
                    ", which was destroyed");
}

void sync_object::rebind(const task_state &waiting) {
  if (bound_ && event_loop::alive(bound_))
    throw usage_error("task '" + waiting.name() + "' waits for " + title() + ", which belongs to another event loop");
  bound_ = waiting.loop->serial();
}

} // namespace corace::detail
