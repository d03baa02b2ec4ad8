// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The files that a translation unit was made of, and whether they are still what they were.
#pragma once

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace clang {
class CompilerInstance;
class DependencyCollector;
} // namespace clang

namespace corace::tool {

struct InputFile {
  std::string Path;       ///< absolute
  std::uint64_t Size = 0; ///< in bytes
  std::int64_t Stamp = 0; ///< when it was modified, in nanoseconds; 0: do not rely on it
  std::uint64_t Hash = 0; ///< of what it holds
};

/// A collector that sees every file, to be attached before the preprocessor is made.
std::shared_ptr<clang::DependencyCollector> collectInputs(clang::CompilerInstance &Compiler);

/// The files that a compiler has read by the end of its work. `Started`: when it began, in nanoseconds: a file that
/// was modified since may be another one by now.
std::vector<InputFile> inputsOf(clang::CompilerInstance &Compiler, const clang::DependencyCollector &Collected,
                                llvm::StringRef Directory, std::int64_t Started);

std::int64_t now();

/// Looks at each file once in a run, however many translation units include it. For several threads.
class FileStates {
public:
  /// The file still holds what it held. `Refreshed`: it was touched, and its stamp has been set anew.
  bool isUnchanged(InputFile &File, bool &Refreshed);

private:
  struct State {
    bool Exists = false;
    std::uint64_t Size = 0;
    std::int64_t Stamp = 0;
    std::optional<std::uint64_t> Hash;
  };
  std::mutex Lock;
  llvm::StringMap<State> Known;
};

/// As lines of text, ended by an empty one.
void writeInputs(llvm::raw_ostream &OS, const std::vector<InputFile> &Files);
/// Takes the lines off the front of the text; false if they make no sense.
bool readInputs(llvm::StringRef &Text, std::vector<InputFile> &Files);

} // namespace corace::tool
