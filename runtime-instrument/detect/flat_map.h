// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace corace::detect {

/// A hash map from addresses to values: open addressing, linear probing, deletion by shifting back. The slots only say
/// where a value stands; the values stand side by side, so that walking over them costs what is there and not what the
/// table has room for. clear() costs nothing (it starts a new epoch) and keeps the memory, because an exploration
/// starts millions of runs. Pointers to values live until the next insertion or erasure.
template <class Value> class flat_map {
public:
  [[nodiscard]] Value *find(std::uintptr_t key) noexcept {
    if (entries_.empty())
      return nullptr;
    const slot *found = slot_of(key);
    return found == nullptr ? nullptr : &entries_[found->entry].value;
  }

  Value &operator[](std::uintptr_t key) {
    if (slots_.empty())
      grow();
    std::size_t i = home(key);
    for (; slots_[i].epoch == epoch_; i = next(i))
      if (slots_[i].key == key)
        return entries_[slots_[i].entry].value;
    return add(key, i);
  }

  /// Whether it was there.
  bool erase(std::uintptr_t key) noexcept {
    if (entries_.empty())
      return false;
    slot *const found = slot_of(key);
    if (found == nullptr)
      return false;
    const std::uint32_t gone = found->entry;
    close(static_cast<std::size_t>(found - slots_.data()));
    if (gone + 1 != entries_.size()) { // the last one takes the place
      slot_of(entries_.back().key)->entry = gone;
      entries_[gone] = std::move(entries_.back());
    }
    entries_.pop_back();
    return true;
  }

  /// Erases what `gone` holds for; it gets the key.
  template <class Predicate> void erase_if(Predicate gone) {
    for (std::size_t i = entries_.size(); i-- > 0;)
      if (gone(entries_[i].key))
        erase(entries_[i].key);
  }

  void clear() noexcept {
    entries_.clear();
    if (++epoch_ != 0)
      return;
    for (slot &each : slots_) // the number has come round: no slot may bear a later one
      each.epoch = 0;
    epoch_ = 1;
  }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  /// In no order that means anything.
  template <class Function> void for_each(Function function) {
    for (entry &each : entries_)
      function(each.key, each.value);
  }

private:
  struct slot {
    std::uintptr_t key = 0;
    std::uint32_t epoch = 0;
    std::uint32_t entry = 0;
  };
  struct entry {
    explicit entry(std::uintptr_t of) : key(of), value() {}
    std::uintptr_t key;
    Value value;
  };

  [[nodiscard]] slot *slot_of(std::uintptr_t key) noexcept {
    for (std::size_t i = home(key); slots_[i].epoch == epoch_; i = next(i))
      if (slots_[i].key == key)
        return &slots_[i];
    return nullptr;
  }
  /// `i` is the first free slot from the key's home on.
  Value &add(std::uintptr_t key, std::size_t i) {
    if ((entries_.size() + 1) * 4 > slots_.size() * 3) {
      grow();
      for (i = home(key); slots_[i].epoch == epoch_; i = next(i)) {
      }
    }
    slots_[i] = {key, epoch_, static_cast<std::uint32_t>(entries_.size())};
    return entries_.emplace_back(key).value;
  }
  /// Frees a slot: whatever was pushed past it by a collision moves back.
  void close(std::size_t i) noexcept {
    for (std::size_t j = next(i); slots_[j].epoch == epoch_; j = next(j)) {
      const std::size_t wanted = home(slots_[j].key);
      if (((j - wanted) & mask_) >= ((j - i) & mask_)) {
        slots_[i] = slots_[j];
        i = j;
      }
    }
    slots_[i].epoch = 0;
  }
  [[nodiscard]] std::size_t next(std::size_t i) const noexcept { return (i + 1) & mask_; }
  [[nodiscard]] std::size_t home(std::uintptr_t key) const noexcept {
    return static_cast<std::size_t>((key * 0x9e3779b97f4a7c15u) >> 20) & mask_; // Fibonacci hashing
  }
  void grow() {
    const std::size_t size = slots_.empty() ? 16 : slots_.size() * 2;
    slots_.assign(size, slot{});
    mask_ = size - 1;
    entries_.reserve(size / 4 * 3);
    epoch_ = 1;
    for (std::uint32_t number = 0; number < entries_.size(); ++number) {
      std::size_t i = home(entries_[number].key);
      while (slots_[i].epoch == epoch_)
        i = next(i);
      slots_[i] = {entries_[number].key, epoch_, number};
    }
  }

  std::vector<slot> slots_;
  std::vector<entry> entries_;
  std::size_t mask_ = 0;    ///< one less than there are slots
  std::uint32_t epoch_ = 1; ///< a slot is in use if it bears this number
};

} // namespace corace::detect
