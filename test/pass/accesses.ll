; Which loads, stores and atomics are told of, and which are not.
; RUN: opt -load-pass-plugin=%corace_pass -passes=corace -S %s | FileCheck %s
; RUN: opt -load-pass-plugin=%corace_pass -corace-stats -passes=corace -disable-output %s 2>&1 | FileCheck --check-prefix=STATS %s

; STATS: 8 sites in 7 functions (3 left out), 0 coroutines: 4 reads, 3 writes, 1 updates, 0 calls
; STATS-DAG: left out: 2 private variable
; STATS-DAG: left out: 1 constant
; STATS-DAG: left out: 2 virtual table
; STATS-DAG: left out: 1 guard of a static

@shared = global i32 0
@_ZGVZ1fvE1x = internal global i64 0
@table = constant i32 7
@_ZTV1A = constant [3 x ptr] zeroinitializer
@tls = thread_local global i32 0

; CHECK-LABEL: define i32 @plain()
; CHECK: call void @__corace_read(ptr @shared, i64 4, ptr
; CHECK-NEXT: load i32, ptr @shared
; CHECK: store i32 %w, ptr @shared
; CHECK-NEXT: call void @__corace_write(ptr @shared, i64 4, ptr
define i32 @plain() {
  %v = load i32, ptr @shared
  %w = add i32 %v, 1
  store i32 %w, ptr @shared
  ret i32 %v
}

; A variable whose address stays here is private; one that is handed out is not.
; CHECK-LABEL: define void @variables()
; CHECK-NOT: __corace_write(ptr %private
; CHECK: call void @__corace_write(ptr %escapes, i64 4
; CHECK-NOT: __corace
define void @variables() {
  %private = alloca i32
  %escapes = alloca i32
  store i32 1, ptr %private
  store i32 2, ptr %escapes
  call void @use(ptr %escapes)
  %v = load i32, ptr %private
  ret void
}

; CHECK-LABEL: define i64 @constants
; CHECK-NOT: __corace
; CHECK: ret
define i64 @constants(ptr %object) {
  %c = load i32, ptr @table
  %guard = load i64, ptr @_ZGVZ1fvE1x
  store ptr @_ZTV1A, ptr %object
  %vtable = load ptr, ptr %object, !tbaa !0
  ret i64 %guard
}

; CHECK-LABEL: define void @atomics
; CHECK: atomicrmw
; CHECK-NEXT: call void @__corace_update(ptr %p, i64 8
define void @atomics(ptr %p) {
  %old = atomicrmw add ptr %p, i64 1 seq_cst
  ret void
}

; CHECK-LABEL: define void @copies
; CHECK: call void @__corace_read(ptr %from, i64 %n
; CHECK: call void @llvm.memcpy
; CHECK-NEXT: call void @__corace_write(ptr %to, i64 %n
define void @copies(ptr %to, ptr %from, i64 %n) {
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 %n, i1 false)
  ret void
}

; Reached on any thread, but one thread's tasks share it.
; CHECK-LABEL: define i32 @thread_local
; CHECK: call void @__corace_read(ptr %p, i64 4
define i32 @thread_local() {
  %p = call ptr @llvm.threadlocal.address.p0(ptr @tls)
  %v = load i32, ptr %p
  ret i32 %v
}

; CHECK-LABEL: define void @guarded
; CHECK: call void @__corace_read(ptr @shared
define void @guarded() {
  %v = load i32, ptr @shared
  ret void
}

; The primitives' own code, code that opted out, and code without a frame are left alone.
; CHECK-LABEL: define void @_ZN6corace5mutex4lockEv
; CHECK-NOT: __corace
; CHECK: ret
define void @_ZN6corace5mutex4lockEv() {
  store i32 1, ptr @shared
  ret void
}
; CHECK-LABEL: define void @_ZNO6corace4taskIiEawEv
; CHECK-NOT: __corace
; CHECK: ret
define void @_ZNO6corace4taskIiEawEv() {
  store i32 1, ptr @shared
  ret void
}
; CHECK-LABEL: define void @naked
; CHECK-NOT: __corace
; CHECK: unreachable
define void @naked() naked {
  call void asm sideeffect "ret", ""()
  unreachable
}

declare void @use(ptr)
declare ptr @llvm.threadlocal.address.p0(ptr)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)

!0 = !{!1, !1, i64 0}
!1 = !{!"vtable pointer", !2, i64 0}
!2 = !{!"Simple C++ TBAA"}
