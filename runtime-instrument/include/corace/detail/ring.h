// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// First in, first out, in one block that grows and never shrinks: a queue that is filled and drained again and again
// allocates nothing.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace corace::detail {

template <class T> class ring {
public:
  ring() noexcept = default;
  ring(const ring &) = delete;
  ring &operator=(const ring &) = delete;
  ~ring() {
    clear();
    release(slots_, capacity_);
  }

  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  /// Where the item cannot be made, nothing has changed.
  template <class U> void push(U &&item) {
    if (count_ == capacity_) [[unlikely]]
      return push_and_grow(std::forward<U>(item));
    std::construct_at(slot(count_), std::forward<U>(item));
    ++count_;
  }
  /// Takes the oldest item out; where its move throws, it stays. There must be one.
  [[nodiscard]] T pop() {
    T item(std::move(*slot(0)));
    drop_first();
    return item;
  }
  void clear() noexcept {
    while (count_ != 0)
      drop_first();
  }
  /// In the order in which they will come out.
  template <class Visit> void for_each(Visit &&visit) const {
    for (std::size_t i = 0; i < count_; ++i)
      visit(static_cast<const T &>(*slot(i)));
  }

private:
  [[nodiscard]] T *slot(std::size_t index) const noexcept { return slots_ + ((first_ + index) & (capacity_ - 1)); }
  void drop_first() noexcept {
    std::destroy_at(slot(0));
    ++first_;
    --count_;
  }
  static void release(T *slots, std::size_t capacity) noexcept {
    if (slots)
      std::allocator<T>().deallocate(slots, capacity);
  }
  // The new item comes first: it may be one that stands here already.
  template <class U> void push_and_grow(U &&item) {
    struct block {
      explicit block(std::size_t n) : slots(std::allocator<T>().allocate(n)), capacity(n) {}
      block(const block &) = delete;
      block &operator=(const block &) = delete;
      ~block() {
        std::destroy(slots, slots + made);
        release(slots, capacity);
      }
      T *slots;
      std::size_t capacity, made = 0;
    } fresh(capacity_ == 0 ? 4 : 2 * capacity_);
    std::construct_at(fresh.slots + count_, std::forward<U>(item));
    try {
      for (; fresh.made < count_; ++fresh.made)
        std::construct_at(fresh.slots + fresh.made, std::move_if_noexcept(*slot(fresh.made)));
    } catch (...) {
      std::destroy_at(fresh.slots + count_);
      throw;
    }
    for (std::size_t i = 0; i < count_; ++i)
      std::destroy_at(slot(i));
    std::swap(slots_, fresh.slots);
    std::swap(capacity_, fresh.capacity);
    fresh.made = 0;
    first_ = 0;
    ++count_;
  }

  T *slots_ = nullptr;
  std::size_t capacity_ = 0; ///< a power of two, or none
  std::size_t first_ = 0;    ///< modulo capacity_: the oldest item
  std::size_t count_ = 0;
};

} // namespace corace::detail
