// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks many translation units that know of each other: each is parsed once, summarised and checked; those that asked
// something which others turn out to answer are checked again.
#pragma once

#include "checks/Finding.h"
#include "checks/summaries/Summaries.h"
#include "tool/Cache.h"
#include "tool/Sources.h"

#include <functional>

namespace corace::checks {
class Models;
}

namespace corace::tool {

struct ScheduleRequest {
  const std::vector<Unit> &Units;
  /// Further units of the same build. What the cache knows of them is used; they are not parsed.
  const std::vector<Unit> &Known;
  const checks::Models &Models;
  std::string ResourceDirectory;
  unsigned Jobs = 1;
  const Cache &Kept;
  /// Units that can hold no coroutine need not be parsed. Then nobody hears of errors in them.
  bool MaySkip = false;
  /// Summaries that were made before; then the units are each checked with these and know nothing else.
  const checks::Summaries *Given = nullptr;
  std::function<void()> Step; ///< called for each unit that is done for the first time, by any thread
  std::function<void()> Tick; ///< called now and then while there is work, by the thread that called checkAll()
};

/// What one translation unit gave.
struct UnitResult {
  std::vector<checks::Finding> Findings; ///< of all checks, of all confidences
  std::string Errors;                    ///< the compiler's, as it prints them, and our remarks
  bool Broken = false, Crashed = false;
};

/// Hands over the result of each unit, with its index, as soon as it is final and those of all units before it are:
/// nothing that another unit says can change it any more. A unit that asked others nothing is final when it has been
/// checked; one that did, when all units have been parsed, for any of them may write what it reads, and it has been
/// checked again with what they say. `Deliver` is called by the thread that called checkAll(). The order is that of the
/// units; one that was skipped, and is parsed in the end because somebody asked for it, comes again after all others.
/// The results do not depend on the number of jobs, nor on what the cache holds.
void checkAll(const ScheduleRequest &Request, std::function<void(std::size_t, UnitResult)> Deliver);

} // namespace corace::tool
