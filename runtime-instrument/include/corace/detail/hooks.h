// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The way from the primitives to the detector. Each operation of a primitive reports itself by one inline call, note(),
// which is a test of a flag where nobody observes the loop, and nothing at all where CORACE_INSTRUMENT is 0.
#pragma once

#include <cstdint>
#include <string_view>

#ifndef CORACE_INSTRUMENT
#define CORACE_INSTRUMENT 1
#endif

struct corace_site;

namespace corace::detail {

/// What a task does to a synchronisation object.
enum class sync_event : std::uint8_t {
  acquire, ///< it holds a lock or a unit from now on
  release, ///< it gives it back
  wait,    ///< it waits at the object
  wake,    ///< it lets others go on: an event is set, a condition notified, a future completed
  put,     ///< an item goes into a queue
  get,     ///< an item comes out
  join,    ///< it has seen the end of a task or future
  look,    ///< it asks for the state and changes nothing
  change   ///< anything else that changes the state
};

} // namespace corace::detail

namespace corace {
class event_loop;
}
namespace corace::detect {
class access_log;
}

namespace corace::detail {
class task_state;
/// Where somebody wants to know: the detector, the explorer, or both.
void tell(const event_loop &loop, sync_event what, const void *object) noexcept;
} // namespace corace::detail

namespace corace::detect {

using task_id = std::uint32_t;

task_id add_task(task_id parent, std::string_view name);
void enter(task_id task) noexcept;
void leave() noexcept;
/// A task's first segment begins inside the segment that runs; who ran before.
[[nodiscard]] task_id enter_nested(task_id task) noexcept;
void leave_nested(task_id before) noexcept;
void order(task_id from, task_id to);
void note(detail::sync_event what, const void *object) noexcept;
[[nodiscard]] const corace_site *current_call() noexcept;
/// Set once a module that was compiled with the pass has announced itself.
inline constinit bool any_module = false;
/// Whether code of this process was compiled with the pass.
[[nodiscard]] inline bool instrumented() noexcept { return any_module; }

} // namespace corace::detect
