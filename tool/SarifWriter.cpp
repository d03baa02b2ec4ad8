// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Sarif.h"

#include "checks/Check.h"
#include "tool/SourceLines.h"
#include "tool/Support.h"
#include "tool/Uri.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/JSON.h"

#include <algorithm>
#include <map>

using namespace llvm;

namespace corace::tool {

namespace {

/// Builds the document.
class Writer {
public:
  explicit Writer(const SarifRun &What) : Run(What) {}
  json::Value document();

private:
  json::Value rules();
  json::Value result(const Finding &F);
  json::Value properties(const Finding &F);
  json::Array relatedLocations(const Finding &F);
  json::Array codeFlows(const Finding &F);
  json::Array fixes(const Finding &F);
  json::Object location(const Place &Where, StringRef Message = "");
  json::Object flowLocation(const Place &Where, StringRef Message, unsigned Order, StringRef Kind);
  json::Object threadFlow(StringRef Id, StringRef Message, json::Array Locations);
  unsigned column(const Place &Where, unsigned Line, unsigned Bytes);

  const SarifRun &Run;
  SourceLines Sources;
  std::map<std::string, unsigned> RuleIndex;
};

} // namespace

/// JSON holds Unicode; a source file may hold anything.
static std::string text(StringRef Bytes) { return json::isUTF8(Bytes) ? Bytes.str() : json::fixUTF8(Bytes); }

/// The name of the rule that a finding of a run belongs to, where no check claims it.
static std::string ruleOf(const Finding &F) { return F.Check.empty() ? std::string(to_string(F.Kind)) : F.Check; }

static json::Object message(StringRef Text) { return json::Object{{"text", text(Text)}}; }

/// Columns count code points here ("columnKind"); ours count bytes.
unsigned Writer::column(const Place &Where, unsigned Line, unsigned Bytes) {
  const StringRef Prefix = Sources.line(Where.File, Line).take_front(Bytes - 1);
  if (Prefix.size() + 1 != Bytes || !json::isUTF8(Prefix))
    return Bytes;
  return 1 + static_cast<unsigned>(count_if(Prefix, [](char C) { return (C & 0xc0) != 0x80; }));
}

json::Object Writer::location(const Place &Where, StringRef Message) {
  json::Object Region{{"startLine", std::max(1u, Where.Line)}};
  if (Where.Column)
    Region["startColumn"] = column(Where, Where.Line, Where.Column);
  if (Where.EndLine >= Where.Line && Where.EndLine) {
    Region["endLine"] = Where.EndLine;
    if (Where.EndColumn)
      Region["endColumn"] = column(Where, Where.EndLine, Where.EndColumn);
  }
  json::Object Artifact;
  const std::string Shown = shownPath(Where.File);
  Artifact["uri"] = uriOf(Shown);
  if (Shown != Where.File)
    Artifact["uriBaseId"] = "SRCROOT";
  json::Object Result{
      {"physicalLocation", json::Object{{"artifactLocation", std::move(Artifact)}, {"region", std::move(Region)}}}};
  if (!Message.empty())
    Result["message"] = message(Message);
  if (!Where.Function.empty())
    Result["logicalLocations"] =
        json::Array{json::Object{{"fullyQualifiedName", text(Where.Function)}, {"kind", "function"}}};
  return Result;
}

json::Value Writer::rules() {
  json::Array Rules;
  const auto Add = [&](StringRef Id, StringRef Short, StringRef Help) {
    RuleIndex.emplace(Id.str(), static_cast<unsigned>(Rules.size()));
    Rules.push_back(json::Object{{"id", Id.str()}, // a StringRef would not be copied
                                 {"shortDescription", message(Short)},
                                 {"fullDescription", message(Short)},
                                 {"help", message(Help.empty() ? Short : Help)},
                                 {"defaultConfiguration", json::Object{{"level", "warning"}}}});
  };
  for (const checks::Check *C : checks::allChecks())
    Add(C->name(), C->summary(), C->details());
  for (const Finding &F : Run.Findings)
    if (const std::string Id = ruleOf(F); !RuleIndex.contains(Id))
      Add(Id, StringRef(meaning_of(F.Kind)), "");
  return Rules;
}

json::Array Writer::relatedLocations(const Finding &F) {
  json::Array Result;
  const auto Add = [&](const Place &Where, StringRef Message) {
    json::Object Location = location(Where, Message);
    Location["id"] = static_cast<int64_t>(Result.size());
    Location["properties"] = json::Object{{"role", Where.Role}};
    Result.push_back(std::move(Location));
  };
  const auto HasNote = [&](StringRef Role) { return any_of(F.Notes, [&](const Place &P) { return Role == P.Role; }); };
  for (const Place &Where : F.Places)
    if (!HasNote(Where.Role))
      Add(Where, Where.Role == "suspension" ? "may suspend here" : "first access");
  for (const Place &Note : F.Notes) {
    // The window's own places are exact; a note on them may point at one character.
    const auto Exact = find_if(F.Places, [&](const Place &P) { return P.Role == Note.Role; });
    Add(Exact != F.Places.end() ? *Exact : Note.Line ? Note : F.Main, Note.Message);
    if (Exact == F.Places.end() && !Note.Line)
      Result.back().getAsObject()->getObject("properties")->insert({"role", Note.Role});
  }
  return Result;
}

json::Object Writer::flowLocation(const Place &Where, StringRef Message, unsigned Order, StringRef Kind) {
  return json::Object{{"location", location(Where, Message)},
                      {"executionOrder", Order},
                      {"kinds", json::Array{Kind}},
                      {"importance", "essential"}};
}

json::Object Writer::threadFlow(StringRef Id, StringRef Message, json::Array Locations) {
  return json::Object{{"id", text(Id)}, {"message", message(Message)}, {"locations", std::move(Locations)}};
}

/// One thread flow for each task; the execution orders across them are the interleaving.
json::Array Writer::codeFlows(const Finding &F) {
  json::Array Threads;
  if (F.Shown && !F.Shown->Steps.empty()) {
    const auto NameOf = [&](StringRef Label) {
      for (const TaskName &Task : F.Shown->Tasks)
        if (Label == Task.Label)
          return Task.Label + ": " + Task.Name;
      return Label.str();
    };
    std::vector<std::pair<std::string, json::Array>> Flows;
    std::map<std::string, size_t> FlowOf;
    unsigned Order = 0;
    // Viewers show these as a list; where it is endless, the end tells how the window broke.
    for (const Step &S : ArrayRef(F.Shown->Steps).take_back(1000)) {
      static constexpr StringLiteral Words[] = {"reads", "writes", "suspends", "is resumed", "ends"};
      const auto Index = static_cast<size_t>(S.What);
      const auto [It, IsNew] = FlowOf.try_emplace(S.Task, Flows.size());
      if (IsNew)
        Flows.emplace_back(S.Task, json::Array());
      std::string Message = S.Task + " " + Words[Index].str();
      if (!S.Value.empty())
        Message += " " + S.Value;
      static constexpr StringLiteral Kinds[] = {"read", "write", "suspend", "resume", "exit"};
      Flows[It->second].second.push_back(flowLocation(S.Where, Message, ++Order, Kinds[Index]));
    }
    for (auto &[Label, Locations] : Flows)
      Threads.push_back(threadFlow(Label, NameOf(Label), std::move(Locations)));
  } else if (const Place *First = F.place("first")) {
    json::Array Own, Other;
    unsigned Order = 0;
    Own.push_back(flowLocation(*First, "first access", ++Order, "access"));
    if (const Place *Suspension = F.place("suspension"))
      Own.push_back(flowLocation(*Suspension, "other tasks can run here", ++Order, "suspend"));
    if (const Place *Rival = F.place("rival")) {
      Other.push_back(flowLocation(*Rival, Rival->Message.empty() ? "another task's access" : StringRef(Rival->Message),
                                   ++Order, "access"));
      Threads.push_back(threadFlow("rival", "another task", std::move(Other)));
    }
    Own.push_back(flowLocation(F.Main, F.Message.empty() ? "second access" : StringRef(F.Message), ++Order, "access"));
    Threads.insert(Threads.begin(), threadFlow("task", "the task", std::move(Own)));
  }
  if (Threads.empty())
    return {};
  return json::Array{json::Object{{"threadFlows", std::move(Threads)}}};
}

json::Value Writer::properties(const Finding &F) {
  json::Object Result{{"id", F.Id},
                      {"kind", StringRef(to_string(F.Kind))},
                      {"object", text(F.Object)},
                      {"function", text(F.Function)},
                      {"origin", F.Dynamic ? "dynamic" : "static"},
                      {"confidence", toString(F.Sure)}};
  if (F.Outcome)
    Result["outcome"] = StringRef(to_string(*F.Outcome));
  if (!F.Reason.empty())
    Result["reason"] = text(F.Reason);
  if (!F.Shown)
    return json::Value(std::move(Result));
  const Proof &Shown = *F.Shown;
  json::Object Facts{{"runs", static_cast<int64_t>(Shown.Runs)},
                     {"switches", static_cast<int64_t>(Shown.Switches)},
                     {"fifo", text(Shown.Fifo)}};
  if (!Shown.Realisable.empty())
    Facts["realisable"] = text(Shown.Realisable);
  if (!Shown.Token.empty()) {
    Facts["token"] = text(Shown.Token);
    json::Array Command;
    for (const std::string &Word : Shown.Command)
      Command.push_back(text(Word));
    Facts["command"] = std::move(Command);
  }
  if (Shown.Value)
    Facts["value"] = json::Object{{"object", text(Shown.Value->Object)},
                                  {"serial", text(Shown.Value->Serial)},
                                  {"here", text(Shown.Value->Here)}};
  Result["proof"] = std::move(Facts);
  return json::Value(std::move(Result));
}

/// One fix: the replacements of each file together.
json::Array Writer::fixes(const Finding &F) {
  json::Array Changes;
  std::map<std::string, size_t> ChangeOf;
  for (const FixIt &Fix : F.Fixes) {
    json::Object Place = location(Fix.Where);
    json::Object &Physical = *Place.getObject("physicalLocation");
    const auto [It, IsNew] = ChangeOf.try_emplace(Fix.Where.File, Changes.size());
    if (IsNew)
      Changes.push_back(json::Object{{"artifactLocation", std::move(*Physical.get("artifactLocation"))},
                                     {"replacements", json::Array()}});
    Changes[It->second]
        .getAsObject()
        ->getArray("replacements")
        ->push_back(json::Object{{"deletedRegion", std::move(*Physical.get("region"))},
                                 {"insertedContent", json::Object{{"text", text(Fix.Text)}}}});
  }
  if (Changes.empty())
    return {};
  const Place *Mend = F.place("mend");
  return json::Array{json::Object{{"description", message(Mend ? StringRef(Mend->Message) : "mend it")},
                                  {"artifactChanges", std::move(Changes)}}};
}

/// 0 to 100: what a viewer sorts by.
static double rankOf(const Finding &F) {
  if (F.Outcome && *F.Outcome <= outcome::observed)
    return 100;
  switch (F.Sure) {
  case Confidence::Low: return 20;
  case Confidence::Medium: return 50;
  case Confidence::High: return 80;
  }
  return 50;
}

json::Value Writer::result(const Finding &F) {
  const bool Proven = F.Outcome == outcome::confirmed || F.Outcome == outcome::observed;
  const std::string Rule = ruleOf(F);
  json::Object Result{{"ruleId", Rule},
                      {"ruleIndex", RuleIndex[Rule]},
                      {"kind", "fail"},
                      {"level", Proven                      ? "error"
                                : F.Sure == Confidence::Low ? "note"
                                                            : "warning"},
                      {"rank", rankOf(F)},
                      {"message", message(F.Message)},
                      {"locations", json::Array{location(F.Main)}},
                      {"partialFingerprints", json::Object{{"coraceFindingId/v1", F.Id}}},
                      {"properties", properties(F)}};
  if (json::Array Related = relatedLocations(F); !Related.empty())
    Result["relatedLocations"] = std::move(Related);
  if (json::Array Flows = codeFlows(F); !Flows.empty())
    Result["codeFlows"] = std::move(Flows);
  if (json::Array Fixes = fixes(F); !Fixes.empty())
    Result["fixes"] = std::move(Fixes);
  if (F.Suppressed) {
    json::Object Suppression{{"kind", F.Suppressed->InSource ? "inSource" : "external"}, {"status", "accepted"}};
    if (!F.Suppressed->Reason.empty())
      Suppression["justification"] = text(F.Suppressed->Reason);
    Result["suppressions"] = json::Array{std::move(Suppression)};
  } else if (Run.Suppresses) {
    Result["suppressions"] = json::Array(); // not suppressed, as opposed to not known
  }
  return Result;
}

json::Value Writer::document() {
  json::Value Rules = rules();
  json::Array Results;
  for (const Finding &F : Run.Findings)
    Results.push_back(result(F));
  json::Object Driver{{"name", "corace"},
                      {"version", CORACE_VERSION},
                      {"semanticVersion", CORACE_VERSION},
                      {"rules", std::move(Rules)}};
  const std::string Root = uriOf(absolutePath(".")) + "/";
  json::Object Whole{
      {"tool", json::Object{{"driver", std::move(Driver)}}},
      {"columnKind", "unicodeCodePoints"},
      {"originalUriBaseIds", json::Object{{"SRCROOT", json::Object{{"uri", Root}}}}},
      {"invocations", json::Array{json::Object{{"executionSuccessful", Run.Successful},
                                               {"workingDirectory", json::Object{{"uri", Root}}}}}},
      {"results", std::move(Results)},
  };
  return json::Object{{"$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
                                  "sarif-schema-2.1.0.json"},
                      {"version", "2.1.0"},
                      {"runs", json::Array{std::move(Whole)}}};
}

Error writeSarif(StringRef Path, const SarifRun &Run) {
  json::Value Document = Writer(Run).document();
  return writeAtomically(Path, [&](raw_ostream &OS) { OS << formatv("{0:2}", Document) << '\n'; });
}

} // namespace corace::tool
