// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/promise.h>

#include <new>

namespace corace::detail {

void *allocate_frame(std::size_t size) { return ::operator new(size); }
void release_frame(void *frame, std::size_t size) noexcept { ::operator delete(frame, size); }

} // namespace corace::detail
