// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/CacheFinding.h"

#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace corace::checks {

// Each takes its structure apart as a whole, so that a member that is added does not compile before it is kept here.

static json::Value toJSON(const Place &P) {
  const auto &[File, Line, Column, EndLine, EndColumn, Offset, EndOffset, Range] = P;
  static_cast<void>(Range); // means nothing outside of the compiler
  return json::Array{json::fixUTF8(File), Line, Column, EndLine, EndColumn, Offset, EndOffset};
}

static json::Value toJSON(const Note &N) {
  const auto &[Role, Message, Where] = N;
  return json::Array{static_cast<int>(Role), json::fixUTF8(Message), toJSON(Where)};
}

static json::Value toJSON(const FixIt &F) {
  const auto &[Where, Text] = F;
  return json::Array{toJSON(Where), json::fixUTF8(Text)};
}

static json::Value toJSON(const Finding &F) {
  const auto &[Check, Kind, Sure, Message, Main, First, Suspension, Notes, Fixes, Function, Object, Id] = F;
  json::Array NoteList, FixList;
  for (const Note &N : Notes)
    NoteList.push_back(toJSON(N));
  for (const FixIt &Fix : Fixes)
    FixList.push_back(toJSON(Fix));
  return json::Array{Check,
                     static_cast<int>(Kind),
                     static_cast<int>(Sure),
                     json::fixUTF8(Message),
                     toJSON(Main),
                     toJSON(First),
                     toJSON(Suspension),
                     std::move(NoteList),
                     std::move(FixList),
                     json::fixUTF8(Function),
                     json::fixUTF8(Object),
                     Id};
}

namespace {

/// Reads the elements of an array one after another.
class Elements {
public:
  explicit Elements(const json::Value &V) : List(V.getAsArray()) { Good = List != nullptr; }

  template <typename T> Elements &number(T &To) {
    const json::Value *V = next();
    const std::optional<std::int64_t> Number = V ? V->getAsInteger() : std::nullopt;
    Good = Good && Number && *Number >= 0;
    if (Good)
      To = static_cast<T>(*Number);
    return *this;
  }
  Elements &text(std::string &To) {
    const json::Value *V = next();
    const std::optional<StringRef> Text = V ? V->getAsString() : std::nullopt;
    Good = Good && Text;
    if (Good)
      To = Text->str();
    return *this;
  }
  template <typename T> Elements &part(T &To) {
    const json::Value *V = next();
    Good = Good && V && fromJson(*V, To);
    return *this;
  }
  template <typename T> Elements &list(std::vector<T> &To) {
    const json::Value *V = next();
    const json::Array *Items = V ? V->getAsArray() : nullptr;
    Good = Good && Items;
    for (size_t I = 0; Good && I < Items->size(); ++I)
      Good = fromJson((*Items)[I], To.emplace_back());
    return *this;
  }
  explicit operator bool() const { return Good; }

private:
  const json::Value *next() { return Good && At < List->size() ? &(*List)[At++] : nullptr; }

  static bool fromJson(const json::Value &V, Place &P) {
    return bool(Elements(V)
                    .text(P.File)
                    .number(P.Line)
                    .number(P.Column)
                    .number(P.EndLine)
                    .number(P.EndColumn)
                    .number(P.Offset)
                    .number(P.EndOffset));
  }
  static bool fromJson(const json::Value &V, Note &N) {
    return bool(Elements(V).number(N.Role).text(N.Message).part(N.Where));
  }
  static bool fromJson(const json::Value &V, FixIt &F) { return bool(Elements(V).part(F.Where).text(F.Text)); }

  const json::Array *List;
  size_t At = 0;
  bool Good;
};

} // namespace

static bool fromJSON(const json::Value &V, Finding &F, json::Path) {
  return bool(Elements(V)
                  .text(F.Check)
                  .number(F.Kind)
                  .number(F.Sure)
                  .text(F.Message)
                  .part(F.Main)
                  .part(F.First)
                  .part(F.Suspension)
                  .list(F.Notes)
                  .list(F.Fixes)
                  .text(F.Function)
                  .text(F.Object)
                  .text(F.Id));
}

} // namespace corace::checks

namespace corace::tool {

namespace {
struct Answer {
  checks::SummaryQuery Question;
  std::uint64_t Hash = 0;
};

bool fromJSON(const json::Value &V, Answer &A, json::Path P) {
  json::ObjectMapper O(V, P);
  std::int64_t About = 0;
  if (!O || !O.map("about", About) || !O.map("usr", A.Question.Usr) || !O.map("name", A.Question.Name) ||
      !O.map("scope", A.Question.Scope) || !O.map("answer", A.Hash) || About < 0 || About > 5)
    return false;
  A.Question.About = static_cast<checks::SummaryQuery::Topic>(About);
  return true;
}

} // namespace

void writeResults(raw_ostream &OS, const CacheEntry &Entry) {
  json::OStream J(OS);
  J.object([&] {
    J.attribute("skipped", Entry.Skipped);
    J.attribute("remarks", Entry.Remarks);
    J.attributeArray("asked", [&] {
      for (const auto &[Question, Hash] : Entry.Asked) {
        J.objectBegin();
        J.attribute("about", static_cast<int>(Question.About));
        J.attribute("usr", Question.Usr);
        J.attribute("name", Question.Name);
        J.attribute("scope", Question.Scope);
        J.attribute("answer", Hash);
        J.objectEnd();
      }
    });
    J.attributeArray("findings", [&] {
      for (const checks::Finding &F : Entry.Findings)
        J.value(toJSON(F));
    });
  });
}

bool readResults(const json::Value &From, CacheEntry &Entry, json::Path Where) {
  json::ObjectMapper O(From, Where);
  std::vector<Answer> Answers;
  if (!O || !O.map("skipped", Entry.Skipped) || !O.map("remarks", Entry.Remarks) || !O.map("asked", Answers) ||
      !O.map("findings", Entry.Findings))
    return false;
  for (Answer &A : Answers)
    Entry.Asked.emplace_back(std::move(A.Question), A.Hash);
  return true;
}

} // namespace corace::tool
