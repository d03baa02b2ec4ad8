// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// wait_readable(), wait_writable(): wait until a file descriptor can be read from or written to without blocking.
//
// The loop posts the task when the operating system says so, also at the end of the stream and after an error; it may
// happen that there is nothing after all, so the descriptor has to be non-blocking. One task at a time may wait for a
// direction of a descriptor; a second one gets a usage_error. A task that is cancelled goes on in the next tick and has
// taken nothing. While somebody waits the loop's time passes at its real speed. Before a descriptor is closed for which
// somebody may wait, call forget_descriptor(): the waiter gets a std::system_error (operation_canceled). Differs from
// asyncio: these stand for add_reader() and add_writer().
#pragma once

#include <corace/detail/reactor.h>
#include <corace/event_loop.h>

namespace corace {

[[nodiscard]] inline detail::descriptor_wait wait_readable(int descriptor) noexcept {
  return {descriptor, detail::direction::read};
}
[[nodiscard]] inline detail::descriptor_wait wait_writable(int descriptor) noexcept {
  return {descriptor, detail::direction::write};
}
/// In the running loop; nothing happens where none runs.
void forget_descriptor(int descriptor) noexcept;

} // namespace corace
