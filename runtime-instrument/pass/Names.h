// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of what an address means, for people: "shared_counter", "Session::count". Empty where nothing is known.
#pragma once

#include "llvm/IR/Instructions.h"

#include <string>

namespace corace::pass {

/// `Size` bytes are accessed, 0: not known.
std::string objectName(const llvm::Value *Address, uint64_t Size, const llvm::DataLayout &Layout);
/// The demangled name as its author would write it: no ABI tags, std::string under its usual name.
std::string readable(llvm::StringRef Mangled);
/// The callee's name without scope and parameters; empty for an indirect call.
std::string calleeName(const llvm::CallBase &Call);
/// "ns::Class<int>::get(char) const" gives "get".
std::string lastName(llvm::StringRef Demangled);

} // namespace corace::pass
