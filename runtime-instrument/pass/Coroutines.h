// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The life of a coroutine as the detector hears of it: created, suspended, left, resumed, freed. Works on the
// compiler's intrinsics, before coroutines are split, so that every library's coroutines look the same.
#pragma once

#include "Interface.h"
#include "SiteTable.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/IntrinsicInst.h"

namespace corace::pass {

class Coroutines {
public:
  Coroutines(llvm::Function &Of, SiteTable &Table, Interface &Runtime) : F(Of), Sites(Table), Calls(Runtime) {}

  /// Looks at the function as it is now. False when it is no coroutine of the kind that C++ has.
  bool collect();
  /// The calls of the body; what surrounds it (the promise, the first suspension) is the library's business.
  llvm::ArrayRef<llvm::CallBase *> bodyCalls() const { return BodyCalls; }
  void instrument();

private:
  struct Suspension {
    llvm::IntrinsicInst *Save, *Suspend;
    llvm::CallBase *Await; ///< llvm.coro.await.suspend.*; null when the frontend has none
    bool Initial, Final;
    llvm::LandingPadInst *Thrown; ///< where await_suspend's exceptions arrive; null when nothing can be told there
  };

  void instrument(const Suspension &S);
  void undo(const Suspension &S);
  void resume(const Suspension &S, llvm::Constant *Site);
  void leaveWrapper(const Suspension &S);
  llvm::Value *awaiterSize(const Suspension &S);

  llvm::Function &F;
  SiteTable &Sites;
  Interface &Calls;
  llvm::IntrinsicInst *Begin = nullptr;
  llvm::SmallVector<Suspension, 8> Suspensions;
  llvm::SmallVector<llvm::IntrinsicInst *, 4> Ends, Frees;
  llvm::SmallVector<llvm::CallBase *, 16> BodyCalls;
  llvm::SmallPtrSet<llvm::Function *, 4> LeftWrappers;
};

} // namespace corace::pass
