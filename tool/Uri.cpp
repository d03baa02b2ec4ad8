// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Uri.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace corace::tool {

std::string uriOf(StringRef Path) {
  std::string Result = Path.starts_with("/") ? "file://" : "";
  for (char C : Path) {
    if (isAlnum(C) || StringRef("/-._~").contains(C))
      Result += C;
    else
      Result += "%" + toHex(StringRef(&C, 1));
  }
  return Result;
}

std::string pathOf(StringRef Uri) {
  if (Uri.consume_front("file://"))
    Uri = Uri.drop_until([](char C) { return C == '/'; }); // a host's name
  else
    Uri.consume_front("file:");
  std::string Result;
  for (size_t I = 0; I < Uri.size(); ++I) {
    const StringRef Digits = Uri.substr(I + 1, 2);
    if (Uri[I] == '%' && Digits.size() == 2 && isHexDigit(Digits[0]) && isHexDigit(Digits[1])) {
      Result += static_cast<char>(hexFromNibbles(Digits[0], Digits[1]));
      I += 2;
    } else {
      Result += Uri[I];
    }
  }
  return Result;
}

} // namespace corace::tool
