// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Build.h"

#include "tool/Installation.h"
#include "tool/Process.h"
#include "tool/Support.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/ThreadPool.h"

#include <optional>

using namespace llvm;

namespace corace::tool {

Error makeWorkDirectory() {
  std::error_code EC = sys::fs::create_directories(WorkDirectory);
  if (!EC && !sys::fs::is_directory(WorkDirectory))
    EC = std::make_error_code(std::errc::not_a_directory);
  if (EC)
    return fileError(WorkDirectory, EC, "run it in a directory that can be written");
  const std::string Ignore = (WorkDirectory + "/.gitignore").str();
  if (sys::fs::exists(Ignore))
    return Error::success();
  return writeAtomically(Ignore, [](raw_ostream &OS) { OS << "*\n"; });
}

Expected<std::vector<std::string>> compileFlags() {
  Expected<std::string> Pass = findPart(Part::Pass);
  if (!Pass)
    return Pass.takeError();
  Expected<std::string> Include = findPart(Part::Include);
  if (!Include)
    return Include.takeError();
  // Debug information carries the places and names that reports show.
  return std::vector<std::string>{"-g", "-fpass-plugin=" + *Pass, "-isystem", *Include};
}

Expected<std::vector<std::string>> linkFlags() {
  Expected<std::string> Runtime = findPart(Part::Runtime);
  if (!Runtime)
    return Runtime.takeError();
  return std::vector<std::string>{*Runtime, "-pthread"};
}

namespace {

struct Object {
  std::string Stem; ///< unique among the objects
  std::string Path;
  bool HasMain = false;
};

} // namespace

/// Compiler commands print to a file each, so that messages of parallel ones do not mix.
static Expected<ProcessExit> runCompiler(std::vector<std::string> Command, StringRef Directory, std::string &Messages) {
  SmallString<128> Log;
  if (std::error_code EC = sys::fs::createTemporaryFile("corace", "log", Log))
    return fileError("temporary file", EC, "make room there, or name another directory in TMPDIR");
  const FileRemover Remover(Log);
  Process Compiler{std::move(Command), {}, Directory.str(), std::string(Log)};
  Expected<ProcessExit> Exit = run(Compiler);
  if (auto Text = MemoryBuffer::getFile(Log))
    Messages = (*Text)->getBuffer().str();
  return Exit;
}

/// The command that compiles a unit with the pass.
static std::vector<std::string> instrumentedCommand(const Unit &What, StringRef Compiler, ArrayRef<std::string> Flags,
                                                    StringRef ObjectPath) {
  std::vector<std::string> Command = What.Arguments;
  Command[0] = Compiler.str();
  std::vector<std::string> More = {"-O1"};
  More.insert(More.end(), Flags.begin(), Flags.end());
  More.insert(More.end(), {"-Wno-unused-command-line-argument", "-o", ObjectPath.str()});
  if (!is_contained(Command, "-c"))
    More.push_back("-c");
  Command.insert(find(Command, "--"), More.begin(), More.end());
  return Command;
}

static Expected<bool> definesMain(StringRef Path, StringRef Source) {
  file_magic Magic;
  if (!identify_magic(Path, Magic) && Magic == file_magic::clang_ast) // what compiling a header gives
    return inputError(shownPath(Source) + ": a header, which makes no program",
                      "name the source files that include it");
  Expected<object::OwningBinary<object::ObjectFile>> File = object::ObjectFile::createObjectFile(Path);
  if (!File)
    return inputError(shownPath(Path) + ": " + toString(File.takeError()), "compile to native objects, without -flto");
  for (const object::SymbolRef &Symbol : File->getBinary()->symbols()) {
    Expected<StringRef> Name = Symbol.getName();
    Expected<uint32_t> Flags = Symbol.getFlags();
    if (Name && Flags && *Name == "main" && !(*Flags & object::SymbolRef::SF_Undefined))
      return true;
    consumeError(Name.takeError());
    consumeError(Flags.takeError());
  }
  return false;
}

static Error compileAll(const std::vector<Unit> &Units, std::vector<Object> &Objects, unsigned Jobs) {
  Expected<std::string> Compiler = findCompiler();
  if (!Compiler)
    return Compiler.takeError();
  Expected<std::vector<std::string>> Flags = compileFlags();
  if (!Flags)
    return Flags.takeError();
  std::vector<std::string> Messages(Units.size());
  std::vector<std::optional<Expected<ProcessExit>>> Exits(Units.size());
  DefaultThreadPool Pool(hardware_concurrency(std::min<size_t>(Jobs, Units.size())));
  for (size_t I = 0; I < Units.size(); ++I)
    Pool.async([&, I] {
      Exits[I].emplace(runCompiler(instrumentedCommand(Units[I], *Compiler, *Flags, Objects[I].Path),
                                   Units[I].Directory, Messages[I]));
    });
  Pool.wait();
  Error Result = interrupted() ? inputError("interrupted", "run it again to get a verdict") : Error::success();
  for (size_t I = 0; I < Units.size(); ++I) {
    if (!interrupted())
      errs() << Messages[I];
    if (!*Exits[I])
      Result = joinErrors(std::move(Result), Exits[I]->takeError());
    else if ((*Exits[I])->code() != 0 && !Result)
      Result = inputError(shownPath(Units[I].File) + ": does not compile with the pass",
                          "mend the errors above, or give the missing compiler flags with --extra-arg or -p BUILD");
  }
  return Result;
}

/// Short names for the objects and programs: the file's stem, with its folder in front where two files have the same.
static std::vector<Object> nameObjects(const std::vector<Unit> &Units) {
  std::vector<Object> Objects;
  StringSet<> Taken;
  for (const Unit &What : Units) {
    std::string Stem = sys::path::stem(What.File).str();
    StringRef Folder = sys::path::parent_path(What.File);
    while (!Taken.insert(Stem).second) {
      Stem = Folder.empty() ? Stem + "_" : sys::path::filename(Folder).str() + "-" + Stem;
      Folder = sys::path::parent_path(Folder);
    }
    Objects.push_back({Stem, absolutePath((WorkDirectory + "/" + Stem + ".o").str()), false});
  }
  return Objects;
}

static Error link(const Object &Main, const std::vector<Object> &Objects, StringRef Program,
                  const std::vector<std::string> &LinkArguments) {
  Expected<std::string> Compiler = findCompiler();
  if (!Compiler)
    return Compiler.takeError();
  Expected<std::vector<std::string>> Runtime = linkFlags();
  if (!Runtime)
    return Runtime.takeError();
  std::vector<std::string> Command = {*Compiler, Main.Path};
  for (const Object &Other : Objects)
    if (!Other.HasMain)
      Command.push_back(Other.Path);
  // The runtime stands in front of the user's libraries: it needs none of them.
  Command.insert(Command.end(), Runtime->begin(), Runtime->end());
  Command.insert(Command.end(), LinkArguments.begin(), LinkArguments.end());
  // A program that still runs under this name keeps its file.
  const std::string Fresh = (Program + ".new").str();
  Command.insert(Command.end(), {"-Wno-unused-command-line-argument", "-o", Fresh});
  std::string Messages;
  Expected<ProcessExit> Exit = runCompiler(std::move(Command), "", Messages);
  errs() << Messages;
  if (!Exit)
    return Exit.takeError();
  if (Exit->code() != 0)
    return inputError(Program + ": does not link",
                      "name the other files of the program too, and its libraries with --extra-arg=-lNAME");
  if (std::error_code EC = sys::fs::rename(Fresh, Program))
    return fileError(Program, EC, "make the directory writable");
  return Error::success();
}

Expected<std::vector<Program>> buildPrograms(const std::vector<Unit> &Units, unsigned Jobs,
                                             const std::vector<std::string> &LinkArguments) {
  if (Error E = makeWorkDirectory())
    return E;
  std::vector<Object> Objects = nameObjects(Units);
  if (Error E = compileAll(Units, Objects, Jobs))
    return E;
  bool Any = false;
  for (const auto &[What, O] : zip_equal(Units, Objects)) {
    Expected<bool> HasMain = definesMain(O.Path, What.File);
    if (!HasMain)
      return HasMain.takeError();
    O.HasMain = *HasMain;
    Any |= *HasMain;
  }
  if (!Any)
    return inputError("none of the files defines main", "name the file that does, or a program of yours after --");
  std::vector<Program> Programs;
  for (const auto &[What, O] : zip_equal(Units, Objects)) {
    if (!O.HasMain)
      continue;
    Programs.push_back({(WorkDirectory + "/" + O.Stem).str(), What.File});
    if (Error E = link(O, Objects, Programs.back().Path, LinkArguments))
      return E;
  }
  return Programs;
}

std::optional<bool> isInstrumented(StringRef Program) {
  ErrorOr<std::string> Path = sys::findProgramByName(Program);
  if (!Path)
    return std::nullopt;
  Expected<object::OwningBinary<object::ObjectFile>> File = object::ObjectFile::createObjectFile(*Path);
  if (!File) {
    consumeError(File.takeError());
    return std::nullopt;
  }
  for (const object::SectionRef &Section : File->getBinary()->sections()) {
    Expected<StringRef> Name = Section.getName();
    if (!Name)
      consumeError(Name.takeError());
    else if (*Name == "corace_sites")
      return true;
  }
  return false;
}

} // namespace corace::tool
