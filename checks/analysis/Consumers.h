// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who can break what a test found. "There is an element", followed by its removal, is broken by those who remove or
// replace elements, not by those who only add some: a queue with one consumer is right, whoever fills it.
#pragma once

#include "checks/analysis/Facts.h"

namespace corace::checks {

/// The window begins with a test of a container for content and ends with the removal (or the change) of an element,
/// somebody in sight fills the container, nobody in sight takes anything away, and nothing shows that the coroutine
/// runs twice at once on the same object.
[[nodiscard]] bool hasOneConsumer(const CoroutineFacts &Facts, const Window &W);

} // namespace corace::checks
