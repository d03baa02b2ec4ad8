// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/CheckerInputs.h"

#include "clang/Basic/FileManager.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/Utils.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

#include <chrono>

using namespace llvm;

namespace corace::tool {

namespace {

class AllFiles final : public clang::DependencyCollector {
public:
  bool needSystemDependencies() override { return true; }
};

std::int64_t nanoseconds(sys::TimePoint<> Time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Time.time_since_epoch()).count();
}

} // namespace

std::int64_t now() { return nanoseconds(std::chrono::system_clock::now()); }

std::shared_ptr<clang::DependencyCollector> collectInputs(clang::CompilerInstance &Compiler) {
  auto Collector = std::make_shared<AllFiles>();
  Compiler.addDependencyCollector(Collector);
  return Collector;
}

std::vector<InputFile> inputsOf(clang::CompilerInstance &Compiler, const clang::DependencyCollector &Collected,
                                StringRef Directory, std::int64_t Started) {
  // What lies further back than this has not been modified behind our back, whatever the clock of the file system.
  constexpr std::int64_t Settled = 2'000'000'000;
  clang::FileManager &Files = Compiler.getFileManager();
  clang::SourceManager &Sources = Compiler.getSourceManager();
  std::vector<InputFile> Inputs;
  for (StringRef Name : const_cast<clang::DependencyCollector &>(Collected).getDependencies()) {
    InputFile Input;
    SmallString<256> Path(Name);
    sys::fs::make_absolute(Directory, Path);
    Input.Path = std::string(Path);
    clang::OptionalFileEntryRef Entry = Files.getOptionalFileRef(Name);
    // The compiler's own copy, where it has one: that is what was analysed.
    std::optional<MemoryBufferRef> Buffer = Entry ? Sources.getMemoryBufferForFileOrNone(*Entry) : std::nullopt;
    sys::fs::file_status Status;
    if (!Buffer || sys::fs::status(Path, Status)) {
      Inputs.push_back(std::move(Input)); // as if it was changed: never found good
      continue;
    }
    Input.Size = Buffer->getBufferSize();
    Input.Hash = xxh3_64bits(Buffer->getBuffer());
    const std::int64_t Stamp = nanoseconds(Status.getLastModificationTime());
    if (Stamp < Started - Settled && Status.getSize() == Input.Size)
      Input.Stamp = Stamp;
    Inputs.push_back(std::move(Input));
  }
  return Inputs;
}

bool FileStates::isUnchanged(InputFile &File, bool &Refreshed) {
  const std::lock_guard Guard(Lock);
  auto [It, New] = Known.try_emplace(File.Path);
  State &S = It->second;
  if (New) {
    sys::fs::file_status Status;
    S.Exists = !sys::fs::status(File.Path, Status) && Status.type() == sys::fs::file_type::regular_file;
    S.Size = Status.getSize();
    S.Stamp = nanoseconds(Status.getLastModificationTime());
  }
  if (!S.Exists || S.Size != File.Size)
    return false;
  if (File.Stamp != 0 && S.Stamp == File.Stamp)
    return true;
  if (!S.Hash) {
    ErrorOr<std::unique_ptr<MemoryBuffer>> Buffer = MemoryBuffer::getFile(File.Path, /*IsText=*/false,
                                                                          /*RequiresNullTerminator=*/false);
    if (!Buffer)
      return false;
    S.Hash = xxh3_64bits((*Buffer)->getBuffer());
  }
  if (*S.Hash != File.Hash)
    return false;
  constexpr std::int64_t Settled = 2'000'000'000;
  if (S.Stamp < now() - Settled) {
    File.Stamp = S.Stamp;
    Refreshed = true;
  }
  return true;
}

void writeInputs(raw_ostream &OS, const std::vector<InputFile> &Files) {
  for (const InputFile &F : Files)
    OS << F.Size << ' ' << F.Stamp << ' ' << F.Hash << ' ' << F.Path << '\n';
  OS << '\n';
}

bool readInputs(StringRef &Text, std::vector<InputFile> &Files) {
  for (;;) {
    const size_t End = Text.find('\n');
    if (End == StringRef::npos)
      return false;
    StringRef Line = Text.take_front(End);
    Text = Text.drop_front(End + 1);
    if (Line.empty())
      return true;
    InputFile F;
    if (Line.consumeInteger(10, F.Size) || !Line.consume_front(" ") || Line.consumeInteger(10, F.Stamp) ||
        !Line.consume_front(" ") || Line.consumeInteger(10, F.Hash) || !Line.consume_front(" ") || Line.empty())
      return false;
    F.Path = Line.str();
    Files.push_back(std::move(F));
  }
}

} // namespace corace::tool
