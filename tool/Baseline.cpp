// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Baseline.h"

#include "tool/Json.h"
#include "tool/Sarif.h"
#include "tool/Support.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace corace::tool {

static constexpr StringLiteral Remedy = "write it again with corace check --write-baseline";

static std::string textOf(const json::Object &From, StringRef Key) { return From.getString(Key).value_or("").str(); }

/// Files below the baseline's directory are named from there, so that it does not matter where one stands.
static std::string nameIn(StringRef Directory, StringRef File) {
  StringRef Rest = File;
  if (Rest.consume_front(Directory) && Rest.consume_front("/"))
    return Rest.str();
  return File.str();
}

static Expected<std::vector<BaselineEntry>> entries(const json::Object &Top, StringRef Path, StringRef Directory) {
  if (const std::optional<int64_t> Version = Top.getInteger("corace-baseline"); Version != 1)
    return inputError(Path + ": neither a baseline of this version nor SARIF", Remedy);
  const json::Array *All = Top.getArray("findings");
  if (!All)
    return inputError(Path + ": no 'findings'", Remedy);
  std::vector<BaselineEntry> Result;
  for (size_t I = 0; I < All->size(); ++I) {
    const json::Object *One = (*All)[I].getAsObject();
    if (!One || !One->getString("fingerprint"))
      return inputError(Path + ": findings[" + Twine(I) + "]: no fingerprint", Remedy);
    BaselineEntry &E = Result.emplace_back();
    E.Fingerprint = textOf(*One, "fingerprint");
    E.Check = textOf(*One, "check");
    E.Function = textOf(*One, "function");
    E.Object = textOf(*One, "object");
    E.Reason = textOf(*One, "reason");
    E.Sure = textOf(*One, "confidence") == toString(Confidence::Low) ? Confidence::Low : Confidence::High;
    SmallString<256> File(textOf(*One, "file"));
    if (!File.empty())
      sys::fs::make_absolute(Directory, File);
    E.File = absolutePath(File);
  }
  return Result;
}

Expected<std::vector<BaselineEntry>> readBaseline(StringRef Path) {
  Expected<std::string> Text = readInput(Path, "name a file that corace check --write-baseline or --sarif wrote");
  if (!Text)
    return Text.takeError();
  const std::string Shown = printable(Path);
  Expected<json::Value> Root = parseJson(*Text);
  if (!Root)
    return inputError(Shown + ": " + toString(Root.takeError()), Remedy);
  const json::Object *Top = Root->getAsObject();
  if (!Top || !Top->get("runs")) {
    static const json::Object None;
    return entries(Top ? *Top : None, Shown, sys::path::parent_path(absolutePath(Path)));
  }
  Expected<std::vector<Finding>> Findings = parseSarif(*Text, Path);
  if (!Findings)
    return Findings.takeError();
  std::vector<BaselineEntry> Result;
  for (const Finding &F : *Findings)
    Result.push_back({F.Id, F.Check, F.Main.File, F.Function, F.Object,
                      F.Suppressed ? F.Suppressed->Reason : std::string(), F.Sure});
  return Result;
}

/// Which entry is which finding. Fingerprints name files without their directories: of several entries with one
/// fingerprint that of the same file counts, else one whose file is nowhere found any more.
static std::vector<const BaselineEntry *>
match(const std::vector<Finding> &Findings, const std::vector<BaselineEntry> &Known, std::vector<BaselineEntry> *Left) {
  StringMap<SmallVector<size_t, 1>> ByFingerprint;
  for (size_t I = 0; I < Known.size(); ++I)
    ByFingerprint[Known[I].Fingerprint].push_back(I);
  std::vector<const BaselineEntry *> Result(Findings.size());
  std::vector<bool> Used(Known.size());
  for (const bool SameFile : {true, false})
    for (size_t F = 0; F < Findings.size(); ++F) {
      const auto It = ByFingerprint.find(Findings[F].Id);
      if (Result[F] || It == ByFingerprint.end())
        continue;
      for (const size_t I : It->second)
        if (SameFile ? Known[I].File == Findings[F].Main.File : !Used[I]) {
          Result[F] = &Known[I];
          Used[I] = true;
          break;
        }
    }
  if (Left)
    for (size_t I = 0; I < Known.size(); ++I)
      if (!Used[I])
        Left->push_back(Known[I]);
  return Result;
}

std::vector<BaselineEntry> suppressKnown(std::vector<Finding> &Findings, const std::vector<BaselineEntry> &Known) {
  std::vector<BaselineEntry> Left;
  const std::vector<const BaselineEntry *> Entries = match(Findings, Known, &Left);
  for (size_t I = 0; I < Findings.size(); ++I)
    if (Entries[I] && !Findings[I].Suppressed)
      Findings[I].Suppressed = Suppression{false, Entries[I]->Reason};
  return Left;
}

static std::string utf8(StringRef Bytes) { return json::isUTF8(Bytes) ? Bytes.str() : json::fixUTF8(Bytes); }

Error writeBaseline(StringRef Path, const std::vector<Finding> &Findings, const std::vector<BaselineEntry> &Old) {
  const std::string Whole = absolutePath(Path);
  const StringRef Directory = sys::path::parent_path(Whole);
  const std::vector<const BaselineEntry *> Entries = match(Findings, Old, nullptr);
  json::Array All;
  for (size_t I = 0; I < Findings.size(); ++I) {
    const Finding &F = Findings[I];
    if (F.Suppressed && F.Suppressed->InSource)
      continue;
    json::Object One{{"fingerprint", F.Id},
                     {"check", F.Check},
                     {"file", utf8(nameIn(Directory, F.Main.File))},
                     {"function", utf8(F.Function)},
                     {"object", utf8(F.Object)},
                     {"reason", Entries[I] ? utf8(Entries[I]->Reason) : std::string()}};
    if (F.Sure == Confidence::Low)
      One["confidence"] = toString(F.Sure);
    All.push_back(std::move(One));
  }
  const json::Value Document = json::Object{{"corace-baseline", 1}, {"findings", std::move(All)}};
  return writeAtomically(Path, [&](raw_ostream &OS) { OS << formatv("{0:2}", Document) << '\n'; });
}

} // namespace corace::tool
