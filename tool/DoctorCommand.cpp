// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Arguments.h"
#include "tool/Build.h"
#include "tool/Installation.h"
#include "tool/Process.h"
#include "tool/Support.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;

namespace corace::tool {

/// Compiles and runs the smallest coroutine with the pass: says more than any list of files.
static Error tryOut() {
  Expected<std::string> Compiler = findCompiler();
  if (!Compiler)
    return Compiler.takeError();
  Expected<std::vector<std::string>> Compile = compileFlags(), Link = linkFlags();
  if (Error E = joinErrors(Compile.takeError(), Link.takeError()))
    return E;
  Expected<TemporaryDirectory> Directory = TemporaryDirectory::create();
  if (!Directory)
    return Directory.takeError();
  const std::string Base = Directory->path().str(), Source = Base + "/try.cpp", Program = Base + "/try";
  if (Error E = writeAtomically(Source, [](raw_ostream &OS) {
        OS << "#include <coroutine>\n"
              "struct task {\n"
              "  struct promise_type {\n"
              "    task get_return_object() { return {}; }\n"
              "    std::suspend_never initial_suspend() { return {}; }\n"
              "    std::suspend_never final_suspend() noexcept { return {}; }\n"
              "    void return_void() {}\n"
              "    void unhandled_exception() {}\n"
              "  };\n"
              "};\n"
              "int counter;\n"
              "task increment() { ++counter; co_await std::suspend_never{}; ++counter; }\n"
              "int main() { increment(); return counter == 2 ? 0 : 1; }\n";
      }))
    return E;
  const std::string Log = Base + "/log";
  std::vector<std::string> Command = {*Compiler, "-std=c++20", Source, "-o", Program};
  Command.insert(Command.begin() + 2, Compile->begin(), Compile->end());
  Command.insert(Command.end(), Link->begin(), Link->end());
  for (const std::vector<std::string> &Words : {Command, std::vector<std::string>{Program}}) {
    Expected<ProcessExit> Exit = run({Words, {{"CORACE_OPTIONS", ""}}, "", Log});
    if (!Exit)
      return Exit.takeError();
    if (Exit->code() == 0)
      continue;
    std::string First;
    if (auto Text = MemoryBuffer::getFile(Log))
      First = (*Text)->getBuffer().split('\n').first.str();
    return inputError((Words.size() == 1 ? "an instrumented program " : "the compiler ") + Exit->describe() + ": " +
                          printable(First),
                      "the compiler must be Clang " CORACE_LLVM_MAJOR ", like the pass");
  }
  return Error::success();
}

/// One line of the list.
static bool say(StringRef What, Error Problem, StringRef Where) {
  const bool Fine = !Problem;
  outs() << (Fine ? "ok       " : "missing  ") << left_justify(What, 22)
         << (Fine ? Where.str() : toString(std::move(Problem))) << '\n';
  return Fine;
}

static bool say(StringRef What, Expected<std::string> Found) {
  const std::string Where = Found ? *Found : "";
  return say(What, Found.takeError(), Where);
}

static Expected<int> doctor(const Arguments &Args) {
  if (!Args.Words.empty() || Args.HasRest)
    return inputError("corace doctor takes no arguments", "leave them out");
  bool Fine = say("compiler", findCompiler());
  Fine &= say("Clang's own headers", findResourceDirectory());
  Fine &= say("pass", findPart(Part::Pass));
  Fine &= say("runtime", findPart(Part::Runtime));
  Fine &= say("headers", findPart(Part::Include));
  Fine &= say("clang-tidy plugin", findPart(Part::Tidy));
  if (Fine)
    Fine &= say("instrumented program", tryOut(), "compiles, links and runs");
  return Fine ? Clean : InputError;
}

const Command DoctorCommand{"doctor", "", "say what is missing here, and the command that mends it", "", {}, doctor};

} // namespace corace::tool
