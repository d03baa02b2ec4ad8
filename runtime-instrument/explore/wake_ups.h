// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which wake-ups of a run have woken nobody. Where a task waits for ever at such an object, it may have come too late.
#pragma once

#include <corace/event_loop.h>

#include <cstdint>
#include <string>
#include <unordered_map>

namespace corace::schedule {

class wake_ups {
public:
  void clear() noexcept { missed_.clear(); }
  /// A task or call-back of this loop does `what` to the object.
  void told(const event_loop &loop, detail::sync_event what, const void *object);
  /// Who gave the last wake-up that is not known to have served anybody, in words; empty: nobody.
  [[nodiscard]] std::string missed(const void *object) const;

private:
  struct wake_up {
    std::string task, file; ///< who, and the await after which it did
    std::uint32_t line = 0; ///< 0: before its first await, or not known
    bool lasts = true;      ///< nobody has taken it back
  };
  std::unordered_map<const void *, wake_up> missed_;
};

} // namespace corace::schedule
