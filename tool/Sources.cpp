// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Sources.h"

#include "tool/Flags.h"
#include "tool/Installation.h"
#include "tool/Json.h"
#include "tool/Support.h"

#include "clang/Tooling/ArgumentsAdjusters.h"
#include "clang/Tooling/JSONCompilationDatabase.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Threading.h"
#include "llvm/Support/VirtualFileSystem.h"

using namespace llvm;
using clang::tooling::CompilationDatabase;
using clang::tooling::CompileCommand;

namespace corace::tool {

/// Directories that are relative are so to the database, not to where corace runs. True if there were any.
static bool makeDirectoriesAbsolute(json::Value &Database, StringRef Build) {
  bool Any = false;
  json::Array *Entries = Database.getAsArray();
  if (!Entries)
    return false;
  for (json::Value &Entry : *Entries) {
    json::Object *Fields = Entry.getAsObject();
    const std::optional<StringRef> Given = Fields ? Fields->getString("directory") : std::nullopt;
    if (!Given || sys::path::is_absolute(*Given))
      continue;
    SmallString<256> Directory(*Given);
    sys::fs::make_absolute(absolutePath(Build), Directory);
    // Without "..", so that files are called as everywhere else; unless a link makes that another place.
    SmallString<256> Short(Directory);
    sys::path::remove_dots(Short, /*remove_dot_dot=*/true);
    (*Fields)["directory"] = (sys::fs::equivalent(Short, Directory) ? Short : Directory).str().str();
    Any = true;
  }
  return Any;
}

static Expected<std::unique_ptr<CompilationDatabase>> loadDatabase(StringRef Build) {
  constexpr StringLiteral Remedy =
      "give a build directory with -p, or let CMake write it: cmake -DCMAKE_EXPORT_COMPILE_COMMANDS=ON";
  SmallString<256> File(Build);
  sys::path::append(File, "compile_commands.json");
  // Clang's reader says nothing of the place, and prints on its own.
  Expected<std::string> Text = readInput(File, Remedy);
  if (!Text)
    return Text.takeError();
  Expected<json::Value> Parsed = parseJson(*Text);
  if (!Parsed)
    return inputError(File + ": " + toString(Parsed.takeError()), Remedy);
  std::string Message;
  std::unique_ptr<CompilationDatabase> Database;
  if (makeDirectoriesAbsolute(*Parsed, Build)) {
    using namespace clang::tooling;
    Database = JSONCompilationDatabase::loadFromBuffer(formatv("{0}", *Parsed).str(), Message,
                                                       JSONCommandLineSyntax::AutoDetect);
    if (Database) // as loadFromDirectory() does
      Database = inferTargetAndDriverMode(
          inferMissingCompileCommands(expandResponseFiles(std::move(Database), vfs::getRealFileSystem())));
  } else {
    Database = CompilationDatabase::loadFromDirectory(Build, Message);
  }
  if (!Database) {
    // Only the first line says what is wrong; the rest lists the kinds of database that were tried.
    const StringRef Cause = StringRef(Message).trim().split('\n').first;
    return inputError(File + ": " + (Cause.empty() ? StringRef("not a compilation database") : Cause), Remedy);
  }
  return Database;
}

static std::vector<std::string> withoutOutputs(const std::vector<std::string> &Arguments, StringRef File) {
  using namespace clang::tooling;
  // Clang's adjusters know what the other driver calls its outputs, but take the word behind -MJ for a file.
  const auto Adjust = combineAdjusters(getClangStripOutputAdjuster(), getClangStripDependencyFileAdjuster());
  return Adjust(parsableArguments(Arguments), File);
}

static Expected<std::string> existingFile(StringRef Name) {
  sys::fs::file_status Status;
  if (std::error_code EC = sys::fs::status(Name, Status))
    return fileError(Name, EC, "name a C++ source file");
  if (Status.type() == sys::fs::file_type::directory_file)
    return fileError(Name, std::make_error_code(std::errc::is_a_directory),
                     "name C++ source files, or a build directory with -p");
  return absolutePath(Name);
}

/// `Named`: by the user, who then gets it whatever its language is.
static Error addFromDatabase(const CompilationDatabase &Database, StringRef File, bool Named,
                             std::vector<Unit> &Units) {
  std::vector<CompileCommand> Commands = Database.getCompileCommands(File);
  if (Commands.empty())
    return inputError(shownPath(File) + ": the compilation database does not say how to compile it",
                      "check its name, or leave out -p");
  // One configuration is enough: a file that is compiled twice would be reported twice.
  CompileCommand &Command = Commands.front();
  if (!Named && !compilesCxx(Command.CommandLine, Command.Filename))
    return Error::success();
  SmallString<256> Directory(Command.Directory);
  sys::fs::make_absolute(Directory);
  SmallString<256> Absolute(Command.Filename);
  sys::fs::make_absolute(Directory, Absolute);
  sys::path::remove_dots(Absolute);
  Units.push_back({std::string(Absolute), std::string(Directory), Command.CommandLine});
  return Error::success();
}

Expected<std::vector<Unit>> collectUnits(const Arguments &Args, ArrayRef<std::string> Flags) {
  if (Args.Words.empty() && !Args.has("-p"))
    return inputError("no input", "name C++ source files, or a build directory with -p");
  std::vector<std::string> Files, AsGiven;
  StringSet<> Seen;
  for (const std::string &Name : Args.Words) {
    Expected<std::string> File = existingFile(Name);
    if (!File)
      return File.takeError();
    if (!Seen.insert(*File).second)
      continue;
    Files.push_back(*File);
    AsGiven.push_back(Name);
  }
  std::vector<Unit> Units;
  if (Args.has("-p")) {
    auto Database = loadDatabase(Args.get("-p"));
    if (!Database)
      return Database.takeError();
    const bool Named = !Files.empty();
    if (!Named)
      for (const std::string &File : (*Database)->getAllFiles())
        if (Seen.insert(File).second)
          Files.push_back(File);
    for (const std::string &File : Files)
      if (Error E = addFromDatabase(**Database, File, Named, Units))
        return E;
    if (Units.empty() && !Files.empty())
      return inputError(Args.get("-p") + ": its compilation database has no C++ files", "name another build directory");
    if (Units.empty())
      return inputError(Args.get("-p") + ": its compilation database is empty", "configure the build again");
  } else {
    Expected<std::string> Include = findPart(Part::Include);
    if (!Include)
      return Include.takeError();
    for (size_t I = 0; I < Files.size(); ++I)
      Units.push_back({Files[I], absolutePath("."), {"clang++", "-std=c++20", "-isystem", *Include, "-c", AsGiven[I]}});
  }
  const std::vector<std::string> Extra = Args.all("--extra-arg");
  for (Unit &U : Units) {
    for (ArrayRef<std::string> More : {Flags, ArrayRef<std::string>(Extra)})
      // In front of a "--" that may part options and files.
      U.Arguments.insert(find(U.Arguments, "--"), More.begin(), More.end());
    U.Arguments = withoutOutputs(U.Arguments, U.File);
  }
  return Units;
}

std::vector<Unit> otherUnits(const Arguments &Args, ArrayRef<std::string> Flags) {
  Arguments All = Args;
  All.Words.clear();
  Expected<std::vector<Unit>> Units = collectUnits(All, Flags);
  if (!Units) {
    consumeError(Units.takeError());
    return {};
  }
  StringSet<> Named;
  for (const std::string &Word : Args.Words)
    Named.insert(absolutePath(Word));
  erase_if(*Units, [&](const Unit &What) { return Named.contains(What.File); });
  return std::move(*Units);
}

Expected<unsigned> jobs(const Arguments &Args) {
  if (!Args.has("-j"))
    return hardware_concurrency().compute_thread_count();
  unsigned Count = 0;
  if (StringRef(Args.get("-j")).getAsInteger(10, Count) || Count == 0 || Count > 1024)
    return inputError("'-j " + printable(Args.get("-j")) + "': not a number of jobs", "give a number from 1 to 1024");
  return Count;
}

} // namespace corace::tool
