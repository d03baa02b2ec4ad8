// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What all synchronisation primitives are: named, known to the detector, and of one loop at a time.
#pragma once

#include <corace/detail/identity.h>
#include <corace/event_loop.h>

#include <string>

namespace corace::detail {

class sync_object;

/// Base of every awaiter that waits in a queue of a synchronisation object.
struct sync_wait : wait_node {
  sync_wait(const wait_operations &ops, sync_object &at) noexcept : wait_node(ops), object(&at) {}
  /// The object was destroyed meanwhile: throws usage_error that names it.
  [[noreturn]] void throw_gone(const task_state &waiting) const;

  sync_object *object;                                   ///< in whose queue it stands; null once it is in none any more
  const char *gone_kind = nullptr, *gone_name = nullptr; ///< of the object that was destroyed; null: none was
};

class sync_object {
public:
  sync_object(const sync_object &) = delete;
  sync_object &operator=(const sync_object &) = delete;

protected:
  /// `kind` is the word for it: "mutex". The name appears in reports; both must outlive the object.
  constexpr sync_object(const char *kind, const char *name) noexcept : kind_(kind), name_(name) {}
  ~sync_object() = default;

  /// For messages: "mutex 'm'", or "a mutex" where it has no name.
  [[nodiscard]] std::string title() const;
  /// Before a task is queued here: throws usage_error when tasks of another loop have been and that loop is still
  /// there.
  void bind(const task_state &waiting) {
    if (bound_ != waiting.loop->serial()) [[unlikely]]
      rebind(waiting);
  }
  [[nodiscard]] const char *kind() const noexcept { return kind_; }
  [[nodiscard]] const char *name() const noexcept { return name_; }
  void note(sync_event what) const noexcept { detail::note(what, identity_.get()); }
  /// For to_string(): "mutex 'm'", or "mutex".
  [[nodiscard]] std::string label() const;
  /// ", 2 waiters"; nothing where there are none.
  [[nodiscard]] static std::string waiters_text(std::size_t count);

  /// The task at the front of the queue, or wherever it stands, becomes ready.
  static void let_go(sync_wait &waiter) noexcept {
    waiter.outcome = wait_node::state::woken;
    waiter.task->loop->wake(*waiter.task);
  }
  /// wait_operations::cancel of those who have nothing else to undo: the waiter leaves the queue at once. One that was
  /// woken stays; its await_resume() hands on what it was to get.
  static bool leave_queue(wait_node &node) noexcept;
  /// wait_operations::describe of those who have nothing to add.
  [[nodiscard]] static std::string describe_wait(const wait_node &node);
  /// wait_operations::explain of those of whom nobody knows who will act.
  static void explain_wait(const wait_node &node, wait_reason &why) noexcept;
  /// The object is being destroyed: its waiters go on, and their awaits throw usage_error.
  template <class Waiter> void orphan(list<Waiter> &queue) noexcept {
    while (Waiter *each = queue.pop_front()) [[unlikely]]
      orphan_one(*each);
  }
  [[nodiscard]] const void *identity() const noexcept { return identity_.get(); }

private:
  void rebind(const task_state &waiting);
  void orphan_one(sync_wait &waiter) noexcept;

  const char *kind_, *name_;
  std::uint64_t bound_ = 0; ///< serial number of the loop whose tasks waited here last; 0: none
  class identity identity_;
};

} // namespace corace::detail
