// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who changes containers.
#include "store.h"

void Store::drop(int id) { entries_.erase(id); }
void Store::name(int id, std::string called) { names_.emplace(id, called); }
