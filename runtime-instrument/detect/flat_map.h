// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace corace::detect {

/// A hash map from addresses to small values: open addressing, linear probing, deletion by shifting back. clear() costs
/// nothing (it starts a new epoch), because an exploration starts thousands of runs. Pointers to values live until the
/// next insertion or erasure.
template <class Value> class flat_map {
public:
  [[nodiscard]] Value *find(std::uintptr_t key) noexcept {
    if (size_ == 0)
      return nullptr;
    for (std::size_t i = home(key);; i = next(i)) {
      if (!used(i))
        return nullptr;
      if (slots_[i].key == key)
        return &slots_[i].value;
    }
  }

  Value &operator[](std::uintptr_t key) {
    if ((size_ + 1) * 4 > slots_.size() * 3)
      grow();
    for (std::size_t i = home(key);; i = next(i)) {
      if (!used(i)) {
        slots_[i].epoch = epoch_;
        slots_[i].key = key;
        slots_[i].value = Value{};
        ++size_;
        return slots_[i].value;
      }
      if (slots_[i].key == key)
        return slots_[i].value;
    }
  }

  void erase(std::uintptr_t key) {
    if (size_ == 0)
      return;
    std::size_t i = home(key);
    for (; slots_[i].key != key || !used(i); i = next(i))
      if (!used(i))
        return;
    // Whatever was pushed past the gap by a collision moves back into it.
    for (std::size_t j = next(i); used(j); j = next(j)) {
      const std::size_t wanted = home(slots_[j].key);
      if (((j - wanted) & mask()) >= ((j - i) & mask())) {
        slots_[i] = std::move(slots_[j]);
        i = j;
      }
    }
    slots_[i].epoch = 0;
    --size_;
  }

  void clear() noexcept {
    size_ = 0;
    ++epoch_;
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  template <class Function> void for_each(Function function) {
    if (size_ == 0)
      return;
    for (std::size_t i = 0; i < slots_.size(); ++i)
      if (used(i))
        function(slots_[i].key, slots_[i].value);
  }

private:
  struct slot {
    std::uintptr_t key = 0;
    std::uint64_t epoch = 0;
    Value value{};
  };

  [[nodiscard]] bool used(std::size_t i) const noexcept { return slots_[i].epoch == epoch_; }
  [[nodiscard]] std::size_t mask() const noexcept { return slots_.size() - 1; }
  [[nodiscard]] std::size_t next(std::size_t i) const noexcept { return (i + 1) & mask(); }
  [[nodiscard]] std::size_t home(std::uintptr_t key) const noexcept {
    return static_cast<std::size_t>((key * 0x9e3779b97f4a7c15u) >> 20) & mask(); // Fibonacci hashing
  }
  void grow() {
    std::vector<slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    const std::uint64_t before = epoch_++;
    size_ = 0;
    for (slot &each : old)
      if (each.epoch == before)
        (*this)[each.key] = std::move(each.value);
  }

  std::vector<slot> slots_;
  std::size_t size_ = 0;
  std::uint64_t epoch_ = 1; ///< a slot is in use if it bears this number
};

} // namespace corace::detect
