// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every command needs: exit codes, errors with a remedy, files that are replaced atomically.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <string>

namespace corace::tool {

/// The command's exit codes (docs/design.md, "Command line").
enum ExitCode : int { Clean = 0, FindingsLeft = 1, InputError = 2, Internal = 3 };

/// What the user did or gave is at fault: one line with the cause, then what to do about it.
llvm::Error inputError(const llvm::Twine &Cause, const llvm::Twine &Remedy);
/// The same for a file that cannot be used.
llvm::Error fileError(llvm::StringRef Path, std::error_code Why, const llvm::Twine &Remedy);

/// Replaces a file as a whole: either the old or the new contents are there, never a part.
llvm::Error writeAtomically(llvm::StringRef Path, llvm::function_ref<void(llvm::raw_ostream &)> Write);

/// A whole file, or all that a pipe gives; refuses what is larger than `Limit` bytes.
llvm::Expected<std::string> readInput(llvm::StringRef Path, llvm::StringRef Remedy, uint64_t Limit = 256u << 20);

/// A directory that is removed with all that is in it when the object goes.
class TemporaryDirectory {
public:
  static llvm::Expected<TemporaryDirectory> create();
  TemporaryDirectory(TemporaryDirectory &&Other) noexcept : Path(std::move(Other.Path)) { Other.Path.clear(); }
  TemporaryDirectory &operator=(TemporaryDirectory &&) = delete;
  ~TemporaryDirectory();
  [[nodiscard]] llvm::StringRef path() const { return Path; }

private:
  explicit TemporaryDirectory(std::string Where) : Path(std::move(Where)) {}
  std::string Path;
};

/// "1 finding", "2 findings".
std::string counted(uint64_t Count, llvm::StringRef Noun);
/// 12345 as 12,345.
std::string grouped(uint64_t Number);
/// Absolute, without "." and "..", symbolic links kept.
std::string absolutePath(llvm::StringRef Path);
/// The same file without "..", unless a link makes that another one.
std::string withoutDots(llvm::StringRef Path);
/// Relative to the working directory if it lies in it, and without "..".
std::string shownPath(llvm::StringRef Path);
/// As a shell reads it back: quoted only where needed.
std::string shellQuoted(llvm::StringRef Argument);
/// The nearest of the candidates in spelling, or nothing when none is near.
std::string nearest(llvm::StringRef Word, llvm::ArrayRef<llvm::StringRef> Candidates);
/// Replaces control characters, so that no input can drive the terminal.
std::string printable(llvm::StringRef Text);

} // namespace corace::tool
