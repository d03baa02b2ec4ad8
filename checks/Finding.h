// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a check says: plain data. Front ends turn it into diagnostics, SARIF or candidates; nothing here prints.
#pragma once

#include "vocab/race_kind.h"

#include "clang/Basic/SourceLocation.h"

#include <string>
#include <vector>

namespace corace::checks {

/// A piece of source. Lines and columns count from 1, offsets in bytes from the start of the file. Macros stand at
/// their expansion, so a place can always be shown.
struct Place {
  std::string File; ///< as the compiler was given it
  unsigned Line = 0;
  unsigned Column = 0;
  unsigned EndLine = 0;   ///< the line of the last character
  unsigned EndColumn = 0; ///< the column after the last character
  unsigned Offset = 0;
  unsigned EndOffset = 0; ///< the offset after the last character
  /// The same in the compiler's terms; only good as long as the translation unit's SourceManager lives.
  clang::CharSourceRange Range;

  [[nodiscard]] bool isValid() const { return Line != 0; }
};

/// What a note is about.
enum class NoteRole {
  First,      ///< the first access of the window
  Suspension, ///< where other tasks can run, and why
  Order,      ///< the order of evaluation that makes it a window
  Rival,      ///< who else accesses the state meanwhile
  Lock,       ///< why no lock, or the one that is there, does not help
  Task,       ///< what happens to the task in question
  Mend,       ///< the cure
};

/// How sure the checker is that the window can be broken and that it matters. The notes say what speaks for it.
enum class Confidence {
  Low,    ///< reported with --pedantic only
  Medium, ///< the code allows it; nothing seen says that a rival is there
  High,   ///< a rival or a second run of the coroutine is in sight, or the code is wrong by itself
};

/// A replacement of text: what `Where` covers goes, `Text` comes.
struct FixIt {
  Place Where;
  std::string Text;
};

struct Note {
  NoteRole Role;
  std::string Message;
  Place Where;
};

/// One window that may be broken. The main place is the second access: the stale write or use.
struct Finding {
  std::string Check; ///< for example "corace-read-await-write"
  race_kind Kind = race_kind::lost_update;
  Confidence Sure = Confidence::High;
  std::string Message; ///< without the check's name
  Place Main;
  Place First;              ///< the first access; always in the same function as the main place
  Place Suspension;         ///< the first suspension between the two
  std::vector<Note> Notes;  ///< in the order in which things happen
  std::vector<FixIt> Fixes; ///< applied together they mend it, for certain; empty where the repair is a choice
  std::string Function;     ///< qualified name of the coroutine
  std::string Object;       ///< the access path as the user wrote it, for example "used_[tenant]"
  std::string Id;           ///< see vocab/finding_id.h; stable as long as the code around it is
};

} // namespace corace::checks
