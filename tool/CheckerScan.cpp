// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/CheckerScan.h"

#include "tool/CheckerUnit.h"

#include "clang/Tooling/DependencyScanning/DependencyScanningTool.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

#include <chrono>

using namespace llvm;
using namespace clang::tooling::dependencies;

namespace corace::tool {

TextScan::TextScan(std::string ResourceDirectory)
    : ResourceDirectory(std::move(ResourceDirectory)),
      Service(ScanningMode::DependencyDirectivesScan, ScanningOutputFormat::Make) {}

/// The files that a rule for make depends on.
static std::vector<std::string> prerequisites(StringRef Rule) {
  std::vector<std::string> Files;
  std::string Word;
  // The target ends at the first colon with a blank behind it.
  for (size_t I = std::min(Rule.size(), Rule.find(": ") + 1); I < Rule.size(); ++I) {
    const char C = Rule[I], Next = I + 1 < Rule.size() ? Rule[I + 1] : '\0';
    if (C == '\\' && (Next == ' ' || Next == '#' || Next == '\\'))
      Word += Rule[++I];
    else if (C == '$' && Next == '$')
      Word += Rule[++I];
    else if (!isSpace(C) && !(C == '\\' && Next == '\n'))
      Word += C;
    else if (!Word.empty())
      Files.push_back(std::exchange(Word, {}));
  }
  if (!Word.empty())
    Files.push_back(std::move(Word));
  return Files;
}

const TextScan::FileText &TextScan::look(StringRef Path) {
  {
    const std::lock_guard Guard(Lock);
    if (auto It = Files.find(Path); It != Files.end())
      return It->second;
  }
  FileText Text;
  Text.Identity.Path = Path.str();
  sys::fs::file_status Status;
  const std::int64_t Before = now();
  const bool Found = !sys::fs::status(Path, Status);
  if (auto Buffer = MemoryBuffer::getFile(Path, /*IsText=*/false, /*RequiresNullTerminator=*/false); Found && Buffer) {
    const StringRef Content = (*Buffer)->getBuffer();
    Text.Readable = true;
    Text.Mentions = Content.contains("coroutine_traits");
    Text.Identity.Size = Content.size();
    Text.Identity.Hash = xxh3_64bits(Content);
    const std::int64_t Stamp =
        std::chrono::duration_cast<std::chrono::nanoseconds>(Status.getLastModificationTime().time_since_epoch())
            .count();
    if (Stamp < Before - 2'000'000'000 && Status.getSize() == Content.size())
      Text.Identity.Stamp = Stamp;
  }
  const std::lock_guard Guard(Lock);
  return Files.try_emplace(Path, std::move(Text)).first->second;
}

bool TextScan::mayHoldCoroutines(const Unit &What, std::vector<InputFile> &Inputs) {
  if (!sys::fs::is_directory(What.Directory)) // the parser says so
    return true;
  {
    // Most often the file itself says so, and the scan would be in vain.
    auto Main = MemoryBuffer::getFile(What.File, /*IsText=*/false, /*RequiresNullTerminator=*/false);
    if (!Main)
      return true;
    const StringRef Text = (*Main)->getBuffer();
    for (StringRef Word : {"co_await", "co_return", "co_yield", "coroutine", "awaitable"})
      if (Text.contains(Word))
        return true;
  }
  // What comes out of a precompiled header or a module is in none of the files that are read.
  for (StringRef Argument : What.Arguments)
    if (Argument.contains("-pch") || Argument.starts_with("-fmodule") || Argument.starts_with("-fprebuilt-module") ||
        Argument.starts_with("@"))
      return true;
  DependencyScanningTool Scanner(Service);
  Expected<std::string> Rule = Scanner.getDependencyFile(parserArguments(What, ResourceDirectory), What.Directory);
  if (!Rule) {
    consumeError(Rule.takeError());
    return true;
  }
  const std::vector<std::string> Names = prerequisites(*Rule);
  std::vector<InputFile> Read;
  for (const std::string &Name : Names) {
    SmallString<256> Path(Name);
    sys::fs::make_absolute(What.Directory, Path);
    const FileText &Text = look(Path);
    if (!Text.Readable || Text.Mentions)
      return true;
    Read.push_back(Text.Identity);
  }
  // A rule that was not understood is no reason to skip anything.
  if (none_of(Read, [&](const InputFile &F) { return F.Path == What.File; }))
    return true;
  Inputs = std::move(Read);
  return false;
}

StringSet<> wordsOf(StringRef Path) {
  StringSet<> Words;
  auto Buffer = MemoryBuffer::getFile(Path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!Buffer)
    return Words;
  StringRef Text = (*Buffer)->getBuffer();
  const auto IsWord = [](char C) { return isAlnum(C) || C == '_' || static_cast<unsigned char>(C) >= 0x80; };
  while (!(Text = Text.drop_until(IsWord)).empty()) {
    const StringRef Word = Text.take_while(IsWord);
    Words.insert(Word);
    Text = Text.drop_front(Word.size());
  }
  return Words;
}

} // namespace corace::tool
