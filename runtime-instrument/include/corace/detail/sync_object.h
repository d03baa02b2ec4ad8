// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What all synchronisation primitives are: named, known to the detector, and of one loop at a time.
#pragma once

#include <corace/detail/identity.h>
#include <corace/event_loop.h>

#include <string>

namespace corace::detail {

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
  void note(sync_event what) const noexcept { detail::note(what, identity_.get()); }
  [[nodiscard]] const void *identity() const noexcept { return identity_.get(); }

private:
  void rebind(const task_state &waiting);

  const char *kind_, *name_;
  std::uint64_t bound_ = 0; ///< serial number of the loop whose tasks waited here last; 0: none
  class identity identity_;
};

} // namespace corace::detail
