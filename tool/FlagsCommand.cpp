// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Arguments.h"
#include "tool/Build.h"
#include "tool/Support.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace corace::tool {

static constexpr OptionSpec Options[] = {
    {"--compile", "", "print the flags that compile with the pass"},
    {"--link", "", "print the flags that link the runtime"},
    {"--findings", "FILE", "instrument only what these findings need", OptionSpec::Use::NotThereYet},
};

static Expected<int> flags(const Arguments &Args) {
  if (Args.has("--compile") == Args.has("--link") || !Args.Words.empty() || Args.HasRest)
    return inputError("--compile or --link is needed, and nothing else",
                      "write corace flags --compile, or corace flags --link");
  Expected<std::vector<std::string>> Flags = Args.has("--compile") ? compileFlags() : linkFlags();
  if (!Flags)
    return Flags.takeError();
  outs() << join(map_range(*Flags, [](const std::string &Flag) { return shellQuoted(Flag); }), " ") << '\n';
  return Clean;
}

const Command FlagsCommand{"flags",
                           "--compile | --link",
                           "print the flags that instrument a program, for any build system",
                           "\n  clang++-" CORACE_LLVM_MAJOR
                           " -std=c++20 $(corace flags --compile) a.cpp -o a $(corace flags --link)\n",
                           Options,
                           flags};

} // namespace corace::tool
