// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checks/Check.h"
#include "tool/Arguments.h"
#include "tool/Support.h"
#include "vocab/outcome.h"
#include "vocab/race_kind.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace corace::tool {

/// What the outcomes mean, in the order of the enumeration.
static StringRef meaningOf(outcome Result) {
  switch (Result) {
  case outcome::confirmed: return "the explorer forced it, and the printed schedule replays it";
  case outcome::observed: return "it happened in a run that the explorer did not control";
  case outcome::predicted: return "it did not happen, but an order that the program allows makes it happen";
  case outcome::not_confirmed: return "both accesses ran, and no schedule that was tried broke the window";
  case outcome::not_reached: return "no run came through both accesses";
  case outcome::not_instrumented: return "the code was not compiled with the pass";
  case outcome::suppressed: return "the user said so, with a reason";
  }
  llvm_unreachable("all outcomes have a meaning");
}

static Expected<int> list(const Arguments &Args) {
  if (!Args.Words.empty() || Args.HasRest)
    return inputError("corace list takes no arguments", "leave them out");
  size_t Width = 0;
  for (const checks::Check *C : checks::allChecks())
    Width = std::max<size_t>(Width, C->name().size());
#define KIND(enumerator, spelling, shape, meaning) Width = std::max(Width, StringRef(spelling).size());
#include "vocab/race_kinds.def"
  for (const auto &[Result, Name] : outcome_names)
    Width = std::max(Width, StringRef(Name).size());
  Width += 2;
  outs() << "checks (corace explain CHECK):\n";
  for (const checks::Check *C : checks::allChecks())
    outs() << "  " << left_justify(C->name(), Width) << C->summary() << '\n';
  outs() << "\nkinds of finding:\n";
#define KIND(enumerator, spelling, shape, meaning) outs() << "  " << left_justify(spelling, Width) << (meaning) << '\n';
#include "vocab/race_kinds.def"
  outs() << "\noutcomes:\n";
  for (const auto &[Result, Name] : outcome_names)
    outs() << "  " << left_justify(StringRef(Name), Width) << meaningOf(Result) << '\n';
  return Clean;
}

const Command ListCommand{"list", "", "list checks, kinds of finding and outcomes", "", {}, list};

} // namespace corace::tool
