// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What loops and primitives tell of themselves, to the detector and to the log.
#include "detect/access_log.h"

#include <corace/event_loop.h>

namespace corace::detail {

void tell(const event_loop &loop, sync_event what, const void *object) noexcept {
  if (detect::access_log *log = loop.log())
    log->sync(object, what != sync_event::look && what != sync_event::join);
  if (!loop.observed())
    return;
  if (scheduler *order = loop.order())
    order->told(loop, what, object);
  detect::note(what, object);
}

} // namespace corace::detail
