; Code that would become invalid is left unobserved, and the file compiles. Here the verifier's complaint is in the input,
; as if the pass had put the call where its operand is not known.
; RUN: opt -disable-verify -load-pass-plugin=%corace_pass -passes=corace -S %s -o %t.ll 2> %t.err
; RUN: opt -passes=verify -S %t.ll | FileCheck %s
; RUN: FileCheck --check-prefix=ERR %s < %t.err

target triple = "x86_64-unknown-linux-gnu"

@shared = global i32 0

declare void @__corace_free(ptr)

; ERR: corace: {{.*}}invalid.ll: 'broken(bool)' is not observed: its code would have become invalid; please report this
; ERR-NOT: corace

; CHECK-LABEL: define void @_Z6brokenb
; CHECK-NOT: @__corace_
; CHECK: ret void
define void @_Z6brokenb(i1 %c) {
  br i1 %c, label %one, label %other
one:
  %p = load ptr, ptr @shared
  br label %other
other:
  call void @__corace_free(ptr %p)
  store i32 1, ptr @shared
  ret void
}

; CHECK-LABEL: define void @_Z5soundv
; CHECK: call void @__corace_write(ptr @shared
; CHECK: ret void
define void @_Z5soundv() {
  store i32 1, ptr @shared
  ret void
}
