// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who can invalidate a reference while the coroutine that holds it is suspended.
#pragma once

#include "checks/analysis/Facts.h"
#include "checks/analysis/RivalIndex.h"

namespace corace::checks {

struct DisturbanceSummary;

struct Invalidation {
  enum class Evidence {
    None,     ///< nobody, as far as the code tells
    Possible, ///< nobody in sight, but the owner is open to code that is not
    Likely,   ///< a function in sight may, if it works on the same object or runs at that time
    Seen,     ///< another function in sight does
  };
  Evidence How = Evidence::None;
  const RivalIndex::Disturbance *By = nullptr;
  const DisturbanceSummary *Elsewhere = nullptr; ///< the same in another translation unit
};

/// `Held` is a fact of a reference.
[[nodiscard]] Invalidation invalidationOf(const CoroutineFacts &Facts, const Fact &Held);

} // namespace corace::checks
