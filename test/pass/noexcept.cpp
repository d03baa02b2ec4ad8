// A coroutine that may not throw: all its calls land in one place that the frame does not dominate.
// RUN: %clangxx_instrumented -O0 -c %s -o %t.0.o
// RUN: %clangxx_instrumented -O2 -c %s -o %t.2.o
// RUN: %clangxx -std=c++20 -g -O0 -S -emit-llvm -Xclang -disable-llvm-passes %s -o %t.ll
// RUN: opt -load-pass-plugin=%corace_pass -passes=corace,verify -S %t.ll | FileCheck %s

#include "Inputs/mini.h"

mini::lazy lock();
struct may_throw {
  ~may_throw();
  bool await_ready();
  bool await_suspend(std::coroutine_handle<>);
  void await_resume();
};
int shared;

// CHECK-LABEL: define {{.*}}@_Z8shutdownv(
// CHECK: call void @__corace_coro_begin(
// CHECK: call void @__corace_read(ptr @shared
// CHECK: call void @__corace_coro_suspend(
// CHECK: call void @__corace_write(ptr @shared
mini::lazy shutdown() noexcept {
  const int value = shared;
  co_await lock();
  co_await may_throw{};
  shared = value + 1;
}
