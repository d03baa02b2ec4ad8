// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Installation.h"

#include "tool/Arguments.h"
#include "tool/Support.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

#include <cstdlib>

using namespace llvm;

namespace corace::tool {

constexpr StringLiteral ClangName = "clang++-" CORACE_LLVM_MAJOR;

static std::string besideCommand(StringRef Relative) {
  static const std::string Executable =
      sys::fs::getMainExecutable(ProgramName, reinterpret_cast<void *>(&besideCommand));
  SmallString<256> Path(sys::path::parent_path(sys::path::parent_path(Executable)));
  sys::path::append(Path, Relative);
  return std::string(Path);
}

std::string commandAsTyped() { return StringRef(ProgramName).contains('/') ? ProgramName : "corace"; }

std::string expectedPath(Part Which) {
  switch (Which) {
  case Part::Pass: return besideCommand("lib/libcorace-pass.so");
  case Part::Runtime: return besideCommand("lib/libcorace-rt.a");
  case Part::Tidy: return besideCommand("lib/libcorace-tidy.so");
  case Part::Include: return besideCommand("include");
  }
  llvm_unreachable("all parts are named");
}

Expected<std::string> findPart(Part Which) {
  std::string Path = expectedPath(Which);
  if (std::error_code EC = sys::fs::access(Path, sys::fs::AccessMode::Exist))
    return fileError(Path, EC,
                     "this part of corace is not installed; build it with ./dev build, or install corace again");
  return Path;
}

Expected<std::string> findCompiler() {
  const char *Chosen = std::getenv("CORACE_CXX");
  const StringRef Name = Chosen && *Chosen ? StringRef(Chosen) : StringRef(ClangName);
  if (ErrorOr<std::string> Path = sys::findProgramByName(Name))
    return *Path;
  return inputError(Name + ": no such program on the path",
                    "install it (apt install clang-" CORACE_LLVM_MAJOR ") or name another clang++ " CORACE_LLVM_MAJOR
                    " in CORACE_CXX");
}

Expected<std::string> findResourceDirectory() {
  // The one of the Clang that corace is linked with: its headers and its parser belong together.
  std::string Path = CORACE_LLVM_ROOT "/lib/clang/" CORACE_LLVM_MAJOR;
  if (sys::fs::exists(Path + "/include/stddef.h"))
    return Path;
  return inputError(Path + "/include/stddef.h: no such file",
                    "install Clang's own headers: apt install libclang-common-" CORACE_LLVM_MAJOR "-dev");
}

} // namespace corace::tool
