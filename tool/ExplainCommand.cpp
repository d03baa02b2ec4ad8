// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checks/Check.h"
#include "tool/Arguments.h"
#include "tool/Support.h"
#include "vocab/race_kind.h"

#include "llvm/ADT/SmallVector.h"

using namespace llvm;

namespace corace::tool {

/// docs/checks/<name>.md, built in; empty when there is none.
static StringRef pageOf(StringRef Check) {
  static constexpr std::pair<StringLiteral, StringLiteral> Pages[] = {
#include "CheckPages.inc"
      {"", ""}};
  for (const auto &[Name, Page] : Pages)
    if (Name == Check)
      return Page;
  return "";
}

/// An id such as lost-update-7Q3K9F2D.
static bool isFindingId(StringRef Word) {
  const auto [Kind, Digits] = Word.rsplit('-');
  return Digits.size() == 8 && race_kind_from({Kind.data(), Kind.size()});
}

static Expected<int> explain(const Arguments &Args) {
  if (Args.Words.size() != 1 || Args.HasRest)
    return inputError("no check to explain", "name one check; corace list names them");
  const StringRef Word = Args.Words.front();
  if (const checks::Check *C = checks::findCheck(Word)) {
    if (const StringRef Page = pageOf(C->name()); !Page.empty()) {
      outs() << Page;
    } else {
      outs() << C->name() << "\n\n" << C->summary() << '\n';
      if (!C->details().empty())
        outs() << '\n' << C->details().rtrim() << '\n';
    }
    return Clean;
  }
  if (const auto Kind = race_kind_from({Word.data(), Word.size()})) {
    outs() << Word << ": " << StringRef(meaning_of(*Kind)) << '\n';
    return Clean;
  }
  if (isFindingId(Word))
    return inputError("explaining a finding by its id is not there yet",
                      "explain its check; the report names it in brackets");
  SmallVector<StringRef, 16> Names;
  for (const checks::Check *C : checks::allChecks())
    Names.push_back(C->name());
  const std::string Near = nearest(Word, Names);
  return inputError("no check '" + printable(Word) + "'",
                    Near.empty() ? Twine("corace list names them") : "did you mean '" + Twine(Near) + "'?");
}

const Command ExplainCommand{"explain",
                             "CHECK",
                             "explain a check: what it finds, why it is wrong, how to mend it",
                             "\nAlso explains a kind of finding (lost-update). A finding's id: not there yet.\n",
                             {},
                             explain};

} // namespace corace::tool
