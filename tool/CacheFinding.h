// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of a cache entry that is JSON: findings, and what they rest on.
#pragma once

#include "tool/Cache.h"

#include "llvm/Support/JSON.h"

namespace corace::tool {

/// On one line.
void writeResults(llvm::raw_ostream &OS, const CacheEntry &Entry);
bool readResults(const llvm::json::Value &From, CacheEntry &Entry, llvm::json::Path Where);

} // namespace corace::tool
