// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The calls of interface/corace_interface.h, as declared in a module.
#pragma once

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

namespace corace::pass {

/// Inserts calls; each is declared when it is first used.
class Interface {
public:
  explicit Interface(llvm::Module &Of) : M(Of) {}

  void access(llvm::IRBuilder<> &B, llvm::StringRef Name, llvm::Value *Address, llvm::Value *Size,
              llvm::Constant *Site);
  void call(llvm::IRBuilder<> &B, llvm::StringRef Name, llvm::ArrayRef<llvm::Value *> Arguments);

private:
  llvm::Module &M;
};

inline void Interface::call(llvm::IRBuilder<> &B, llvm::StringRef Name, llvm::ArrayRef<llvm::Value *> Arguments) {
  llvm::SmallVector<llvm::Type *, 4> Types;
  for (llvm::Value *Argument : Arguments)
    Types.push_back(Argument->getType());
  llvm::FunctionCallee Callee =
      M.getOrInsertFunction(Name, llvm::FunctionType::get(B.getVoidTy(), Types, /*isVarArg=*/false));
  if (auto *F = llvm::dyn_cast<llvm::Function>(Callee.getCallee())) {
    F->setDoesNotThrow();
    // The runtime looks at memory but keeps no pointer: a variable stays as private as it was.
    for (unsigned I = 0; I < F->arg_size(); ++I)
      if (F->getArg(I)->getType()->isPointerTy())
        F->addParamAttr(I, llvm::Attribute::NoCapture);
  }
  B.CreateCall(Callee, Arguments);
}

inline void Interface::access(llvm::IRBuilder<> &B, llvm::StringRef Name, llvm::Value *Address, llvm::Value *Size,
                              llvm::Constant *Site) {
  call(B, Name, {Address, B.CreateZExtOrTrunc(Size, B.getInt64Ty()), Site});
}

} // namespace corace::pass
