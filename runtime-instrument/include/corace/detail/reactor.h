// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loop's way to the operating system (epoll): waits for readiness of descriptors, for time, and for a call from
// another thread.
#pragma once

#include <chrono>
#include <optional>

namespace corace::detail {

class reactor {
public:
  /// Throws std::system_error.
  reactor();
  reactor(const reactor &) = delete;
  reactor &operator=(const reactor &) = delete;
  ~reactor();

  /// Waits at most this long, for ever where it is nothing; tells whoever is ready. Returns early after wake().
  void wait(std::optional<std::chrono::nanoseconds> limit);
  /// Ends a wait() that is under way, or the next one. From any thread and from signal handlers.
  void wake() noexcept;
  /// Whether somebody waits for a descriptor.
  [[nodiscard]] bool watching() const noexcept { return watched_ != 0; }

private:
  int epoll_, wake_;
  std::size_t watched_ = 0;
};

} // namespace corace::detail
