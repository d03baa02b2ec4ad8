// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// queue<T>: items on their way from one task to another, first in, first out; asyncio's Queue, with shutdown().
//
// get() and put() do not suspend when they can proceed. An item that is put lets the oldest getter go on, and room that
// is made the oldest putter; both are queued in the loop, never run inline. Fairness: waiters are woken in the order in
// which they came; whoever runs first takes, so a task that does not wait may get in before a woken one, which then
// waits again behind all others. A waiter that is cancelled leaves its line; one that was woken already hands its turn
// on; the item of a put that did not come to pass stays with the putter, unmoved. shutdown() lets all waiters go on.
// Conformance: Q, QS. Differs from asyncio: try_get() and try_put() are new; who waits for a queue that is destroyed
// gets a usage_error.
#pragma once

#include <corace/detail/basic_queue.h>
#include <corace/detail/ring.h>

namespace corace {

template <class T> class queue final : public detail::basic_queue<T, detail::ring<T>> {
public:
  /// Without a limit where `max_size` is not positive. The name appears in reports; it must outlive the queue.
  explicit queue(std::ptrdiff_t max_size = 0, const char *name = "")
      : detail::basic_queue<T, detail::ring<T>>("queue", max_size, name) {}
};

} // namespace corace
