// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The calls that instrumented code makes. Each gives up early: nothing is recorded between runs, on a paused thread, or
// while the detector itself runs.

#include "detect/access_log.h"
#include "detect/state.h"

#include <corace/detail/thread_state.h>

namespace {

using namespace corace::detect;

std::uintptr_t number(const void *pointer) noexcept { return reinterpret_cast<std::uintptr_t>(pointer); }

/// What lies deeper on the stack than where the running activation began is gone when it suspends: nobody shares it.
/// The stack above may hold shared objects, a local of main for instance.
bool is_private(const thread_state &thread, std::uintptr_t address, std::uintptr_t here) noexcept {
  if (address < here)
    return address >= thread.stack_low && thread.stack_low != 0;
  // A scheduler's own mark comes first: it lies above the running coroutine's locals, an activation's lies below them.
  const std::uintptr_t began = thread.entered != no_task ? thread.entered_stack
                               : !thread.stack.empty()   ? thread.stack.back().stack
                                                         : 0;
  return address < began;
}

void log_memory(access_log &log, std::uintptr_t address, std::uint64_t size, const corace_site *site, bool reads,
                bool writes, std::uintptr_t here) noexcept {
  if (!log.inside_segment() || (address >= here - (std::uintptr_t{1} << 20) && address < log.stack()))
    return; // the stack below the segment: nobody else's. A megabyte of it may lie deeper than this call.
  const auto what = !writes ? access_log::access::read : reads ? access_log::access::update : access_log::access::write;
  log.memory(address, size, what, site);
}

/// Apart, so that calls which end before it save no registers.
[[gnu::noinline]] void touch_memory(thread_state &thread, const void *address, std::uint64_t size,
                                    const corace_site *site, bool reads, bool writes) {
  detector &d = the_detector();
  const detector_scope scope(d, &thread);
  d.touch(thread, number(address), size, site, reads, writes);
}

[[gnu::always_inline]] inline void access_memory(const void *address, std::uint64_t size, const corace_site *site,
                                                 bool reads, bool writes, std::uintptr_t here) {
  if (access_log *log = corace::detail::here.log)
    log_memory(*log, number(address), size, site, reads, writes, here);
  thread_state *const thread = recording_thread();
  if (thread == nullptr || size == 0 || is_private(*thread, number(address), here))
    return;
  if (thread->entered == no_task && tasks_are_told.load(std::memory_order_relaxed))
    return; // outside of all tasks
  touch_memory(*thread, address, size, site, reads, writes);
}

template <class Function> inline void on_event(Function function) {
  thread_state *const thread = recording_thread();
  if (thread == nullptr)
    return;
  detector &d = the_detector();
  const detector_scope scope(d, thread);
  function(d, *thread);
}

} // namespace

#define HERE number(__builtin_frame_address(0))

extern "C" {

void __corace_read(const void *address, uint64_t size, const corace_site *site) {
  access_memory(address, size, site, true, false, HERE);
}
void __corace_write(const void *address, uint64_t size, const corace_site *site) {
  access_memory(address, size, site, false, true, HERE);
}
void __corace_update(const void *address, uint64_t size, const corace_site *site) {
  access_memory(address, size, site, true, true, HERE);
}
void __corace_alloc(const void *address, uint64_t size) {
  if (access_log *log = corace::detail::here.log)
    log->allocated(number(address), size);
  on_event([&](detector &d, thread_state &) { d.forget(number(address), size); });
}
void __corace_free(const void *address) {
  if (access_log *log = corace::detail::here.log)
    log->freed(number(address));
  if (address != nullptr)
    on_event([&](detector &d, thread_state &) { d.forget_allocation(number(address)); });
}

void __corace_call(const corace_site *site) {
  thread_state *const thread = recording_thread();
  if (thread == nullptr)
    return;
  thread->last_call = site;
  if (!thread->stack.empty() && (site->flags & CORACE_SITE_IN_COROUTINE) != 0)
    thread->stack.back().via = site;
}

void __corace_coro_begin(void *frame, uint64_t size, const corace_site *site) {
  if (access_log *log = corace::detail::here.log)
    log->allocated(number(frame), size);
  on_event([&, here = HERE](detector &d, thread_state &t) { d.coro_begin(t, number(frame), size, site, here); });
}
void __corace_coro_suspend(void *frame, const void *awaiter, uint64_t awaiter_size, const corace_site *site) {
  on_event([&](detector &d, thread_state &t) { d.coro_suspend(t, number(frame), awaiter, awaiter_size, site); });
}
void __corace_coro_suspend_undo(void *frame) {
  on_event([&](detector &d, thread_state &t) { d.coro_suspend_undo(t, number(frame)); });
}
void __corace_coro_leave(void *frame) {
  if (thread_state *const thread = recording_thread()) // the thread's own business
    thread->leave(number(frame));
}
void __corace_coro_resume(void *frame, const corace_site *site) {
  on_event([&, here = HERE](detector &d, thread_state &t) { d.coro_resume(t, number(frame), site, here); });
}
void __corace_coro_end(void *frame) {
  if (access_log *log = corace::detail::here.log)
    log->freed(number(frame));
  on_event([&](detector &d, thread_state &t) { d.coro_end(t, number(frame)); });
}
}
