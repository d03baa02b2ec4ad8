// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/SummaryFiles.h"

#include "tool/Support.h"

#include "llvm/Support/FileSystem.h"

using namespace llvm;

namespace corace::tool {

static constexpr StringLiteral Remedy = "let 'corace summarize' write it again";

Expected<std::vector<std::string>> summaryFiles(ArrayRef<std::string> Names) {
  std::vector<std::string> Files;
  for (const std::string &Name : Names) {
    if (!sys::fs::is_directory(Name)) {
      Files.push_back(Name);
      continue;
    }
    std::error_code EC;
    const size_t Before = Files.size();
    for (sys::fs::recursive_directory_iterator It(Name, EC), End; !EC && It != End; It.increment(EC))
      if (StringRef(It->path()).ends_with(".summary"))
        Files.push_back(It->path());
    if (EC)
      return fileError(Name, EC, "name a directory that can be read");
    if (Files.size() == Before)
      return inputError(Name + ": no file in it ends in .summary", "let 'corace summarize' write them there");
  }
  return Files;
}

Expected<checks::UnitSummary> readSummaryFile(StringRef Path) {
  Expected<std::string> Text = readInput(Path, Remedy);
  if (!Text)
    return Text.takeError();
  Expected<checks::UnitSummary> Unit = checks::readSummary(*Text);
  if (!Unit)
    return inputError(Path + ": " + toString(Unit.takeError()), Remedy);
  return Unit;
}

} // namespace corace::tool
