// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Flags.h"

#include "clang/Driver/Driver.h"
#include "clang/Driver/Options.h"
#include "clang/Driver/Types.h"
#include "llvm/Option/Arg.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Support/Path.h"

using namespace llvm;
namespace options = clang::driver::options;
namespace types = clang::driver::types;

namespace corace::tool {

static bool writesFiles(const opt::Arg &A) {
  const opt::Option &Option = A.getOption();
  if (Option.matches(options::OPT_M_Group))
    return true;
  for (unsigned Id : {options::OPT_o, options::OPT__serialize_diags, options::OPT_save_temps_EQ,
                      options::OPT_ftime_trace, options::OPT_ftime_trace_EQ, options::OPT_fsave_optimization_record,
                      options::OPT_fsave_optimization_record_EQ, options::OPT_foptimization_record_file_EQ,
                      options::OPT_fmodule_output, options::OPT_fmodule_output_EQ, options::OPT_dependency_dot})
    if (Option.matches(Id))
      return true;
  // -Wp,-MD,FILE
  return Option.matches(options::OPT_Wp_COMMA) && A.getNumValues() && StringRef(A.getValue()).starts_with("-M");
}

/// What the driver would refuse whatever its value is.
static bool isForeign(const opt::Arg &A) {
  return A.getOption().matches(options::OPT_UNKNOWN) || A.getOption().hasFlag(options::Unsupported);
}

static bool speaksLikeMsvc(ArrayRef<std::string> Arguments) {
  SmallVector<const char *, 64> Words;
  for (const std::string &A : Arguments)
    Words.push_back(A.c_str());
  return !Words.empty() && clang::driver::IsClangCL(clang::driver::getDriverMode(Words.front(), Words));
}

std::vector<std::string> parsableArguments(std::vector<std::string> Arguments) {
  // That driver only warns of what it does not know, and its outputs are those of no syntax check.
  if (Arguments.empty() || speaksLikeMsvc(Arguments))
    return Arguments;
  SmallVector<const char *, 64> Words;
  for (const std::string &A : ArrayRef(Arguments).drop_front())
    Words.push_back(A.c_str());
  unsigned MissingIndex = 0, MissingCount = 0;
  const opt::InputArgList Parsed = clang::driver::getDriverOptTable().ParseArgs(Words, MissingIndex, MissingCount,
                                                                                opt::Visibility(options::ClangOption));
  // An option reaches from its word to where the next one starts.
  std::vector<bool> Drops(Words.size(), false);
  for (auto It = Parsed.begin(); It != Parsed.end(); ++It) {
    if (!writesFiles(**It) && !isForeign(**It))
      continue;
    const auto Next = std::next(It);
    const size_t End = Next == Parsed.end() ? MissingCount ? MissingIndex : Words.size() : (*Next)->getIndex();
    for (size_t I = (*It)->getIndex(); I < std::min(End, Words.size()); ++I)
      Drops[I] = true;
  }
  std::vector<std::string> Left = {std::move(Arguments.front())};
  for (size_t I = 0; I < Drops.size(); ++I)
    if (!Drops[I])
      Left.push_back(std::move(Arguments[I + 1]));
  return Left;
}

bool compilesCxx(ArrayRef<std::string> Arguments, StringRef File) {
  types::ID Type = types::lookupTypeForExtension(sys::path::extension(File).drop_front(sys::path::has_extension(File)));
  const bool Msvc = speaksLikeMsvc(Arguments);
  for (size_t I = 1; I < Arguments.size(); ++I) {
    StringRef Language = Arguments[I];
    if (Msvc && (Language == "/TP" || Language == "-TP" || Language == "/TC" || Language == "-TC"))
      return true;
    if (Language == "--")
      break;
    if (Msvc || !Language.consume_front("-x"))
      continue;
    if (Language.empty() && I + 1 < Arguments.size())
      Language = Arguments[++I];
    if (Language != "none")
      Type = types::lookupTypeForTypeSpecifier(Language.str().c_str());
  }
  switch (Type) {
  case types::TY_C:
  case types::TY_PP_C:
  case types::TY_ObjC:
  case types::TY_PP_ObjC: return true;
  default: return types::isCXX(Type) && !types::isCuda(Type) && !types::isHIP(Type);
  }
}

} // namespace corace::tool
