// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tells from the text alone which translation units can have nothing to do with coroutines: the compiler needs
// std::coroutine_traits for every one, so without a file that mentions it there is none.
#pragma once

#include "tool/CheckerInputs.h"
#include "tool/Sources.h"

#include "clang/Tooling/DependencyScanning/DependencyScanningService.h"
#include "llvm/ADT/StringSet.h"

namespace corace::tool {

/// For several threads, which share what they have read.
class TextScan {
public:
  explicit TextScan(std::string ResourceDirectory);

  /// False only if it is certain. Then `Inputs` are the files that the answer rests on.
  bool mayHoldCoroutines(const Unit &What, std::vector<InputFile> &Inputs);

private:
  struct FileText {
    InputFile Identity;
    bool Readable = false, Mentions = false;
  };
  const FileText &look(llvm::StringRef Path);

  const std::string ResourceDirectory;
  clang::tooling::dependencies::DependencyScanningService Service;
  std::mutex Lock;
  llvm::StringMap<FileText> Files;
};

/// All identifiers in a file.
llvm::StringSet<> wordsOf(llvm::StringRef Path);

} // namespace corace::tool
