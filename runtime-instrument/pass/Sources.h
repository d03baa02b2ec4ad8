// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where code stands, and whether it is the user's own.
#pragma once

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/DebugLoc.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Module.h"

#include <string>

namespace corace::pass {

struct SourcePlace {
  llvm::StringRef File; ///< absolute, without "." and ".."
  unsigned Line = 0, Column = 0;
  bool System = false;
};

class Sources {
public:
  explicit Sources(const llvm::Module &M);
  SourcePlace placeOf(const llvm::Function &F, const llvm::DebugLoc &Place);

private:
  struct File {
    std::string Path;
    bool System;
  };
  const File &fileOf(const llvm::DIFile *F);

  File Main; ///< for code without debug information
  llvm::DenseMap<const llvm::DIFile *, std::unique_ptr<File>> Files;
};

} // namespace corace::pass
