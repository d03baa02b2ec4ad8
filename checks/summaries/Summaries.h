// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The summaries of many translation units as one. What it answers does not depend on the order in which they came.
#pragma once

#include "checks/summaries/Summary.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

#include <memory>

namespace corace::checks {

/// What an analysis asked of the summaries. Another analysis of the same input gives the same as long as the answers
/// stay the same.
struct SummaryQuery {
  enum class Topic { Function, Writes, Changes, Calls, Disturbances, Overrides };
  Topic About = Topic::Function;
  std::string Usr;
  std::string Name;  ///< the identifier that a translation unit which has an answer mentions
  std::string Scope; ///< the class that it then mentions as well; may be empty
  friend auto operator<=>(const SummaryQuery &, const SummaryQuery &) = default;
};

class Summaries {
public:
  void add(std::shared_ptr<const UnitSummary> Unit);
  /// Call it after the last add().
  void finish();
  [[nodiscard]] bool empty() const { return Units.empty(); }

  /// Null if no translation unit defines the function, or several do and differ.
  [[nodiscard]] const FunctionSummary *function(llvm::StringRef Usr) const;
  /// A coroutine that is awaited there and then may let other tasks run.
  [[nodiscard]] bool suspends(const FunctionSummary &F) const { return Suspending.contains(F.Usr); }

  // What other translation units than the one with this main file do.
  [[nodiscard]] std::vector<const WriteSummary *> writesOf(llvm::StringRef Place, llvm::StringRef But) const;
  [[nodiscard]] std::vector<const ChangeSummary *> changesOf(llvm::StringRef Place, llvm::StringRef But) const;
  [[nodiscard]] std::vector<const CallSummary *> callsOf(llvm::StringRef Callee, llvm::StringRef But) const;

  [[nodiscard]] std::vector<const DisturbanceSummary *> disturbancesOf(llvm::StringRef Place,
                                                                       llvm::StringRef But) const;
  /// The one method that a call of the virtual function can run; empty if there are none or several.
  [[nodiscard]] std::string onlyOverride(llvm::StringRef Base) const;

  /// A hash of the answer to a question; 0 if there is none.
  [[nodiscard]] std::uint64_t answer(const SummaryQuery &Query, llvm::StringRef But) const;

private:
  template <typename T> struct Entry {
    const UnitSummary *Unit;
    const T *What;
  };
  template <typename T>
  static std::vector<const T *> select(const llvm::StringMap<std::vector<Entry<T>>> &Table, llvm::StringRef Key,
                                       llvm::StringRef But);

  void resolve(FunctionSummary &F, unsigned Depth) const;

  std::vector<std::shared_ptr<const UnitSummary>> Units;
  std::vector<std::unique_ptr<FunctionSummary>> Resolved; ///< those that call functions of other translation units
  llvm::StringMap<const FunctionSummary *> Functions;     ///< null: several that differ
  llvm::StringMap<std::vector<Entry<WriteSummary>>> Writes;
  llvm::StringMap<std::vector<Entry<ChangeSummary>>> Changes;
  llvm::StringMap<std::vector<Entry<CallSummary>>> Calls;
  llvm::StringMap<std::vector<Entry<DisturbanceSummary>>> Disturbances;
  llvm::StringMap<std::vector<llvm::StringRef>> Overrides; ///< the first two
  llvm::StringSet<> Suspending;
};

} // namespace corace::checks
