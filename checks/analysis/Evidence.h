// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who may come between the two accesses of a window: another function in sight that writes the state, or a second run
// of the coroutine. What is in sight decides how sure a finding is.
#pragma once

#include "checks/Finding.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Instances.h"
#include "checks/analysis/RivalIndex.h"
#include "checks/summaries/Summary.h"

namespace corace::checks {

/// What speaks for a rival.
struct Evidence {
  Confidence Sure = Confidence::Medium;
  std::string Says;
  clang::SourceRange Where;
  Spot Elsewhere = {}; ///< instead of Where: in another translation unit
};

/// The same for all windows over one place that end in calls of one function, so it is found out once.
[[nodiscard]] const Evidence &evidenceFor(const CoroutineFacts &Facts, const Window &W);

/// The member or variable that a path ends in; what a rival would have to write.
[[nodiscard]] const clang::ValueDecl *stateOf(const AccessPath &P);

/// A local lambda or a plain function, for messages.
[[nodiscard]] std::string shortName(const clang::FunctionDecl &F);

} // namespace corace::checks
