// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/Support/JSON.h"

namespace corace::checks {

/// Parses JSON that may come from anywhere. Errors tell line and column: "[3:14, byte=57]: Expected , or ]".
llvm::Expected<llvm::json::Value> parseJson(llvm::StringRef Text);

} // namespace corace::checks
