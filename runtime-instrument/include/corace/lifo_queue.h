// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lifo_queue<T>: a queue that gives the newest item first; asyncio's LifoQueue.
//
// Who resumes whom, fairness among those who wait, cancellation and shutdown are those of queue.h. Conformance: Q-13.
#pragma once

#include <corace/detail/basic_queue.h>

#include <vector>

namespace corace {

namespace detail {
template <class T> class stack {
public:
  template <class U> void push(U &&item) { items_.emplace_back(std::forward<U>(item)); }
  [[nodiscard]] T pop() {
    T item(std::move(items_.back()));
    items_.pop_back();
    return item;
  }
  void clear() noexcept { items_.clear(); }
  template <class Visit> void for_each(Visit &&visit) const {
    for (auto each = items_.rbegin(); each != items_.rend(); ++each)
      visit(*each);
  }

private:
  std::vector<T> items_;
};
} // namespace detail

template <class T> class lifo_queue final : public detail::basic_queue<T, detail::stack<T>> {
public:
  /// Without a limit where `max_size` is not positive. The name appears in reports; it must outlive the queue.
  explicit lifo_queue(std::ptrdiff_t max_size = 0, const char *name = "")
      : detail::basic_queue<T, detail::stack<T>>("lifo_queue", max_size, name) {}
};

} // namespace corace
