// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A finding as the tool carries it from the checker, SARIF files and runs to the reports: plain data. The checker has
// its own type (checks/Finding.h); this one adds what runs know, and is all that readers, the merger and reports see.
#pragma once

#include "vocab/outcome.h"
#include "vocab/race_kind.h"

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace corace::tool {

/// A stretch of source. Lines and columns count from 1, columns in bytes; 0: not known.
struct Place {
  std::string Role; ///< "first", "suspension", "rival", "second", "lock", "mend", ...: its part in the finding
  std::string File; ///< as it was named to the compiler; reports show it like this
  unsigned Line = 0, Column = 0, EndLine = 0, EndColumn = 0; ///< the end column lies behind the last character
  std::string Function;
  std::string Message; ///< of a note
};

/// How sure the checker is that it matters.
enum class Confidence : std::uint8_t { Low, Medium, High };

/// A replacement of text. All of a finding's are applied together.
struct FixIt {
  Place Where;
  unsigned Offset = 0, Length = 0; ///< the same in bytes
  std::string Text;
};

/// Somebody has decided that a finding need not be seen.
struct Suppression {
  bool InSource = false; ///< by a comment; else by a baseline
  std::string Reason;    ///< as it was given; often empty
};

/// One step of an interleaving.
struct Step {
  std::string Task; ///< label
  enum class Type : std::uint8_t { Read, Write, Suspend, Resume, Finish } What = Type::Read;
  Place Where;
  std::string Value; ///< empty: not known
};

struct TaskName {
  std::string Label, Name;
};

/// What an object ends with under every serial order, and what this schedule made of it.
struct EndValue {
  std::string Object, Serial, Here;
};

/// What a run has to show for a finding.
struct Proof {
  std::string Token;          ///< empty: the schedule cannot be replayed
  std::uint64_t Runs = 0;     ///< schedules until it was found
  std::uint64_t Switches = 0; ///< of task, in the shortest schedule that shows it
  std::string Fifo;           ///< "yes", "no" or "unknown"
  std::string Realisable;     ///< whether latencies under such a queue show it, in words; empty: not known
  std::vector<Place> Places;  ///< with the roles first, suspension, rival, second
  std::vector<TaskName> Tasks;
  std::vector<Step> Steps; ///< in the order in which they happened
  std::optional<EndValue> Value;
  std::vector<std::string> Messages;
  std::vector<std::string> Command; ///< the program and its arguments, as a user would paste them
};

struct Finding {
  std::string Check; ///< empty: no check, only a run found it
  race_kind Kind = race_kind::lost_update;
  std::string Id, Object, Function, Message;
  Place Main;                ///< the second access
  std::vector<Place> Places; ///< with the roles first and suspension, where the checker knows them
  std::vector<Place> Notes;  ///< in the order in which things happen
  Confidence Sure = Confidence::High;
  std::vector<FixIt> Fixes; ///< where the repair is certain
  bool Dynamic = false;     ///< only a run knows of it
  std::optional<Suppression> Suppressed;

  std::optional<outcome> Outcome; ///< nothing: no run has tried
  std::string Reason;             ///< how hard a run tried, or why it could not
  std::optional<Proof> Shown;

  /// The first place, note or proven place with this role; null when there is none.
  [[nodiscard]] const Place *place(llvm::StringRef Role) const;
};

/// Whether the kind is about accesses of two tasks, not about a failure of the program.
[[nodiscard]] bool isRace(race_kind Kind);
/// The shape of the accesses, "R W W"; "-" where it is no race.
[[nodiscard]] llvm::StringRef shapeOf(race_kind Kind);
/// The kind as words: "lost update".
[[nodiscard]] std::string words(race_kind Kind);
[[nodiscard]] llvm::StringRef toString(Confidence Sure);
/// By file, line, column, then id: the order of every list that is not sorted by outcome.
[[nodiscard]] bool standsBefore(const Finding &A, const Finding &B);

} // namespace corace::tool
