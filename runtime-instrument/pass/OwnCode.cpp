// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "OwnCode.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace llvm;

namespace corace::pass {
namespace {

/// Whether a mangled name stands in namespace `corace`, be it nested in a function of it, or qualified (const, &&).
bool isInOwnNamespace(StringRef Name) {
  if (!Name.consume_front("_Z"))
    return false;
  Name = Name.ltrim('Z');
  return Name.consume_front("N") && Name.ltrim("rVKRO").starts_with("6corace");
}

bool isInStandardLibrary(StringRef Name) {
  return Name.starts_with("_ZNSt") || Name.starts_with("_ZNKSt") || Name.starts_with("_ZSt") ||
         Name.starts_with("_ZN9__gnu_cxx") || Name.starts_with("_ZNK9__gnu_cxx");
}

/// A copy can take the place of the function: every module has one of its own anyway, and nothing points into it.
bool canBeCopied(const Function &F) {
  return !F.isDeclaration() && F.hasLinkOnceLinkage() && !F.isPresplitCoroutine() && !F.isVarArg() &&
         isInStandardLibrary(F.getName()) && !isOwnCode(F.getName()) &&
         none_of(F, [](const BasicBlock &Block) { return Block.hasAddressTaken(); });
}

Function *copyOf(Function &F) {
  ValueToValueMapTy Map;
  Function *Copy = CloneFunction(&F, Map);
  Copy->setComdat(nullptr);
  Copy->setLinkage(GlobalValue::InternalLinkage);
  Copy->setVisibility(GlobalValue::DefaultVisibility);
  Copy->setDSOLocal(true);
  Copy->setName("corace." + F.getName());
  return Copy;
}

} // namespace

bool isOwnCode(StringRef Name) {
  return isInOwnNamespace(Name) || Name.starts_with("__corace") || Name.starts_with("corace.") ||
         (isInStandardLibrary(Name) && Name.contains("6corace"));
}

bool isAwaitSuspendWrapper(const Function &F) { return F.getName().contains("__await_suspend_wrapper__"); }

SetVector<Function *> separateOwnCode(Module &M) {
  SmallVector<Function *> Open;
  for (Function &F : M)
    if (!F.isDeclaration() && !F.hasAvailableExternallyLinkage() &&
        (isOwnCode(F.getName()) || isAwaitSuspendWrapper(F)))
      Open.push_back(&F);
  DenseMap<Function *, Function *> Known;
  SetVector<Function *> Copies;
  while (!Open.empty())
    for (Instruction &I : instructions(Open.pop_back_val())) {
      auto *Call = dyn_cast<CallBase>(&I);
      Function *Callee = Call ? Call->getCalledFunction() : nullptr;
      if (!Callee || !canBeCopied(*Callee))
        continue;
      Function *&Copy = Known[Callee];
      if (!Copy) {
        Copy = copyOf(*Callee);
        Copies.insert(Copy);
        Open.push_back(Copy);
      }
      Call->setCalledFunction(Copy);
    }
  return Copies;
}

} // namespace corace::pass
