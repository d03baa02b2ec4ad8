// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions whose bodies the pass cannot see, or should not, and what they do to the memory that they are given.
#pragma once

#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/InstrTypes.h"

namespace corace::pass {

struct OpaqueAccess {
  llvm::Value *Address;
  uint64_t Size;
  bool Write;
};

/// What a call of a known library function reads before and writes by the time it returns. Empty for all others.
llvm::SmallVector<OpaqueAccess, 4> opaqueAccesses(const llvm::CallBase &Call);

/// Whether calls of this function are described by opaqueAccesses(), so that its body, should there be one, is left
/// alone.
bool isOpaque(const llvm::Function &F);

/// The pointer that a call gives back to the allocator; null for other calls.
llvm::Value *freedPointer(const llvm::CallBase &Call);
/// The number of bytes that a call gets from the allocator (its result points to them); null for other calls.
llvm::Value *allocatedSize(const llvm::CallBase &Call);

} // namespace corace::pass
