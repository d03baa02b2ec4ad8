// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Does a stored value derive, inside its function, from an earlier load of the same location? That makes the store a
// write-back: over a suspension it overwrites whatever happened there meanwhile.
#pragma once

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Instructions.h"

#include <string>

namespace corace::pass {

/// Answers for one function, before it is changed.
class WriteBack {
public:
  explicit WriteBack(const llvm::DataLayout &OfTarget) : Layout(OfTarget) {}

  /// `Values` is what the location of `Size` bytes at `Address` gets from the instruction `Writer`.
  bool derives(const llvm::Instruction &Writer, const llvm::Value *Address, uint64_t Size,
               llvm::ArrayRef<const llvm::Value *> Values);

private:
  /// A spelling of a value that is the same for the same path: "the member at 8 of what argument 0 points to". The
  /// run compares the addresses, so a path that means several objects does no harm.
  const std::string &path(const llvm::Value *V, int Depth = 0);
  std::string spell(const llvm::Value *V, int Depth);
  const llvm::Value *onlyStored(const llvm::AllocaInst &Slot);

  const llvm::DataLayout &Layout;
  llvm::DenseMap<const llvm::Value *, std::string> Paths;
};

} // namespace corace::pass
