// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The corace command: finds the subcommand, prints help, turns errors into one line and an exit code.

#include "tool/Arguments.h"
#include "tool/Support.h"

#include "llvm/Support/InitLLVM.h"

using namespace llvm;
using namespace corace::tool;

const char *corace::tool::ProgramName = "corace";

ArrayRef<const Command *> corace::tool::commands() {
  static const Command *const All[] = {&CheckCommand,   &SummarizeCommand, &FlagsCommand,  &RunCommand,
                                       &ConfirmCommand, &ReplayCommand,    &ReportCommand, &ExplainCommand,
                                       &ListCommand,    &DoctorCommand,    &ModelsCommand};
  return All;
}

static void printHelp(raw_ostream &OS) {
  OS << "corace finds await-atomicity races in C++20 coroutine code when it is compiled, and proves them when it is "
        "run.\n"
        "\nusage: corace COMMAND [OPTIONS]\n\n";
  size_t Width = 0;
  for (const Command *C : commands())
    Width = std::max(Width, C->Name.size() + 2);
  for (const Command *C : commands())
    OS << "  " << left_justify(C->Name, Width) << C->Summary << '\n';
  OS << "\n  corace COMMAND --help   the options of a command\n"
        "  corace --version        the version\n"
        "\nexit codes: 0 clean, 1 findings, 2 usage or input error, 3 internal error\n"
        "start with: corace confirm FILE.cpp\n";
}

static void printHelp(raw_ostream &OS, const Command &C) {
  OS << "usage: corace " << C.Name << ' ' << C.Usage << "\n\n" << C.Summary << '\n' << C.Details;
  if (!C.Options.empty())
    OS << "\noptions:\n";
  const auto Head = [](const OptionSpec &Spec) {
    return (Spec.Name + (Spec.Value.empty() ? "" : " ") + Spec.Value).str();
  };
  size_t Width = 0;
  for (const OptionSpec &Spec : C.Options)
    Width = std::max(Width, Head(Spec).size() + 2);
  for (const OptionSpec &Spec : C.Options) {
    OS << "  " << left_justify(Head(Spec), Width) << Spec.Help;
    if (Spec.Uses == OptionSpec::Use::NotThereYet)
      OS << " (not there yet)";
    else if (Spec.Uses == OptionSpec::Use::Repeated)
      OS << " (may be repeated)";
    OS << '\n';
  }
}

static Expected<int> dispatch(ArrayRef<const char *> Words) {
  if (Words.empty()) {
    printHelp(errs());
    return InputError;
  }
  const StringRef Name = Words.front();
  if (Name == "--version") {
    outs() << "corace " CORACE_VERSION " (LLVM " LLVM_VERSION_STRING ")\n";
    return Clean;
  }
  if (Name == "--help" || Name == "-h" || Name == "help") {
    printHelp(outs());
    return Clean;
  }
  SmallVector<StringRef, 16> Names;
  for (const Command *C : commands()) {
    Names.push_back(C->Name);
    if (C->Name != Name)
      continue;
    Words = Words.drop_front();
    // Only before "--": what follows belongs to another program.
    for (const char *Word : Words) {
      if (StringRef(Word) == "--")
        break;
      if (StringRef(Word) == "--help" || StringRef(Word) == "-h") {
        printHelp(outs(), *C);
        return Clean;
      }
    }
    Expected<Arguments> Parsed = Arguments::parse(C->Options, Words);
    if (!Parsed)
      return Parsed.takeError();
    return C->Run(*Parsed);
  }
  const std::string Near = nearest(Name, Names);
  return inputError("no command '" + printable(Name) + "'",
                    Near.empty() ? Twine("corace --help lists them") : "did you mean '" + Twine(Near) + "'?");
}

int main(int Argc, const char **Argv) {
  // Whoever stops reading ends the tool like any other: by SIGPIPE, not by LLVM's exit code of its own.
  InitLLVM Init(Argc, Argv, /*InstallPipeSignalExitHandler=*/false);
  ProgramName = Argv[0];
  Expected<int> Code = dispatch(ArrayRef(Argv, Argc).drop_front(Argc ? 1 : 0));
  outs().flush();
  if (!Code) {
    handleAllErrors(Code.takeError(), [](const ErrorInfoBase &E) { errs() << "corace: " << E.message() << '\n'; });
    return InputError;
  }
  if (outs().has_error()) { // a full disk or a closed pipe: what was to be said did not arrive
    errs() << "corace: standard output: " << outs().error().message() << "; give it a place that takes it\n";
    outs().clear_error();
    return InputError;
  }
  return *Code;
}
