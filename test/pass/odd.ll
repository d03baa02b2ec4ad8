; Code that leaves no room for a call, or none of the usual: nothing breaks, and the verifier has nothing to say.
; RUN: opt -load-pass-plugin=%corace_pass -passes=corace,verify -S %s | FileCheck %s

target triple = "x86_64-unknown-linux-gnu"

@shared = global i32 0

; CHECK-LABEL: define void @must_tail
; CHECK: musttail call void @callee(ptr %p)
; CHECK-NEXT: ret void
define void @must_tail(ptr %p) {
  store i32 1, ptr %p
  musttail call void @callee(ptr %p)
  ret void
}

; CHECK-LABEL: define ptr @must_tail_new
; CHECK: musttail call ptr @_Znwm(i64 %n)
; CHECK-NEXT: ret ptr
define ptr @must_tail_new(i64 %n) {
  %p = musttail call ptr @_Znwm(i64 %n)
  ret ptr %p
}

; CHECK-LABEL: define void @swift_error
; CHECK-NOT: __corace
; CHECK: ret
define void @swift_error() {
  %e = alloca swifterror ptr
  store ptr null, ptr %e
  call void @throws(ptr swifterror %e)
  %v = load ptr, ptr %e
  ret void
}

; CHECK-LABEL: define void @call_br
; CHECK: callbr
define void @call_br() {
  callbr void asm sideeffect "", "!i"() to label %a [label %b]
a:
  store i32 1, ptr @shared
  ret void
b:
  ret void
}

; The normal destination of an invoke may be reached from elsewhere too: the edge is split, phis stay right.
; CHECK-LABEL: define ptr @invoked
; CHECK: call void @__corace_alloc(ptr %p, i64 8)
; CHECK-NEXT: br label %join
define ptr @invoked(i1 %c) personality ptr @__gxx_personality_v0 {
  br i1 %c, label %new, label %join
new:
  %p = invoke ptr @_Znwm(i64 8) to label %join unwind label %pad
join:
  %r = phi ptr [ null, %0 ], [ %p, %new ]
  ret ptr %r
pad:
  %l = landingpad { ptr, i32 } cleanup
  resume { ptr, i32 } %l
}

; CHECK-LABEL: define void @other_space
; CHECK-NOT: __corace
; CHECK: ret
define void @other_space(ptr addrspace(257) %p) {
  store i32 1, ptr addrspace(257) %p
  ret void
}

; CHECK-LABEL: define void @scalable
; CHECK: ret
define void @scalable(ptr %p) {
  %v = load <vscale x 4 x i32>, ptr %p
  store <vscale x 4 x i32> %v, ptr %p
  ret void
}

; CHECK-LABEL: define void @empty_type
define void @empty_type(ptr %p) {
  store {} zeroinitializer, ptr %p
  ret void
}

declare void @callee(ptr)
declare ptr @_Znwm(i64)
declare void @throws(ptr swifterror)
declare i32 @__gxx_personality_v0(...)
