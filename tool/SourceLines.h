// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

#include <memory>
#include <string>
#include <vector>

namespace corace::tool {

/// The lines of source files, read when first asked for. A file that cannot be read has no lines; reports then show the
/// place alone.
class SourceLines {
public:
  /// Line `Number` (from 1), without its end; empty when there is none.
  llvm::StringRef line(llvm::StringRef File, unsigned Number);

private:
  struct Text {
    std::string Whole;
    std::vector<llvm::StringRef> Lines;
  };
  llvm::StringMap<std::unique_ptr<Text>> Files;
};

} // namespace corace::tool
