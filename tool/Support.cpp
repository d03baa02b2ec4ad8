// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Support.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"

using namespace llvm;

namespace corace::tool {

Error inputError(const Twine &Cause, const Twine &Remedy) {
  return createStringError(std::errc::invalid_argument, "%s", (Cause + "; " + Remedy).str().c_str());
}

Error fileError(StringRef Path, std::error_code Why, const Twine &Remedy) {
  // The system's sentences start with a capital.
  std::string Reason = Why.message();
  if (!Reason.empty())
    Reason[0] = toLower(Reason[0]);
  return inputError(Path + ": " + Reason, Remedy);
}

Error writeAtomically(StringRef Path, function_ref<void(raw_ostream &)> Write) {
  constexpr StringLiteral Remedy = "name a file in a directory that exists and can be written";
  const std::string Target = absolutePath(Path);
  if (sys::fs::is_directory(Target))
    return fileError(Path, std::make_error_code(std::errc::is_a_directory), Remedy);
  // Devices and pipes cannot be renamed over.
  if (sys::fs::exists(Target) && !sys::fs::is_regular_file(Target)) {
    std::error_code EC;
    raw_fd_ostream OS(Target, EC);
    if (EC)
      return fileError(Path, EC, Remedy);
    Write(OS);
    OS.flush();
    EC = OS.error();
    OS.clear_error(); // or LLVM ends the program
    return EC ? fileError(Path, EC, "make room or name another file") : Error::success();
  }
  Expected<sys::fs::TempFile> Temp = sys::fs::TempFile::create(Target + ".tmp-%%%%%%");
  if (!Temp)
    return fileError(Path, errorToErrorCode(Temp.takeError()), Remedy);
  std::error_code Failure;
  {
    raw_fd_ostream OS(Temp->FD, /*shouldClose=*/false);
    Write(OS);
    OS.flush();
    Failure = OS.error();
    OS.clear_error();
  }
  if (Failure) {
    consumeError(Temp->discard());
    return fileError(Path, Failure, "make room or name another file");
  }
  // Temporary files are created for their owner alone; an output has the permissions that any other tool's has.
  const unsigned Mask = sys::fs::getUmask();
  sys::fs::setPermissions(Temp->FD, static_cast<sys::fs::perms>(0666 & ~Mask));
  if (Error E = Temp->keep(Target))
    return fileError(Path, errorToErrorCode(std::move(E)), Remedy);
  return Error::success();
}

Expected<std::string> readInput(StringRef Path, StringRef Remedy, uint64_t Limit) {
  Expected<sys::fs::file_t> File = sys::fs::openNativeFileForRead(Path);
  if (!File)
    return fileError(Path, errorToErrorCode(File.takeError()), Remedy);
  const auto Close = make_scope_exit([&] { sys::fs::closeFile(*File); });
  sys::fs::file_status Status;
  if (!sys::fs::status(*File, Status) && Status.type() == sys::fs::file_type::directory_file)
    return fileError(Path, std::make_error_code(std::errc::is_a_directory), Remedy);
  // Not by the size that the file system tells: pipes and devices have none.
  std::string Text;
  for (size_t Used = 0;;) {
    Text.resize(std::max<size_t>(Used + (64 << 10), Used * 3 / 2));
    Expected<size_t> Count = sys::fs::readNativeFile(*File, {Text.data() + Used, Text.size() - Used});
    if (!Count)
      return fileError(Path, errorToErrorCode(Count.takeError()), Remedy);
    Used += *Count;
    if (Used > Limit)
      return inputError(Path + ": larger than " + Twine(Limit >> 20) + " MiB", Remedy);
    if (*Count == 0) {
      Text.resize(Used);
      return Text;
    }
  }
}

Expected<TemporaryDirectory> TemporaryDirectory::create() {
  SmallString<128> Path;
  if (std::error_code EC = sys::fs::createUniqueDirectory("corace", Path))
    return fileError("temporary directory", EC, "make room there, or name another one in TMPDIR");
  return TemporaryDirectory(std::string(Path));
}

TemporaryDirectory::~TemporaryDirectory() {
  if (!Path.empty())
    sys::fs::remove_directories(Path);
}

std::string counted(uint64_t Count, StringRef Noun) {
  return grouped(Count) + " " + Noun.str() + (Count == 1 ? "" : "s");
}

std::string grouped(uint64_t Number) {
  std::string Text = std::to_string(Number);
  for (size_t At = Text.size(); At > 3;)
    Text.insert(At -= 3, ",");
  return Text;
}

std::string absolutePath(StringRef Path) {
  SmallString<256> Result(Path);
  sys::fs::make_absolute(Result);
  sys::path::remove_dots(Result, /*remove_dot_dot=*/false);
  return std::string(Result);
}

std::string withoutDots(StringRef Path) {
  SmallString<256> Short(Path);
  sys::path::remove_dots(Short, /*remove_dot_dot=*/true);
  return Short == Path || sys::fs::equivalent(Short, Path) ? std::string(Short) : Path.str();
}

std::string shownPath(StringRef Path) {
  SmallString<256> Here;
  if (sys::fs::current_path(Here) || !sys::path::is_absolute(Path))
    return Path.str();
  const std::string Short = withoutDots(Path);
  StringRef Rest = Short;
  if (Rest.consume_front(Here) && Rest.consume_front("/"))
    return Rest.str();
  return Short;
}

std::string shellQuoted(StringRef Argument) {
  constexpr StringLiteral Plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%^";
  if (!Argument.empty() && Argument.find_first_not_of(Plain) == StringRef::npos)
    return Argument.str();
  std::string Result = "'";
  for (char C : Argument)
    C == '\'' ? Result += "'\\''" : Result += C;
  return Result + "'";
}

std::string nearest(StringRef Word, ArrayRef<StringRef> Candidates) {
  StringRef Best;
  unsigned BestDistance = std::max<unsigned>(2, Word.size() / 3);
  for (StringRef Candidate : Candidates) {
    const unsigned Distance = Word.edit_distance(Candidate, true, BestDistance);
    if (Distance < BestDistance || (Best.empty() && Distance == BestDistance)) {
      Best = Candidate;
      BestDistance = Distance;
    }
  }
  return Best.str();
}

std::string printable(StringRef Text) {
  std::string Result;
  Result.reserve(Text.size());
  for (char C : Text)
    Result += C == '\t' ? ' ' : static_cast<unsigned char>(C) < 0x20 || C == 0x7f ? '?' : C;
  return Result;
}

} // namespace corace::tool
