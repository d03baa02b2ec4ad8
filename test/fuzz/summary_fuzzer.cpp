// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Summaries of other translation units: any text is read or refused with a message, and what is read is written as it
// is read again.

#include "checks/summaries/Summary.h"

#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

static std::string written(const corace::checks::UnitSummary &Unit) {
  std::string Text;
  llvm::raw_string_ostream OS(Text);
  writeSummary(OS, Unit);
  return Text;
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *Data, std::size_t Size) {
  using namespace corace::checks;
  llvm::Expected<UnitSummary> Unit = readSummary({reinterpret_cast<const char *>(Data), Size});
  if (!Unit) {
    if (llvm::toString(Unit.takeError()).empty())
      std::abort();
    return 0;
  }
  const std::string Once = written(*Unit);
  llvm::Expected<UnitSummary> Again = readSummary(Once);
  if (!Again) {
    llvm::consumeError(Again.takeError());
    std::abort();
  }
  if (written(*Again) != Once)
    std::abort();
  return 0;
}
