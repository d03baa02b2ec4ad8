// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Cache.h"

#include "tool/CacheFinding.h"
#include "tool/Json.h"
#include "tool/Support.h"
#include "vocab/stable_hash.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;

namespace corace::tool {

static constexpr StringLiteral Extension = ".entry";

static std::string headOf(std::uint64_t Key, StringRef Body) {
  return "corace-cache 1 " + utohexstr(Key) + ' ' + utohexstr(xxh3_64bits(Body)) + '\n';
}

Cache::Cache(StringRef Build, std::uint64_t Configuration) : Configuration(Configuration) {
  SmallString<256> Path(absolutePath(Build));
  sys::path::append(Path, ".corace");
  const std::string Ignore = (Path + "/.gitignore").str();
  sys::path::append(Path, "check");
  if (sys::fs::create_directories(Path))
    return;
  if (!sys::fs::exists(Ignore))
    if (Error E = writeAtomically(Ignore, [](raw_ostream &OS) { OS << "*\n"; })) {
      consumeError(std::move(E));
      return;
    }
  Directory = std::string(Path);
}

/// One file for each source file: the same one when its flags change.
std::string Cache::fileOf(const Unit &What) const {
  const std::uint64_t Name = stable_hash().add(What.File).add(What.Directory).value();
  return (Directory + "/" + sys::path::filename(What.File) + "-" + utohexstr(Name) + Extension).str();
}

std::uint64_t Cache::keyOf(const Unit &What) const {
  stable_hash Hash;
  Hash.add(Configuration).add(What.File).add(What.Directory);
  for (const std::string &Argument : What.Arguments)
    Hash.add(Argument);
  return Hash.value();
}

static std::optional<CacheEntry> readEntry(StringRef Body) {
  CacheEntry Entry;
  if (!readInputs(Body, Entry.Inputs) || Entry.Inputs.empty())
    return std::nullopt;
  const auto [Line, Summary] = Body.split('\n');
  Expected<json::Value> Results = parseJson(Line);
  if (!Results) {
    consumeError(Results.takeError());
    return std::nullopt;
  }
  json::Path::Root Root;
  if (!readResults(*Results, Entry, Root))
    return std::nullopt;
  if (Entry.Skipped)
    return Entry;
  Expected<checks::UnitSummary> Unit = checks::readSummary(Summary);
  if (!Unit) {
    consumeError(Unit.takeError());
    return std::nullopt;
  }
  Entry.Summary = std::make_shared<const checks::UnitSummary>(std::move(*Unit));
  return Entry;
}

std::optional<CacheEntry> Cache::load(const Unit &What, FileStates &Files) const {
  if (!isEnabled())
    return std::nullopt;
  ErrorOr<std::unique_ptr<MemoryBuffer>> Buffer = MemoryBuffer::getFile(fileOf(What), /*IsText=*/false);
  if (!Buffer)
    return std::nullopt;
  const auto [Head, Body] = (*Buffer)->getBuffer().split('\n');
  if (Head.str() + '\n' != headOf(keyOf(What), Body))
    return std::nullopt;
  std::optional<CacheEntry> Entry = readEntry(Body);
  if (!Entry)
    return std::nullopt;
  bool Refreshed = false;
  for (InputFile &File : Entry->Inputs)
    if (!Files.isUnchanged(File, Refreshed))
      return std::nullopt;
  if (Refreshed)
    store(What, *Entry);
  return Entry;
}

void Cache::store(const Unit &What, const CacheEntry &Entry) const {
  if (!isEnabled())
    return;
  std::string Body;
  raw_string_ostream OS(Body);
  writeInputs(OS, Entry.Inputs);
  writeResults(OS, Entry);
  OS << '\n';
  if (Entry.Summary)
    checks::writeSummary(OS, *Entry.Summary);
  // A cache that cannot be written is slow, not wrong.
  consumeError(writeAtomically(fileOf(What), [&](raw_ostream &To) { To << headOf(keyOf(What), Body) << Body; }));
}

void Cache::prune(const std::vector<Unit> &Units) const {
  if (!isEnabled())
    return;
  StringSet<> Mine;
  for (const Unit &What : Units)
    Mine.insert(fileOf(What));
  std::error_code EC;
  for (sys::fs::directory_iterator It(Directory, EC), End; !EC && It != End; It.increment(EC))
    if (StringRef(It->path()).ends_with(Extension) && !Mine.contains(It->path()))
      sys::fs::remove(It->path());
}

std::uint64_t hashOfThisProgram() {
  // Static, so that its address lies in this program.
  static const int Here = 0;
  const std::string Path = sys::fs::getMainExecutable(nullptr, const_cast<int *>(&Here));
  stable_hash Hash;
  Hash.add(CORACE_VERSION);
  sys::fs::file_status Status;
  if (!sys::fs::status(Path, Status))
    Hash.add(Status.getSize())
        .add(static_cast<std::uint64_t>(Status.getLastModificationTime().time_since_epoch().count()));
  return Hash.value();
}

} // namespace corace::tool
