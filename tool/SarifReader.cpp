// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Input may come from anywhere: nothing is taken for granted, and every error says where in the document it is.

#include "tool/Json.h"
#include "tool/Sarif.h"
#include "tool/SourceLines.h"
#include "tool/Support.h"
#include "tool/Uri.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

#include <map>

using namespace llvm;

namespace corace::tool {

namespace {

constexpr StringLiteral Remedy = "write it again with corace check --sarif";

class Reader {
public:
  explicit Reader(StringRef Name) : Path(Name) {}
  Expected<std::vector<Finding>> document(const json::Value &Root);

private:
  Error run(const json::Object &Run, const Twine &At);
  Error result(const json::Object &Result, const Twine &At);
  Error location(const json::Object &Location, const Twine &At, Place &Where);
  void proof(const json::Object &Facts, Proof &Shown);
  unsigned column(const Place &Where, unsigned Line, unsigned Points);

  [[nodiscard]] Error error(const Twine &At, const Twine &Cause) const {
    return inputError(Path + ": " + At + ": " + Cause, Remedy);
  }

  StringRef Path;
  std::map<std::string, std::string> Bases; ///< of relative paths
  std::vector<Finding> Findings;
  SourceLines Sources;
};

} // namespace

static std::string textOf(const json::Object &From, StringRef Key) { return From.getString(Key).value_or("").str(); }

static std::string messageOf(const json::Object &From) {
  const json::Object *Message = From.getObject("message");
  return Message ? textOf(*Message, "text") : std::string();
}

/// A line or column; 0 where there is none or no source can have it.
static unsigned numberOf(const json::Object &From, StringRef Key) {
  const std::optional<int64_t> Number = From.getInteger(Key);
  return Number && *Number > 0 && *Number <= INT32_MAX ? static_cast<unsigned>(*Number) : 0;
}

/// Where the code point stands in bytes: the reverse of what the writer did.
unsigned Reader::column(const Place &Where, unsigned Line, unsigned Points) {
  if (Points == 0)
    return 0;
  const StringRef Text = Sources.line(Where.File, Line);
  unsigned Seen = 0, Bytes = 0;
  for (; Bytes < Text.size(); ++Bytes)
    if ((Text[Bytes] & 0xc0) != 0x80 && ++Seen == Points)
      return Bytes + 1;
  return Bytes + (Points - Seen); // behind the end, or the source is gone
}

Error Reader::location(const json::Object &Location, const Twine &At, Place &Where) {
  const json::Object *Physical = Location.getObject("physicalLocation");
  const json::Object *Artifact = Physical ? Physical->getObject("artifactLocation") : nullptr;
  const json::Object *Region = Physical ? Physical->getObject("region") : nullptr;
  if (!Artifact || !Artifact->getString("uri"))
    return error(At, "a location without a file");
  if (!Region || !numberOf(*Region, "startLine"))
    return error(At, "a location without a line");
  SmallString<256> File(pathOf(*Artifact->getString("uri")));
  const auto Base = Bases.find(textOf(*Artifact, "uriBaseId"));
  if (!sys::path::is_absolute(File) && Base != Bases.end())
    sys::fs::make_absolute(Base->second, File);
  Where.File = absolutePath(File);
  Where.Line = numberOf(*Region, "startLine");
  Where.Column = column(Where, Where.Line, numberOf(*Region, "startColumn"));
  Where.EndLine = std::max(Where.Line, numberOf(*Region, "endLine"));
  Where.EndColumn = column(Where, Where.EndLine, numberOf(*Region, "endColumn"));
  Where.Message = messageOf(Location);
  if (const json::Object *Properties = Location.getObject("properties"))
    Where.Role = textOf(*Properties, "role");
  return Error::success();
}

void Reader::proof(const json::Object &Facts, Proof &Shown) {
  Shown.Token = textOf(Facts, "token");
  Shown.Fifo = textOf(Facts, "fifo");
  Shown.Realisable = textOf(Facts, "realisable");
  Shown.Runs = static_cast<uint64_t>(std::max<int64_t>(0, Facts.getInteger("runs").value_or(0)));
  Shown.Switches = static_cast<uint64_t>(std::max<int64_t>(0, Facts.getInteger("switches").value_or(0)));
  if (const json::Object *Value = Facts.getObject("value"))
    Shown.Value = EndValue{textOf(*Value, "object"), textOf(*Value, "serial"), textOf(*Value, "here")};
  if (const json::Array *Command = Facts.getArray("command"))
    for (const json::Value &Word : *Command)
      Shown.Command.push_back(Word.getAsString().value_or("").str());
}

/// Suppressed is what has a suppression that was not turned down.
static void suppression(const json::Object &Result, Finding &F) {
  const json::Array *All = Result.getArray("suppressions");
  if (!All)
    return;
  for (const json::Value &One : *All)
    if (const json::Object *Own = One.getAsObject(); Own && Own->getString("status").value_or("accepted") == "accepted")
      F.Suppressed = Suppression{Own->getString("kind").value_or("") == "inSource", textOf(*Own, "justification")};
}

Error Reader::result(const json::Object &Result, const Twine &At) {
  Finding F;
  const json::Object *Properties = Result.getObject("properties");
  if (!Properties)
    return error(At, "a result without corace's properties");
  const std::string KindName = textOf(*Properties, "kind");
  const std::optional<race_kind> Kind = race_kind_from(KindName);
  if (!Kind)
    return error(At + ".properties.kind",
                 "'" + printable(StringRef(KindName).take_front(40)) + "' is no kind of finding");
  F.Kind = *Kind;
  F.Id = textOf(*Properties, "id");
  if (F.Id.empty())
    return error(At + ".properties", "a result without an id");
  F.Object = textOf(*Properties, "object");
  F.Function = textOf(*Properties, "function");
  F.Dynamic = textOf(*Properties, "origin") == "dynamic";
  F.Outcome = outcome_from(textOf(*Properties, "outcome"));
  F.Reason = textOf(*Properties, "reason");
  const std::string Sure = textOf(*Properties, "confidence");
  for (const Confidence C : {Confidence::Low, Confidence::Medium})
    if (Sure == toString(C))
      F.Sure = C;
  suppression(Result, F);
  F.Message = messageOf(Result);
  const std::string Rule = textOf(Result, "ruleId");
  F.Check = Rule == to_string(F.Kind) ? "" : Rule;
  const json::Array *Locations = Result.getArray("locations");
  const json::Object *Main = Locations && !Locations->empty() ? Locations->front().getAsObject() : nullptr;
  if (!Main)
    return error(At, "a result without a place");
  if (Error E = location(*Main, At + ".locations[0]", F.Main))
    return E;
  F.Main.Role = "second";
  F.Main.Function = F.Function;
  if (const json::Array *Related = Result.getArray("relatedLocations"))
    for (size_t I = 0; I < Related->size(); ++I) {
      Place &Note = F.Notes.emplace_back();
      const json::Object *Location = (*Related)[I].getAsObject();
      if (!Location)
        return error(At + ".relatedLocations[" + Twine(I) + "]", "not an object");
      if (Error E = location(*Location, At + ".relatedLocations[" + Twine(I) + "]", Note))
        return E;
    }
  if (const json::Object *Facts = Properties->getObject("proof"))
    proof(*Facts, F.Shown.emplace());
  Findings.push_back(std::move(F));
  return Error::success();
}

Error Reader::run(const json::Object &Run, const Twine &At) {
  Bases.clear();
  if (const json::Object *Ids = Run.getObject("originalUriBaseIds"))
    for (const auto &[Id, Base] : *Ids)
      if (const json::Object *Location = Base.getAsObject())
        Bases[StringRef(Id).str()] = pathOf(Location->getString("uri").value_or(""));
  const json::Array *Results = Run.getArray("results");
  if (!Results)
    return Error::success();
  for (size_t I = 0; I < Results->size(); ++I) {
    const std::string Here = (At + ".results[" + Twine(I) + "]").str();
    const json::Object *Result = (*Results)[I].getAsObject();
    if (!Result)
      return error(Here, "not an object");
    if (Error E = result(*Result, Here))
      return E;
  }
  return Error::success();
}

Expected<std::vector<Finding>> Reader::document(const json::Value &Root) {
  const json::Object *Top = Root.getAsObject();
  const json::Array *Runs = Top ? Top->getArray("runs") : nullptr;
  if (!Runs)
    return error("top level", "no 'runs': not a SARIF file");
  if (const StringRef Version = Top->getString("version").value_or(""); Version != "2.1.0")
    return error("version", "'" + printable(Version.take_front(20)) + "' is not 2.1.0");
  bool Ours = false;
  for (size_t I = 0; I < Runs->size(); ++I) {
    const json::Object *Run = (*Runs)[I].getAsObject();
    const json::Object *Tool = Run ? Run->getObject("tool") : nullptr;
    const json::Object *Driver = Tool ? Tool->getObject("driver") : nullptr;
    if (!Driver || Driver->getString("name").value_or("") != "corace")
      continue;
    Ours = true;
    if (Error E = run(*Run, "runs[" + Twine(I) + "]"))
      return E;
  }
  if (!Ours)
    return error("runs", "none was written by corace");
  return std::move(Findings);
}

Expected<std::vector<Finding>> parseSarif(StringRef Text, StringRef Path) {
  const std::string Shown = printable(Path);
  Expected<json::Value> Root = parseJson(Text);
  if (!Root)
    return inputError(Shown + ": " + toString(Root.takeError()), Remedy);
  return Reader(Shown).document(*Root);
}

Expected<std::vector<Finding>> readSarif(StringRef Path) {
  Expected<std::string> Text = readInput(Path, "name a file that corace check --sarif wrote");
  if (!Text)
    return Text.takeError();
  return parseSarif(*Text, Path);
}

} // namespace corace::tool
