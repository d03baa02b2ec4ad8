// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which lines have changed since a revision, as git tells.
#pragma once

#include "tool/Finding.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

#include <utility>
#include <vector>

namespace corace::tool {

class Changes {
public:
  /// What the work tree around the working directory has that the revision does not; files that git does not know yet
  /// are all new.
  static llvm::Expected<Changes> since(llvm::StringRef Revision);

  /// Whether one of the finding's places lies on a changed line, or lines were taken out between them.
  [[nodiscard]] bool touch(const Finding &F);

private:
  struct File {
    bool New = false;
    std::vector<std::pair<unsigned, unsigned>> Lines; ///< first and last, in order
    std::vector<unsigned> Removals;                   ///< the lines before them
  };
  void parse(llvm::StringRef Diff, llvm::StringRef Root);
  const File *file(llvm::StringRef Path);
  bool touches(const Place &Where);

  llvm::StringMap<File> Files;             ///< by real path
  llvm::StringMap<std::string> RealPathOf; ///< of the paths that findings have
};

} // namespace corace::tool
