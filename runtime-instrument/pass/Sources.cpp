// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Sources.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

static cl::list<std::string> SystemPrefixes("corace-system-prefix", cl::CommaSeparated,
                                            cl::desc("Directories whose code is a library's, besides the system's"));

namespace corace::pass {

static bool isUnder(StringRef Path, StringRef Directory) {
  return Path.consume_front(Directory.rtrim('/')) && (Path.empty() || Path.front() == '/');
}

static bool isSystemPath(StringRef Path) {
  for (StringRef Directory : {"/usr/include", "/usr/lib", "/usr/local/include", "/usr/local/lib", "/opt"})
    if (isUnder(Path, Directory))
      return true;
  return any_of(SystemPrefixes, [&](const std::string &Directory) { return isUnder(Path, Directory); });
}

static std::string absolute(StringRef Directory, StringRef Name) {
  SmallString<256> Path(Name);
  if (!sys::path::is_absolute(Path)) {
    Path = Directory;
    sys::path::append(Path, Name);
    sys::fs::make_absolute(Path);
  }
  sys::path::remove_dots(Path, /*remove_dot_dot=*/true);
  return Path.str().str();
}

// Without debug information the name is all there is.
static bool isLibraryName(StringRef Name) {
  for (StringRef Prefix : {"_ZNSt", "_ZNKSt", "_ZSt", "_ZN9__gnu_cxx", "_ZNK9__gnu_cxx", "_ZN5boost", "_ZNK5boost"})
    if (Name.starts_with(Prefix))
      return true;
  return false;
}

Sources::Sources(const Module &M) : Main{absolute("", M.getSourceFileName()), false} {}

const Sources::File &Sources::fileOf(const DIFile *F) {
  std::unique_ptr<File> &Known = Files[F];
  if (!Known) {
    std::string Path = absolute(F->getDirectory(), F->getFilename());
    const bool System = isSystemPath(Path);
    Known = std::make_unique<File>(File{std::move(Path), System});
  }
  return *Known;
}

SourcePlace Sources::placeOf(const Function &F, const DebugLoc &Place) {
  SourcePlace Result;
  const DISubprogram *Subprogram = F.getSubprogram();
  if (Place) {
    Result.Line = Place.getLine();
    Result.Column = Place.getCol();
  }
  const DIFile *In = Place ? cast<DIScope>(Place.getScope())->getFile() : Subprogram ? Subprogram->getFile() : nullptr;
  if (!In) {
    Result.File = Main.Path;
    Result.System = isLibraryName(F.getName());
    return Result;
  }
  if (Result.Line == 0 && Subprogram)
    Result.Line = Subprogram->getLine();
  const File &Known = fileOf(In);
  Result.File = Known.Path;
  Result.System = Known.System;
  return Result;
}

} // namespace corace::pass
