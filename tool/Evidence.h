// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The files between the tool and a running program (docs/design.md, "Files between the halves").
#pragma once

#include "tool/Finding.h"

#include "llvm/Support/Error.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace corace::tool {

/// How the explorer searched.
struct Search {
  std::string Strategies, Seconds, Stopped;
  std::uint64_t Runs = 0;
  bool Complete = false; ///< every schedule was tried
};

/// A finding of a run, not yet matched with the checker's.
struct RunFinding {
  outcome Result = outcome::observed;
  race_kind Kind = race_kind::lost_update;
  std::string Candidate; ///< the id of the checker's finding; empty: the run discovered it
  std::string Object;
  Proof Shown;
};

/// All that one process left.
struct Evidence {
  std::string Path; ///< of the file
  std::string Program, Fingerprint;
  std::uint64_t Sites = 0;
  std::vector<std::string> Instrumented; ///< source files
  std::optional<Search> Searched;
  struct Reach {
    std::uint64_t First = 0, Second = 0;
  };
  std::map<std::string, Reach> Reached; ///< by the candidate's id
  std::vector<RunFinding> Findings;
  // Filled in by who ran it:
  std::vector<std::string> Command; ///< what was run, as the user would write it
  std::string Killed;               ///< how it was, where it did not end by itself
};

/// Reads one file. Anything that is not exactly well-formed is an error that names file and line.
llvm::Expected<Evidence> readEvidence(llvm::StringRef Path);
/// The same from text; `Path` stands in messages.
llvm::Expected<Evidence> parseEvidence(llvm::StringRef Text, llvm::StringRef Path);
/// Every file in a directory that a program was told to write to.
llvm::Expected<std::vector<Evidence>> readEvidenceIn(llvm::StringRef Directory);

/// Writes what the program shall watch. Findings without both places are left out: a run could not recognise them.
llvm::Error writeCandidates(llvm::StringRef Path, llvm::ArrayRef<Finding> Findings);

} // namespace corace::tool
