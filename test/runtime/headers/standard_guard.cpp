// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The standard's guards would call lock() and drop what it gives: nothing would be locked.
#include <corace/corace.h>

int main() {
#ifdef FORBIDDEN
  corace::mutex m;
  const std::lock_guard<corace::mutex> guard(m);
#else
  std::mutex m;
  const std::lock_guard<std::mutex> guard(m);
#endif
}
