// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// bounded_semaphore: a counting_semaphore that never has more free units than at the start.
//
// Who resumes whom, fairness and cancellation: as counting_semaphore. A release() that would make more units than there
// were throws usage_error that names the semaphore, and changes nothing; a guard that does so, because its unit was put
// back by hand, tells the loop's exception handler. Conformance: SEM-18. Differs from asyncio: the error is
// usage_error, not ValueError.
#pragma once

#include <corace/counting_semaphore.h>

namespace corace {

class bounded_semaphore : public counting_semaphore {
public:
  /// Throws std::invalid_argument for a negative number. The name appears in reports; it must outlive the semaphore.
  explicit bounded_semaphore(std::ptrdiff_t units = 1, const char *name = "")
      : counting_semaphore("bounded semaphore", units, units, name) {}
};

} // namespace corace
