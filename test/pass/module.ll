; What a module gets: a table in its section, a constructor that announces it. One without accesses gets nothing.
; RUN: split-file %s %t
; RUN: opt -load-pass-plugin=%corace_pass -passes=corace -S %t/some.ll | FileCheck %s
; RUN: opt -load-pass-plugin=%corace_pass -passes=corace -S %t/none.ll | FileCheck --check-prefix=NONE --implicit-check-not=corace %s
; RUN: opt -load-pass-plugin=%corace_pass -passes=corace,corace -S %t/some.ll | FileCheck --check-prefix=TWICE %s

; CHECK: @corace.texts = private constant
; CHECK: @corace.sites = private constant [1 x { i32, i32, i32, i32, i16, i8, i8, i32 }]{{.*}}, section "corace_sites", align 4
; CHECK: @llvm.global_ctors = appending global [1 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 0, ptr @corace.module_constructor, ptr null }]
; CHECK: define internal void @corace.module_constructor()
; CHECK: load volatile i32, ptr @__corace_abi_1
; CHECK: call void @__corace_module(ptr @corace.sites, ptr getelementptr inbounds ({{.*}}, ptr @corace.sites, i64 1))

; NONE: define i32 @f
; TWICE-COUNT-1: call void @__corace_read
; TWICE-NOT: call void @__corace_read

;--- some.ll
@shared = global i32 0
define i32 @f() {
  %v = load i32, ptr @shared
  ret i32 %v
}
;--- none.ll
define i32 @f(i32 %x) {
  ret i32 %x
}
