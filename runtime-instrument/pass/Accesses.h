// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which accesses of a function may touch shared memory, and the calls that tell the detector of them.
#pragma once

#include "Interface.h"
#include "SiteTable.h"
#include "WriteBack.h"

#include "llvm/ADT/DenseMap.h"

#include <array>

namespace corace::pass {

/// Why an access is not instrumented.
enum class LeftOut { PrivateVariable, Constant, VTable, Guard, Coroutine, OtherAddressSpace, Count };
const char *toString(LeftOut Reason);

struct Statistics {
  uint64_t Reads = 0, Writes = 0, Updates = 0, Calls = 0, Coroutines = 0, Functions = 0, LeftOutFunctions = 0;
  std::array<uint64_t, static_cast<size_t>(LeftOut::Count)> Skipped{};
};

class Accesses {
public:
  Accesses(llvm::Function &Of, SiteTable &Table, Interface &Runtime, Statistics &Count)
      : F(Of), Layout(Of.getParent()->getDataLayout()), Sites(Table), Calls(Runtime), Counts(Count),
        Derivation(Layout) {}

  /// Decides on the function as it is now.
  void collect();
  /// Inserts what was decided; the function may have been changed by insertions meanwhile.
  void instrument();
  void instrumentAllocations();

private:
  struct Access {
    llvm::Instruction *At;
    llvm::Value *Address, *Size;
    unsigned Kind; ///< corace_site_kind
    bool After, WriteBack;
  };

  void collectFrom(llvm::Instruction &I);
  void collectFrom(llvm::CallBase &Call);
  void add(llvm::Instruction &I, llvm::Value *Address, llvm::Value *Size, unsigned Kind, bool After,
           llvm::ArrayRef<const llvm::Value *> Stored = {});
  bool leaveOut(const llvm::Instruction &I, const llvm::Value *Address);
  bool isPrivate(const llvm::AllocaInst &Slot);
  llvm::Value *bytes(uint64_t Size);

  llvm::Function &F;
  const llvm::DataLayout &Layout;
  SiteTable &Sites;
  Interface &Calls;
  Statistics &Counts;
  WriteBack Derivation;
  const llvm::Value *Promise = nullptr;
  llvm::DenseMap<const llvm::AllocaInst *, bool> Private;
  std::vector<Access> Found;
  std::vector<llvm::CallBase *> Frees, Allocations;
};

/// A builder that inserts right after the instruction, on the way where it did not throw. Splits an edge where it must.
/// Nothing can follow a tail call that must be one.
bool positionAfter(llvm::IRBuilder<> &B, llvm::Instruction &I);
/// Gives inserted calls a place: some verifiers and debuggers insist.
void setPlace(llvm::IRBuilder<> &B, const llvm::Function &F, const llvm::DebugLoc &Place);

} // namespace corace::pass
