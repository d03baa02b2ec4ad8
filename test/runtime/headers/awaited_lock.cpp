// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/corace.h>

namespace {
corace::task<void> caller(corace::mutex &mutex) {
#ifdef FORBIDDEN
  co_await mutex;
#endif
  auto lock = co_await mutex.lock();
}
} // namespace

int main() {
  corace::mutex mutex;
  corace::run(caller(mutex));
}
