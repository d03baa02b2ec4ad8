// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "plain.h"
#include <map>
#include <string>
std::map<std::string, int> names;
int broken() { return undeclared; }
