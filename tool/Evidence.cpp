// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Evidence.h"

#include "tool/Support.h"
#include "vocab/records.h"

#include "llvm/Support/FileSystem.h"

#include <algorithm>

using namespace llvm;

namespace corace::tool {

namespace {

constexpr StringLiteral Remedy = "run the program again, or leave this file out";

/// Reads the records of one file, one after the other.
class Parser {
public:
  Parser(StringRef Text, StringRef Path) : Rest(Text) { Result.Path = Path.str(); }
  Expected<Evidence> parse();

private:
  using Fields = std::vector<std::string>;
  Error record(const Fields &Record);
  Error finding(const Fields &Record);
  Error step(const Fields &Record);

  [[nodiscard]] Error error(const Twine &Cause) const {
    return inputError(printable(Result.Path) + ":" + Twine(LineNumber) + ": " + Cause, Remedy);
  }
  Error need(const Fields &Record, size_t Count) const {
    if (Record.size() > Count)
      return Error::success();
    return error("'" + Record[0] + "' has " + Twine(Record.size() - 1) + " of " + Twine(Count) + " fields");
  }
  Error number(StringRef Text, std::uint64_t &Number) const {
    if (!Text.getAsInteger(10, Number))
      return Error::success();
    return error("'" + printable(Text.take_front(40)) + "' is not a number");
  }
  Error place(const Fields &Record, size_t First, Place &Where) const;
  /// The finding that a record belongs to.
  Error owner(StringRef Number, RunFinding *&Owner);

