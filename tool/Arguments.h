// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The command line: each command declares its options as data; parsing and help come from that list.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace corace::tool {

struct OptionSpec {
  enum class Use { Once, Repeated, NotThereYet };
  llvm::StringLiteral Name;  ///< with its dashes
  llvm::StringLiteral Value; ///< what the help calls the value; empty: the option takes none
  llvm::StringLiteral Help;
  Use Uses = Use::Once;
};

/// A command line after parsing. Options are asked for by the name in their OptionSpec.
class Arguments {
public:
  static llvm::Expected<Arguments> parse(llvm::ArrayRef<OptionSpec> Specs, llvm::ArrayRef<const char *> Words);

  [[nodiscard]] bool has(llvm::StringRef Name) const { return Values.contains(Name); }
  /// The last value given, or the fallback.
  [[nodiscard]] std::string get(llvm::StringRef Name, llvm::StringRef Fallback = "") const;
  [[nodiscard]] std::vector<std::string> all(llvm::StringRef Name) const { return Values.lookup(Name); }

  std::vector<std::string> Words; ///< what is no option
  std::vector<std::string> Rest;  ///< all after "--"
  bool HasRest = false;

private:
  llvm::StringMap<std::vector<std::string>> Values;
};

struct Command {
  llvm::StringLiteral Name;
  llvm::StringLiteral Usage;   ///< after "corace NAME "
  llvm::StringLiteral Summary; ///< one line
  llvm::StringLiteral Details; ///< more lines for `corace NAME --help`
  llvm::ArrayRef<OptionSpec> Options;
  llvm::Expected<int> (*Run)(const Arguments &);
};

/// All commands, in the order in which the help shows them.
llvm::ArrayRef<const Command *> commands();

extern const Command CheckCommand, SummarizeCommand, FlagsCommand, RunCommand, ConfirmCommand, ReplayCommand,
    ReportCommand, ExplainCommand, ListCommand, DoctorCommand, ModelsCommand;

/// How this program was started; set once by main.
extern const char *ProgramName;

} // namespace corace::tool
