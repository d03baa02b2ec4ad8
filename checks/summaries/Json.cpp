// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/summaries/Json.h"

using namespace llvm;

namespace corace::checks {

/// LLVM's parser recurses with the nesting; a file of brackets must not overflow the stack.
static bool nestsTooDeep(StringRef Text) {
  constexpr unsigned Limit = 200;
  unsigned Depth = 0;
  bool Quoted = false;
  for (size_t I = 0; I < Text.size(); ++I) {
    const char C = Text[I];
    if (Quoted) {
      I += C == '\\';
      Quoted = C != '"';
    } else if (C == '"') {
      Quoted = true;
    } else if (C == '[' || C == '{') {
      if (++Depth > Limit)
        return true;
    } else if ((C == ']' || C == '}') && Depth) {
      --Depth;
    }
  }
  return false;
}

Expected<json::Value> parseJson(StringRef Text) {
  if (nestsTooDeep(Text))
    return createStringError(std::errc::invalid_argument, "not sensible JSON: nested too deep");
  return json::parse(Text);
}

} // namespace corace::checks
