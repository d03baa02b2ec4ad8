// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An intrusive list. Whoever dies first takes itself out of the other: a link leaves its list, a list lets its links
// go.
#pragma once

#include <cstddef>

namespace corace::detail {

/// Base of what can stand in one list at a time.
class link {
public:
  constexpr link() noexcept = default;
  link(const link &) = delete;
  link &operator=(const link &) = delete;
  ~link() { unlink(); }

  [[nodiscard]] bool linked() const noexcept { return next_ != nullptr; }
  void unlink() noexcept {
    if (!next_)
      return;
    prev_->next_ = next_;
    next_->prev_ = prev_;
    prev_ = next_ = nullptr;
  }

private:
  template <class> friend class list;
  link *prev_ = nullptr, *next_ = nullptr;
};

/// First in, first out, of objects derived from link. Owns nothing.
template <class T> class list {
public:
  constexpr list() noexcept { head_.prev_ = head_.next_ = &head_; }
  list(const list &) = delete;
  list &operator=(const list &) = delete;
  ~list() {
    clear();
    head_.prev_ = head_.next_ = nullptr;
  }

  [[nodiscard]] bool empty() const noexcept { return head_.next_ == &head_; }
  [[nodiscard]] T &front() const noexcept { return static_cast<T &>(*head_.next_); }
  [[nodiscard]] T &back() const noexcept { return static_cast<T &>(*head_.prev_); }
  /// The one behind `x`; null at the end.
  [[nodiscard]] T *after(const T &x) const noexcept {
    link *next = static_cast<const link &>(x).next_;
    if (next == &head_)
      return nullptr;
    return static_cast<T *>(next);
  }
  [[nodiscard]] T *first() const noexcept { return empty() ? nullptr : &front(); }
  /// Counts them.
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t count = 0;
    for (const link *each = head_.next_; each != &head_; each = each->next_)
      ++count;
    return count;
  }
  void push_back(T &x) noexcept {
    link &node = x;
    node.prev_ = head_.prev_;
    node.next_ = &head_;
    head_.prev_->next_ = &node;
    head_.prev_ = &node;
  }
  void push_front(T &x) noexcept {
    link &node = x;
    node.next_ = head_.next_;
    node.prev_ = &head_;
    head_.next_->prev_ = &node;
    head_.next_ = &node;
  }
  T *pop_front() noexcept {
    link *first = head_.next_;
    if (first == &head_)
      return nullptr;
    head_.next_ = first->next_;
    first->next_->prev_ = &head_;
    first->prev_ = first->next_ = nullptr;
    return static_cast<T *>(first);
  }
  /// Takes over all of `other`, which is empty afterwards, and puts it in front of what is here.
  void take_in_front(list &other) noexcept {
    if (other.empty())
      return;
    link *first = other.head_.next_, *last = other.head_.prev_;
    first->prev_ = &head_;
    last->next_ = head_.next_;
    head_.next_->prev_ = last;
    head_.next_ = first;
    other.head_.prev_ = other.head_.next_ = &other.head_;
  }
  void clear() noexcept {
    while (!empty())
      head_.next_->unlink();
  }

private:
  link head_;
};

} // namespace corace::detail
