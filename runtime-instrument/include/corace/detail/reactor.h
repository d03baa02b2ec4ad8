// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loop's way to the operating system (epoll): waits for readiness of descriptors, for time, and for a call from
// another thread.
#pragma once

#include <corace/detail/task_state.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace corace::detail {

enum class direction : std::uint8_t { read, write };

class descriptor_wait;

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

  /// Throws usage_error where somebody waits for the same already, std::system_error where it cannot be waited for.
  void add(descriptor_wait &waiting);
  void remove(descriptor_wait &waiting) noexcept;
  /// The descriptor is about to be closed: who waits for it is told.
  void forget(int descriptor) noexcept;

private:
  /// Who waits for a descriptor, and what epoll has been asked for; that may be more, and is taken back when it comes.
  struct entry {
    std::array<descriptor_wait *, 2> waiting{}; ///< by direction
    std::uint32_t asked = 0;
  };
  [[nodiscard]] int ask(int descriptor, std::uint32_t events) noexcept;
  void tell(descriptor_wait *&waiting, bool closed) noexcept;
  void ready(int descriptor, std::uint32_t events) noexcept;

  int epoll_, wake_;
  std::size_t watched_ = 0;
  std::vector<entry> entries_; ///< by descriptor
};

/// Parks the running task until a descriptor is ready.
class [[nodiscard("readiness has to be awaited")]] descriptor_wait : public wait_node {
public:
  descriptor_wait(int descriptor, direction wanted) noexcept
      : wait_node(operations), descriptor_(descriptor), wanted_(wanted) {}
  ~descriptor_wait();
  bool await_ready() const noexcept { return false; }
  void await_suspend(task_coroutine innermost);
  void await_resume();

private:
  friend class reactor;
  static const wait_operations operations;
  [[nodiscard]] std::string title() const;

  int descriptor_;
  direction wanted_;
  bool closed_ = false;           ///< it went while the task waited
  reactor *registered_ = nullptr; ///< while it stands there
};

} // namespace corace::detail
