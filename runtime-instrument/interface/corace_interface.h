// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All that instrumented code may call. The pass (runtime-instrument/pass) inserts these calls, the runtime
// (libcorace-rt.a) defines them. C, no header but <stdint.h>, so that any compiler's output can link to it.
//
// Version: the pass refers to __corace_abi_1, so that a mismatch of pass and runtime is a link error and not a riddle.
#ifndef CORACE_INTERFACE_H
#define CORACE_INTERFACE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum corace_site_kind {
  CORACE_SITE_READ = 1,
  CORACE_SITE_WRITE = 2,
  CORACE_SITE_UPDATE = 3,  // atomic read-modify-write
  CORACE_SITE_SUSPEND = 4, // a co_await, co_yield, initial or final suspend
  CORACE_SITE_COROUTINE = 5,
  CORACE_SITE_CALL = 6 // a call in the body of a coroutine
};

enum corace_site_flags {
  // The code stands in a header of the system or of a library, not in the user's own files.
  CORACE_SITE_SYSTEM = 1,
  // The stored value derives, inside this function, from an earlier load of the same location: a write-back.
  CORACE_SITE_WRITE_BACK = 2,
  // The implicit suspension before the body, or after it.
  CORACE_SITE_INITIAL = 4,
  CORACE_SITE_FINAL = 8,
  // The function that holds the site is a coroutine.
  CORACE_SITE_IN_COROUTINE = 16
};

// One entry of the site table, 24 bytes, in the section "corace_sites" of every instrumented object.
// Texts are NUL-terminated and found relative to the field that refers to them (0: not known), so that the table needs
// no relocation at run time and can be read from the file.
typedef struct corace_site {
  int32_t file;     // absolute path of the source file
  int32_t function; // demangled name of the function that holds the site
  int32_t
      object;    // the accessed object as far as it is known: "shared_counter", "Session::count"; of a call: the callee
  uint32_t line; // from 1; 0: not known
  uint16_t column; // from 1; 0: not known
  uint8_t kind;    // corace_site_kind
  uint8_t flags;   // corace_site_flags
  uint32_t hash;   // stable identity without line numbers: kind, function, ordinal in the function
} corace_site;

extern const int __corace_abi_1;

// Called by a constructor of every instrumented module, before main.
void __corace_module(const corace_site *begin, const corace_site *end);

// A load of `size` bytes at `address` is about to happen.
void __corace_read(const void *address, uint64_t size, const corace_site *site);
// A store of `size` bytes at `address` has just happened.
void __corace_write(const void *address, uint64_t size, const corace_site *site);
// An atomic read-modify-write of `size` bytes at `address` has just happened.
void __corace_update(const void *address, uint64_t size, const corace_site *site);
// The allocation that starts at `address` is about to be given back; what is known of its bytes is forgotten.
void __corace_free(const void *address);

// The bytes from `address` on have just been given out by the allocator: what is known of them is about something else.
void __corace_alloc(const void *address, uint64_t size);

// The body of a coroutine is about to call a function: accesses in the callee happen on behalf of this site.
// Ordinary functions call it too, before they create a coroutine.
void __corace_call(const corace_site *site);

// A coroutine's frame of `size` bytes exists and its ramp runs.
void __corace_coro_begin(void *frame, uint64_t size, const corace_site *site);
// The coroutine is suspended from here on, although await_suspend(awaiter) has yet to run: another thread, or
// await_suspend itself, may resume it. `awaiter` (of `awaiter_size` bytes, 0: not known) tells what it waits for.
void __corace_coro_suspend(void *frame, const void *awaiter, uint64_t awaiter_size, const corace_site *site);
// await_suspend returned false or threw: the coroutine goes on, it was not suspended. Without effect where it was not.
void __corace_coro_suspend_undo(void *frame);
// Control is about to leave the suspended or finished coroutine, to its resumer or by symmetric transfer. May be said a
// second time, by a ramp whose await_suspend gave a handle. `frame` may be gone by then: it is a name, no more.
void __corace_coro_leave(void *frame);
// The coroutine was resumed at the suspension `site`. At the initial one also where it did not suspend: the body
// begins.
void __corace_coro_resume(void *frame, const corace_site *site);
// The frame is about to be given back: the coroutine has finished, or was destroyed while it was suspended.
void __corace_coro_end(void *frame);

#ifdef __cplusplus
}
#endif
#endif // CORACE_INTERFACE_H
