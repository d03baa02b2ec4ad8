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
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Threading.h"
#include "llvm/Support/VirtualFileSystem.h"

#include <set>

using namespace llvm;
using clang::tooling::CompilationDatabase;
using clang::tooling::CompileCommand;

namespace corace::tool {

/// What is wrong with an entry of a compilation database; empty: nothing.
static StringRef wrongWith(const json::Value &Entry) {
  const json::Object *Fields = Entry.getAsObject();
  if (!Fields)
    return "not an object";
  if (Fields->getString("file").value_or("").empty())
    return "no 'file'";
  if (!Fields->getString("directory"))
    return "no 'directory'";
  const json::Array *Words = Fields->getArray("arguments");
  if (!Words && !Fields->getString("command"))
    return "neither 'command' nor 'arguments'";
  if (Words && !all_of(*Words, [](const json::Value &Word) { return Word.getAsString().has_value(); }))
    return "'arguments' are not all text";
  return {};
}

static Expected<std::unique_ptr<CompilationDatabase>> loadDatabase(StringRef Build) {
  using namespace clang::tooling;
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
  json::Array *Entries = Parsed->getAsArray();
  if (!Entries)
    return inputError(File + ": not a list of commands", Remedy);
  for (size_t I = 0; I < Entries->size(); ++I) {
    json::Value &Entry = (*Entries)[I];
    if (const StringRef Wrong = wrongWith(Entry); !Wrong.empty())
      return inputError(File + ": entry " + Twine(I + 1) + ": " + Wrong, Remedy);
    // A directory that is relative is so to the database, not to where corace runs.
    json::Object &Fields = *Entry.getAsObject();
    SmallString<256> Directory(*Fields.getString("directory"));
    if (sys::path::is_absolute(Directory))
      continue;
    sys::fs::make_absolute(absolutePath(Build), Directory);
    Fields["directory"] = withoutDots(Directory);
  }
  std::string Message;
  std::unique_ptr<CompilationDatabase> Database = JSONCompilationDatabase::loadFromBuffer(
      formatv("{0}", *Parsed).str(), Message, JSONCommandLineSyntax::AutoDetect);
  if (!Database)
    return inputError(File + ": " + StringRef(Message).trim().split('\n').first, Remedy);
  // As loadFromDirectory() does.
  return inferTargetAndDriverMode(
      inferMissingCompileCommands(expandResponseFiles(std::move(Database), vfs::getRealFileSystem())));
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
  return withoutDots(absolutePath(Name));
}

/// A file by several names is one. False if it was there before.
static bool isNew(StringRef File, std::set<sys::fs::UniqueID> &Seen) {
  sys::fs::UniqueID Id;
  return sys::fs::getUniqueID(File, Id) || Seen.insert(Id).second;
}

/// Flags with what the files say that they name as "@FILE".
static std::vector<std::string> expanded(ArrayRef<std::string> Flags) {
  BumpPtrAllocator Memory;
  SmallVector<const char *, 32> Words;
  for (const std::string &Flag : Flags)
    Words.push_back(Flag.c_str());
  cl::ExpansionContext Expansion(Memory, cl::TokenizeGNUCommandLine);
  if (Error E = Expansion.expandResponseFiles(Words)) {
    consumeError(std::move(E)); // the compiler names the file
    return Flags.vec();
  }
  return {Words.begin(), Words.end()};
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
  Units.push_back({withoutDots(Absolute), std::string(Directory), Command.CommandLine});
  return Error::success();
}

Expected<std::vector<Unit>> collectUnits(const Arguments &Args, ArrayRef<std::string> Flags) {
  if (Args.Words.empty() && !Args.has("-p"))
    return inputError("no input", "name C++ source files, or a build directory with -p");
  std::vector<std::string> Files, AsGiven;
  std::set<sys::fs::UniqueID> Seen;
  for (const std::string &Name : Args.Words) {
    Expected<std::string> File = existingFile(Name);
    if (!File)
      return File.takeError();
    if (!isNew(*File, Seen))
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
        Files.push_back(File);
    if (!Named) { // the database gives them in any order
      sort(Files);
      erase_if(Files, [&](const std::string &File) { return !isNew(File, Seen); });
    }
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
  const std::vector<std::string> Given = expanded(Flags), Extra = expanded(Args.all("--extra-arg"));
  for (Unit &U : Units) {
    for (const std::vector<std::string> &More : {Given, Extra})
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
  std::set<sys::fs::UniqueID> Named;
  for (const std::string &Word : Args.Words)
    isNew(Word, Named);
  erase_if(*Units, [&](const Unit &What) { return !isNew(What.File, Named); });
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
