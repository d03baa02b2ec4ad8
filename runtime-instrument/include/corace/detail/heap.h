// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A binary heap, the smallest item on top. Unlike the standard one it compares before it moves, so that a comparison
// that throws changes nothing.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <utility>
#include <vector>

namespace corace::detail {

template <class T, class Compare> class heap {
public:
  explicit heap(Compare smaller) : smaller_(std::move(smaller)) {}

  template <class U> void push(U &&item) {
    items_.emplace_back(std::forward<U>(item));
    std::size_t at = items_.size() - 1;
    try {
      while (at != 0 && smaller_(items_.back(), items_[parent(at)]))
        at = parent(at);
    } catch (...) {
      items_.pop_back();
      throw;
    }
    if (at == items_.size() - 1)
      return;
    T fresh(std::move(items_.back()));
    std::size_t hole = items_.size() - 1;
    for (; hole != at; hole = parent(hole))
      items_[hole] = std::move(items_[parent(hole)]);
    items_[hole] = std::move(fresh);
  }

  [[nodiscard]] T pop() {
    const std::size_t end = place_of_last();
    T top(std::move(items_.front()));
    // The way from the top to that place: each item on it goes up by one.
    std::size_t hole = 0;
    for (int left = depth(end) - 1; left >= 0; --left) {
      const std::size_t next = ((end + 1) >> left) - 1;
      items_[hole] = std::move(items_[next]);
      hole = next;
    }
    if (hole != items_.size() - 1)
      items_[hole] = std::move(items_.back());
    items_.pop_back();
    return top;
  }

  void clear() noexcept { items_.clear(); }
  /// The smallest one first; the others as they stand.
  template <class Visit> void for_each(Visit &&visit) const { std::for_each(items_.begin(), items_.end(), visit); }

private:
  [[nodiscard]] static std::size_t parent(std::size_t at) noexcept { return (at - 1) / 2; }
  /// How many steps it is from the top.
  [[nodiscard]] static int depth(std::size_t at) noexcept { return std::bit_width(at + 1) - 1; }

  /// Where the last item belongs once the top one has gone.
  [[nodiscard]] std::size_t place_of_last() const {
    const std::size_t last = items_.size() - 1;
    std::size_t at = 0;
    for (;;) {
      std::size_t child = 2 * at + 1;
      if (child >= last)
        return at;
      if (child + 1 < last && smaller_(items_[child + 1], items_[child]))
        ++child;
      if (!smaller_(items_[child], items_.back()))
        return at;
      at = child;
    }
  }

  std::vector<T> items_;
  [[no_unique_address]] Compare smaller_;
};

} // namespace corace::detail
