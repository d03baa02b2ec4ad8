// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The values of the context variables that a task sees: an immutable map behind a shared pointer, so that a copy at the
// creation of a task costs one reference count. Maps are small; a change copies the map.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace corace::detail {

class context {
public:
  using value = std::shared_ptr<const void>;

  context() noexcept = default;
  /// A copy sees the same values and has an identity of its own: changes stay with the one that made them.
  context(const context &other) noexcept : entries_(other.entries_) {}
  context &operator=(const context &) = delete;

  [[nodiscard]] value get(std::uint64_t variable) const noexcept {
    if (entries_)
      for (const auto &[key, entry] : *entries_)
        if (key == variable)
          return entry;
    return nullptr;
  }
  /// Null takes the variable out.
  void set(std::uint64_t variable, value v) {
    auto changed = entries_ ? std::make_shared<map>(*entries_) : std::make_shared<map>();
    std::erase_if(*changed, [&](const auto &entry) { return entry.first == variable; });
    if (v)
      changed->emplace_back(variable, std::move(v));
    entries_ = std::move(changed);
  }

  /// The context of the running task; outside of any, the thread's own, which run() copies for the main coroutine.
  [[nodiscard]] static context &current() noexcept;

private:
  using map = std::vector<std::pair<std::uint64_t, value>>;
  std::shared_ptr<const map> entries_;
};

} // namespace corace::detail
