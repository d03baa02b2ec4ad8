// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/corace.h>

namespace {
corace::task<void> nothing() { co_return; }
corace::task<void> caller() {
#ifdef FORBIDDEN
  nothing();
#endif
  co_await nothing();
}
} // namespace

int main() { corace::run(caller()); }
