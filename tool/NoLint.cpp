// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules are clang-tidy's, so that a comment means the same to both: the words count wherever they stand, comment or
// not; checks are named in full or by globs with '*'; a list that is not closed on its line is no list; blocks nest,
// and an end belongs to the last beginning only if both have the same list. What clang-tidy ignores is the reason.

#include "tool/NoLint.h"

#include "tool/Support.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;

namespace corace::tool {

namespace {

struct Directive {
  enum class Type { Line, NextLine, Begin, End } What = Type::Line;
  size_t Offset = 0;
  std::optional<StringRef> Checks; ///< as written; nothing: all
  StringRef Reason;
};

struct Block {
  Directive Begin;
  size_t End = 0;
};

struct SourceText {
  std::string Text;
  std::vector<size_t> Lines; ///< where each begins; none where nothing is suppressed
  std::optional<std::vector<Block>> Blocks;
};

class Comments {
public:
  std::optional<Suppression> of(const Finding &F);
  std::vector<std::string> Complaints;

private:
  SourceText &read(StringRef File);
  const std::vector<Block> &blocks(StringRef File, SourceText &Source);

  StringMap<SourceText> Files;
};

} // namespace

/// Only '*' is special.
static bool matches(StringRef Glob, StringRef Name) {
  const size_t Star = Glob.find('*');
  if (Star == StringRef::npos)
    return Glob == Name;
  if (!Name.consume_front(Glob.take_front(Star)))
    return false;
  Glob = Glob.drop_front(Star + 1);
  // The pieces between stars in turn, each as far left as possible; the last one at the end.
  while (true) {
    const size_t Next = Glob.find('*');
    if (Next == StringRef::npos)
      return Name.ends_with(Glob);
    const size_t At = Name.find(Glob.take_front(Next));
    if (At == StringRef::npos)
      return false;
    Name = Name.drop_front(At + Next);
    Glob = Glob.drop_front(Next + 1);
  }
}

static bool covers(const Directive &D, StringRef Check) {
  if (!D.Checks)
    return true;
  SmallVector<StringRef, 4> Globs;
  D.Checks->split(Globs, ',');
  return any_of(Globs, [&](StringRef Glob) { return !Glob.trim().starts_with("-") && matches(Glob.trim(), Check); });
}

/// What stands behind the directive on its line, without what parts the two.
static StringRef reasonIn(StringRef Rest) {
  Rest = Rest.take_until([](char C) { return C == '\n'; });
  Rest = Rest.take_front(Rest.find("*/")).trim();
  return Rest.ltrim(":-").trim();
}

static std::vector<Directive> directivesIn(StringRef Text) {
  constexpr StringLiteral Word = "NOLINT";
  std::vector<Directive> Result;
  for (size_t At = Text.find(Word); At != StringRef::npos;) {
    size_t End = At + Word.size();
    while (End < Text.size() && isAlpha(Text[End]))
      ++End;
    Directive D;
    D.Offset = At;
    const StringRef Name = Text.slice(At + Word.size(), End);
    bool Known = true;
    if (Name == "NEXTLINE")
      D.What = Directive::Type::NextLine;
    else if (Name == "BEGIN")
      D.What = Directive::Type::Begin;
    else if (Name == "END")
      D.What = Directive::Type::End;
    else
      Known = Name.empty();
    if (Known) {
      if (End < Text.size() && Text[End] == '(') {
        const size_t Close = Text.find_first_of("\n)", ++End);
        if (Close != StringRef::npos && Text[Close] == ')') {
          D.Checks = Text.slice(End, Close).trim();
          End = Close + 1;
        }
      }
      D.Reason = reasonIn(Text.drop_front(End));
      Result.push_back(D);
    }
    At = Text.find(Word, End);
  }
  return Result;
}

SourceText &Comments::read(StringRef File) {
  const auto [It, IsNew] = Files.try_emplace(File);
  if (IsNew && sys::fs::is_regular_file(File)) {
    if (Expected<std::string> Text = readInput(File, "", 64u << 20))
      It->second.Text = std::move(*Text);
    else
      consumeError(Text.takeError());
    const StringRef Text = It->second.Text;
    if (Text.contains("NOLINT"))
      for (size_t Begin = 0; Begin != StringRef::npos; Begin = Text.find('\n', Begin)) {
        Begin += !It->second.Lines.empty(); // over the end of the line before
        It->second.Lines.push_back(Begin);
      }
  }
  return It->second;
}

const std::vector<Block> &Comments::blocks(StringRef File, SourceText &Source) {
  if (Source.Blocks)
    return *Source.Blocks;
  Source.Blocks.emplace();
  const StringRef Text = Source.Text;
  const auto Complain = [&](const Directive &D, const Twine &What) {
    Complaints.push_back(
        (shownPath(File) + ":" + Twine(Text.take_front(D.Offset).count('\n') + 1) + ": " + What).str());
  };
  std::vector<Directive> Open;
  for (const Directive &D : directivesIn(Text)) {
    if (D.What == Directive::Type::Begin) {
      Open.push_back(D);
    } else if (D.What == Directive::Type::End) {
      if (!Open.empty() && Open.back().Checks == D.Checks) {
        Source.Blocks->push_back({Open.back(), D.Offset});
        Open.pop_back();
      } else {
        Complain(D, "NOLINTEND without a NOLINTBEGIN of the same checks; it ends nothing");
      }
    }
  }
  for (const Directive &D : Open)
    Complain(D, "NOLINTBEGIN without a NOLINTEND of the same checks; it suppresses nothing");
  return *Source.Blocks;
}

std::optional<Suppression> Comments::of(const Finding &F) {
  if (F.Main.File.empty() || F.Main.Line == 0)
    return std::nullopt;
  SourceText &Source = read(F.Main.File);
  const StringRef Text = Source.Text;
  if (F.Main.Line > Source.Lines.size()) // or the file has changed
    return std::nullopt;
  const size_t Begin = Source.Lines[F.Main.Line - 1];
  const size_t Above = F.Main.Line > 1 ? Source.Lines[F.Main.Line - 2] : StringRef::npos;
  const auto LineAt = [&](size_t At) { return Text.drop_front(At).take_until([](char C) { return C == '\n'; }); };
  const auto Named = [&](const Directive &D) { return Suppression{true, D.Reason.str()}; };
  for (const Directive &D : directivesIn(LineAt(Begin)))
    if (D.What == Directive::Type::Line && covers(D, F.Check))
      return Named(D);
  if (Above != StringRef::npos)
    for (const Directive &D : directivesIn(LineAt(Above)))
      if (D.What == Directive::Type::NextLine && covers(D, F.Check))
        return Named(D);
  const size_t Here = Begin + (F.Main.Column ? F.Main.Column - 1 : 0);
  for (const Block &B : blocks(F.Main.File, Source))
    if (B.Begin.Offset < Here && Here < B.End && covers(B.Begin, F.Check))
      return Named(B.Begin);
  return std::nullopt;
}

std::vector<std::string> suppressInSource(std::vector<Finding> &Findings) {
  Comments All;
  for (Finding &F : Findings)
    if (std::optional<Suppression> Found = All.of(F))
      F.Suppressed = std::move(Found);
  return std::move(All.Complaints);
}

} // namespace corace::tool
