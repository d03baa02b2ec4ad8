// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is the runtime's own doing: its primitives report to the detector themselves, and what they keep is their
// business.
#pragma once

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Module.h"

namespace corace::pass {

/// Whether a function of this name belongs to the runtime, or is the standard library's and made for its types.
bool isOwnCode(llvm::StringRef Name);

/// The wrappers only unpack the handle; the await_suspend that they call is instrumented where it is defined.
bool isAwaitSuspendWrapper(const llvm::Function &F);

/// Gives the runtime's own code, as far as it is compiled into this module, copies of the standard library's functions
/// that it calls, and those call copies too. The originals are left to the user's code, so that they can be observed.
/// Returns the copies. What a copy calls of the user's is not copied: it is observed wherever it is called from.
llvm::SetVector<llvm::Function *> separateOwnCode(llvm::Module &M);

} // namespace corace::pass
