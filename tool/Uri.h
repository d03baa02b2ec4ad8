// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace corace::tool {

/// A path as a URI: an absolute one gets "file://", anything that is not plain is percent-encoded.
std::string uriOf(llvm::StringRef Path);
/// The path in a URI, "file:" or relative. What is not well encoded stays as it is.
std::string pathOf(llvm::StringRef Uri);

} // namespace corace::tool
