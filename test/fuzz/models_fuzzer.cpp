// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Models files of users: any text is read or refused with a message.

#include "checks/models/Models.h"

#include "llvm/ADT/Twine.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *Data, std::size_t Size) {
  corace::checks::Models Library;
  const auto Ignore = [](const llvm::Twine &Warning) { (void)Warning.str(); };
  if (llvm::Error E = Library.addText({reinterpret_cast<const char *>(Data), Size}, "input.yaml", Ignore))
    if (llvm::toString(std::move(E)).empty())
      std::abort();
  for (const auto &L : Library.libraries()) {
    Library.forEachType(L.Id, [](const corace::checks::TypeModel &) {});
    Library.forEachOp(L.Id, [](const corace::checks::OpModel &) {});
  }
  return 0;
}
