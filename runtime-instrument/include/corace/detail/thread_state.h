// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the calling thread runs at the moment. Plain data, so that reading it costs one access to thread-local memory.
#pragma once

namespace corace {
class event_loop;
}

namespace corace::detect {
class access_log;
}

namespace corace::detail {

class context_slot;

struct thread_state {
  event_loop *loop = nullptr;        ///< that the thread runs
  context_slot *values = nullptr;    ///< of the task or call-back that runs; null: the thread's own
  detect::access_log *log = nullptr; ///< of the loop that the thread runs, where a scheduler has one
};

inline constinit thread_local thread_state here;

} // namespace corace::detail
