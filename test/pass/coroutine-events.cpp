// What a coroutine's life looks like in its code, before it is split.
// RUN: %clangxx -std=c++20 -g -O0 -S -emit-llvm -Xclang -disable-llvm-passes %s -o %t.ll
// RUN: opt -load-pass-plugin=%corace_pass -passes=corace,verify -S %t.ll | FileCheck %s

#include "Inputs/mini.h"

int shared;

struct maybe {
  void *state[3];
  bool await_ready();
  bool await_suspend(std::coroutine_handle<>);
  void await_resume();
};

// CHECK-LABEL: define {{.*}}@_Z4bodyv(
// CHECK: %[[FRAME:.*]] = call ptr @llvm.coro.begin(
// CHECK-NEXT: %[[SIZE:.*]] = call i64 @llvm.coro.size.i64()
// CHECK-NEXT: call void @__corace_coro_begin(ptr %[[FRAME]], i64 %[[SIZE]], ptr
// The promise is built before the body; its calls are not the body's.
// CHECK-NOT: __corace_call
// CHECK: call void @__corace_coro_suspend(ptr %[[FRAME]], ptr %{{.*}}, i64 1, ptr
// CHECK-NEXT: call token @llvm.coro.save
// CHECK: call void @__corace_coro_resume(ptr %[[FRAME]], ptr
// CHECK: call void @__corace_read(ptr @shared, i64 4, ptr
// CHECK: call void @__corace_call(
// CHECK-NEXT: invoke {{.*}}@_ZN5maybe11await_readyEv
// The suspension is told of before await_suspend runs, with the awaiter and its size; it may be taken back.
// CHECK: call void @__corace_coro_suspend(ptr %[[FRAME]], ptr %[[AWAITER:.*]], i64 24, ptr
// CHECK-NEXT: %[[SAVE:.*]] = call token @llvm.coro.save
// CHECK: %[[SUSPENDS:.*]] = invoke i1 @llvm.coro.await.suspend.bool(ptr %[[AWAITER]]
// CHECK: %[[GOES_ON:.*]] = xor i1 %[[SUSPENDS]], true
// CHECK-NEXT: br i1 %[[GOES_ON]]
// CHECK: call void @__corace_coro_suspend_undo(ptr %[[FRAME]])
// CHECK: call i8 @llvm.coro.suspend(token %[[SAVE]], i1 false)
// CHECK-NEXT: switch i8 %{{.*}}, label %{{.*}} [
// CHECK-NEXT: i8 0, label %[[RESUMED:.*]]
// CHECK: landingpad
// CHECK-NEXT: catch
// CHECK-NEXT: call void @__corace_coro_suspend_undo(ptr %[[FRAME]])
// CHECK: [[RESUMED]]:
// CHECK-NEXT: call void @__corace_coro_resume(ptr %[[FRAME]], ptr
// CHECK: store i32 %{{.*}}, ptr @shared
// CHECK-NEXT: call void @__corace_write(ptr @shared, i64 4, ptr
// CHECK: call void @__corace_coro_end(ptr %[[FRAME]])
// CHECK-NEXT: call ptr @llvm.coro.free
// CHECK: call void @__corace_coro_leave(ptr %[[FRAME]])
// CHECK-NEXT: call i1 @llvm.coro.end(ptr null, i1 false
// CHECK: call void @__corace_coro_leave(ptr %[[FRAME]])
// CHECK-NEXT: call i1 @llvm.coro.end(ptr null, i1 true
// CHECK: call void @__corace_coro_end(ptr %[[FRAME]])
// CHECK-NEXT: call ptr @llvm.coro.free
mini::lazy body() {
  int value = shared;
  co_await maybe{};
  shared = value + 1;
}

// Symmetric transfer: the wrapper is the last to know who is left.
// CHECK-LABEL: define private {{.*}}ptr @_Z4bodyv.__await_suspend_wrapper__final(ptr {{.*}}%0, ptr {{.*}}%1)
// CHECK: call void @__corace_coro_leave(ptr %1)
// CHECK-NEXT: ret ptr

// An ordinary function says where it creates a coroutine.
// CHECK-LABEL: define {{.*}}@_Z6createv(
// CHECK: call void @__corace_call(
// CHECK-NEXT: call void @_Z4bodyv(
mini::lazy create() { return body(); }
