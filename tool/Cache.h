// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `corace check -p BUILD` keeps below the build directory, so that the next run does only what has changed. One
// file for each translation unit; whatever is wrong with one makes it useless, never an error.
#pragma once

#include "checks/Finding.h"
#include "checks/summaries/Summaries.h"
#include "tool/CheckerInputs.h"
#include "tool/Sources.h"

#include <optional>

namespace corace::tool {

struct CacheEntry {
  std::vector<InputFile> Inputs;
  /// No coroutine can be in it, so it was not parsed; then there is nothing else.
  bool Skipped = false;
  std::shared_ptr<const checks::UnitSummary> Summary;
  std::vector<checks::Finding> Findings; ///< of all checks, of all confidences
  std::string Remarks;                   ///< lines on what could not be looked at
  /// What the findings rest on: questions to other translation units, and hashes of the answers.
  std::vector<std::pair<checks::SummaryQuery, std::uint64_t>> Asked;
};

class Cache {
public:
  /// Keeps nothing: each unit is new.
  Cache() = default;
  /// `Configuration`: a hash of all that findings depend on beside the unit itself. Keeps nothing where the directory
  /// cannot be written.
  Cache(llvm::StringRef Build, std::uint64_t Configuration);

  /// What is known of the unit, if none of its files has changed. For several threads.
  std::optional<CacheEntry> load(const Unit &What, FileStates &Files) const;
  void store(const Unit &What, const CacheEntry &Entry) const;
  /// Removes what belongs to other units than these.
  void prune(const std::vector<Unit> &Units) const;
  [[nodiscard]] bool isEnabled() const { return !Directory.empty(); }

private:
  [[nodiscard]] std::string fileOf(const Unit &What) const;
  [[nodiscard]] std::uint64_t keyOf(const Unit &What) const;

  std::string Directory;
  std::uint64_t Configuration = 0;
};

/// A hash of this program, so that another build of it does not believe what this one has found.
std::uint64_t hashOfThisProgram();

} // namespace corace::tool
