// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// priority_queue<T, Compare>: a queue that gives the smallest item first; asyncio's PriorityQueue.
//
// Who resumes whom, fairness among those who wait, cancellation and shutdown are those of queue.h. The order of items
// of which none is smaller is not promised. Where the comparison throws, the queue is as it was. Conformance: Q-14.
#pragma once

#include <corace/detail/basic_queue.h>
#include <corace/detail/heap.h>

#include <functional>

namespace corace {

template <class T, class Compare = std::less<T>>
class priority_queue final : public detail::basic_queue<T, detail::heap<T, Compare>> {
public:
  /// Without a limit where `max_size` is not positive. The name appears in reports; it must outlive the queue.
  explicit priority_queue(std::ptrdiff_t max_size = 0, const char *name = "", Compare smaller = Compare())
      : detail::basic_queue<T, detail::heap<T, Compare>>("priority_queue", max_size, name, std::move(smaller)) {}
};

} // namespace corace