  StringRef Rest;
  Evidence Result;
  std::map<std::uint64_t, size_t> Numbers; ///< of findings
  unsigned LineNumber = 0;
};

} // namespace

static std::string unlessDash(StringRef Text) { return Text == "-" ? std::string() : Text.str(); }

Error Parser::place(const Fields &Record, size_t First, Place &Where) const {
  std::uint64_t Line = 0, Column = 0;
  if (Error E = number(Record[First + 1], Line))
    return E;
  if (Error E = number(Record[First + 2], Column))
    return E;
  if (Line > INT32_MAX || Column > INT32_MAX)
    return error("no source has such a place");
  Where.File = Record[First];
  Where.Line = static_cast<unsigned>(Line);
  Where.Column = static_cast<unsigned>(Column);
  Where.Function = Record[First + 3];
  return Error::success();
}

Error Parser::owner(StringRef Number, RunFinding *&Owner) {
  std::uint64_t N = 0;
  if (Error E = number(Number, N))
    return E;
  const auto It = Numbers.find(N);
  if (It == Numbers.end())
    return error("no finding " + Twine(N) + " before this line");
  Owner = &Result.Findings[It->second];
  return Error::success();
}

Error Parser::finding(const Fields &Record) {
  if (Error E = need(Record, 9))
    return E;
  RunFinding F;
  std::uint64_t N = 0;
  if (Error E = number(Record[1], N))
    return E;
  const std::optional<outcome> Result_ = outcome_from(Record[2]);
  if (!Result_)
    return error("'" + printable(Record[2]) + "' is no outcome");
  const std::optional<race_kind> Kind = race_kind_from(Record[3]);
  if (!Kind)
    return error("'" + printable(Record[3]) + "' is no kind of finding");
  F.Result = *Result_;
  F.Kind = *Kind;
  F.Candidate = unlessDash(Record[4]);
  F.Shown.Token = unlessDash(Record[5]);
  if (Error E = number(Record[6], F.Shown.Runs))
    return E;
  if (Error E = number(Record[7], F.Shown.Switches))
    return E;
  F.Object = unlessDash(Record[8]);
  F.Shown.Fifo = Record[9];
  if (!Numbers.emplace(N, Result.Findings.size()).second)
    return error("finding " + Twine(N) + " stands there twice");
  Result.Findings.push_back(std::move(F));
  return Error::success();
}

Error Parser::step(const Fields &Record) {
  if (Error E = need(Record, 8))
    return E;
  RunFinding *Owner = nullptr;
  if (Error E = owner(Record[1], Owner))
    return E;
  static const std::pair<StringRef, Step::Type> Types[] = {{"read", Step::Type::Read},
                                                           {"write", Step::Type::Write},
                                                           {"suspend", Step::Type::Suspend},
                                                           {"resume", Step::Type::Resume},
                                                           {"finish", Step::Type::Finish}};
  const auto *Type = find_if(Types, [&](const auto &Pair) { return Pair.first == Record[3]; });
  if (Type == std::end(Types))
    return Error::success(); // from a newer runtime
  Step S;
  S.Task = Record[2];
  S.What = Type->second;
  if (Error E = place(Record, 4, S.Where))
    return E;
  S.Value = unlessDash(Record[8]);
  Owner->Shown.Steps.push_back(std::move(S));
  return Error::success();
}

Error Parser::record(const Fields &Record) {
  const StringRef Name = Record[0];
  RunFinding *Owner = nullptr;
  if (Name == "program") {
    if (Error E = need(Record, 3))
      return E;
    Result.Program = Record[1];
    Result.Fingerprint = Record[2];
    return number(Record[3], Result.Sites);
  }
  if (Name == "instrumented") {
    if (Error E = need(Record, 1))
      return E;
    Result.Instrumented.push_back(Record[1]);
    return Error::success();
  }
  if (Name == "search") {
    if (Error E = need(Record, 5))
      return E;
    Search &S = Result.Searched.emplace();
    S.Strategies = Record[1];
    S.Seconds = Record[3];
    S.Complete = Record[4] == "1";
    S.Stopped = Record[5];
    return number(Record[2], S.Runs);
  }
  if (Name == "reached") {
    if (Error E = need(Record, 3))
      return E;
    Evidence::Reach &Reach = Result.Reached[Record[1]];
    if (Error E = number(Record[2], Reach.First))
      return E;
    return number(Record[3], Reach.Second);
  }
  if (Name == "finding")
    return finding(Record);
  if (Name == "step")
    return step(Record);
  const size_t Count =
      StringSwitch<size_t>(Name).Case("place", 6).Case("value", 4).Case("task", 3).Case("message", 2).Case("realisable", 2).Default(0);
  if (Count == 0)
    return Error::success(); // from a newer runtime
  if (Error E = need(Record, Count))
    return E;
  if (Error E = owner(Record[1], Owner))
    return E;
  Proof &Shown = Owner->Shown;
  if (Name == "value")
    Shown.Value = EndValue{Record[2], Record[3], Record[4]};
  else if (Name == "task")
    Shown.Tasks.push_back({Record[2], Record[3]});
  else if (Name == "message")
    Shown.Messages.push_back(Record[2]);
  else if (Name == "realisable")
    Shown.Realisable = Record[2];
  else {
    Place Where;
    Where.Role = Record[2];
    if (Error E = place(Record, 3, Where))
      return E;
    Shown.Places.push_back(std::move(Where));
  }
  return Error::success();
}

Expected<Evidence> Parser::parse() {
  bool Ended = false;
  while (!Rest.empty() && !Ended) {
    auto [Line, Tail] = Rest.split('\n');
    Rest = Tail;
    ++LineNumber;
    if (LineNumber == 1) {
      const auto Header = records::evidence_header;
      if (Line == StringRef(Header))
        continue;
      return Line.starts_with(StringRef(Header).split('\t').first)
                 ? error("written by another version of the runtime; this corace reads version 1")
                 : error("not an evidence file");
    }
    if (Line == StringRef(records::end_record))
      Ended = true;
    else if (Error E = record(records::split(std::string_view(Line.data(), Line.size()))))
      return E;
  }
  if (LineNumber == 0)
    return inputError(printable(Result.Path) + ": empty, not an evidence file", Remedy);
  if (!Ended)
    return error("cut off: the last line is not 'end'");
  return std::move(Result);
}

Expected<Evidence> parseEvidence(StringRef Text, StringRef Path) { return Parser(Text, Path).parse(); }

Expected<Evidence> readEvidence(StringRef Path) {
  Expected<std::string> Text = readInput(Path, "name a file that an instrumented program wrote");
  if (!Text)
    return Text.takeError();
  return parseEvidence(*Text, Path);
}

Expected<std::vector<Evidence>> readEvidenceIn(StringRef Directory) {
  std::vector<std::string> Paths;
  std::error_code EC;
  for (sys::fs::directory_iterator It(Directory, EC), End; It != End && !EC; It.increment(EC))
    // What a killed program left half-written has another ending.
    if (StringRef(It->path()).ends_with(".evidence"))
      Paths.push_back(It->path());
  if (EC)
    return fileError(Directory, EC, "the evidence could not be read; run it again");
  std::sort(Paths.begin(), Paths.end());
  std::vector<Evidence> Result;
  for (const std::string &Path : Paths) {
    Expected<Evidence> One = readEvidence(Path);
    if (!One)
      return One.takeError();
    Result.push_back(std::move(*One));
  }
  return Result;
}

Error writeCandidates(StringRef Path, ArrayRef<Finding> Findings) {
  return writeAtomically(Path, [&](raw_ostream &OS) {
    const auto Text = [](StringRef Field) { return records::escape(std::string_view(Field.data(), Field.size())); };
    OS << records::candidates_header << '\n';
    for (const Finding &F : Findings) {
      const Place *First = F.place("first"), *Suspension = F.place("suspension"), *Second = F.place("second");
      if (F.Dynamic || !First || !Second)
        continue;
      OS << "candidate\t" << Text(F.Id) << '\t' << to_string(F.Kind) << '\t' << Text(F.Object) << '\t'
         << Text(F.Function) << '\t' << Text(absolutePath(Second->File)) << '\t' << First->Line << '\t'
         << std::max(First->Line, First->EndLine) << '\t' << (Suspension ? Suspension->Line : 0) << '\t' << Second->Line
         << '\t' << std::max(Second->Line, Second->EndLine);
      for (const Place *Where : {First, Second}) // the last column itself, not the one behind it
        OS << '\t' << Where->Column << '\t' << (Where->EndColumn > 0 ? Where->EndColumn - 1 : 0);
      OS << '\n';
    }
    OS << records::end_record << '\n';
  });
}

} // namespace corace::tool
