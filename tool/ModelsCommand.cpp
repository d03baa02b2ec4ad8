// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "checks/models/Models.h"
#include "tool/Arguments.h"
#include "tool/Checker.h"
#include "tool/Support.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using corace::checks::AwaitEffect;
using corace::checks::LockMode;
using corace::checks::Models;
using corace::checks::OpModel;
using corace::checks::TypeModel;

namespace corace::tool {

static constexpr OptionSpec Options[] = {
    {"--models", "FILE", "library models of your own", OptionSpec::Use::Repeated},
};

static StringRef wordOf(AwaitEffect Effect) {
  switch (Effect) {
  case AwaitEffect::Never: return "never suspends";
  case AwaitEffect::Transfer: return "runs what is awaited";
  case AwaitEffect::May: return "may suspend";
  case AwaitEffect::Always: return "always suspends";
  }
  llvm_unreachable("all effects have a word");
}

static StringRef wordOf(LockMode Mode) {
  switch (Mode) {
  case LockMode::Exclusive: return "exclusive";
  case LockMode::Shared: return "shared";
  case LockMode::Counted: return "counted";
  case LockMode::Upgrade: return "upgradeable";
  }
  llvm_unreachable("all modes have a word");
}

static void print(const TypeModel &Type) {
  std::vector<std::string> Facts = {Type.Role};
  if (Type.Of)
    Facts.push_back("of an " + wordOf(*Type.Of).str() + " lock");
  if (!Type.Start.empty())
    Facts.push_back("starts " + Type.Start);
  if (Type.Await)
    Facts.push_back("co_await " + wordOf(*Type.Await).str());
  if (!Type.Drop.empty())
    Facts.push_back("when dropped: " + Type.Drop);
  outs() << "  " << left_justify(Type.Key, 44) << ' ' << join(Facts, ", ") << '\n';
}

static void print(const OpModel &Op) {
  std::vector<std::string> Facts;
  if (Op.Await)
    Facts.push_back("co_await " + wordOf(*Op.Await).str());
  if (Op.Acquire)
    Facts.push_back("takes a lock (" + wordOf(*Op.Acquire).str() + ")");
  if (Op.Release)
    Facts.push_back("releases a lock (" + wordOf(*Op.Release).str() + ")");
  if (!Op.Under.empty())
    Facts.push_back("runs its body under a lock");
  if (!Op.Pass.empty())
    Facts.push_back("wraps its argument");
  if (Op.SpawnsAny)
    Facts.push_back("starts tasks");
  if (Op.Reenter)
    Facts.push_back("runs other tasks in the call");
  if (Op.Drops)
    Facts.push_back("gives up the lock while it waits");
  if (Op.ReadModifyWrite)
    Facts.push_back("one indivisible access");
  if (!Op.Effect.empty())
    Facts.push_back("on a container: " + Op.Effect);
  outs() << "  " << left_justify(Op.Key, 44) << ' ' << join(Facts, ", ") << '\n';
}

static void listLibraries(const Models &Known) {
  for (const Models::Library &L : Known.libraries()) {
    unsigned Types = 0, Ops = 0;
    Known.forEachType(L.Id, [&](const TypeModel &) { ++Types; });
    Known.forEachOp(L.Id, [&](const OpModel &) { ++Ops; });
    outs() << left_justify(L.Id, 20) << ' ' << right_justify(std::to_string(Types), 4) << " types "
           << right_justify(std::to_string(Ops), 4) << " operations";
    if (!L.File.empty())
      outs() << "  from " << L.File;
    outs() << '\n';
  }
}

static Expected<int> models(const Arguments &Args) {
  if (Args.Words.size() > 1 || Args.HasRest)
    return inputError("one library at a time", "write corace models [LIBRARY]");
  Expected<Models> Known = loadModels(Args.all("--models"));
  if (!Known)
    return Known.takeError();
  if (Args.Words.empty()) {
    listLibraries(*Known);
    return Clean;
  }
  SmallVector<StringRef, 32> Ids;
  for (const Models::Library &L : Known->libraries()) {
    Ids.push_back(L.Id);
    if (L.Id != Args.Words.front())
      continue;
    outs() << L.Id << "\n  namespaces: " << join(L.Namespaces, ", ") << '\n';
    if (!L.Verified.empty())
      outs() << "  verified: " << L.Verified << '\n';
    outs() << "\ntypes:\n";
    Known->forEachType(L.Id, [](const TypeModel &Type) { print(Type); });
    outs() << "\noperations:\n";
    Known->forEachOp(L.Id, [](const OpModel &Op) { print(Op); });
    return Clean;
  }
  const std::string Near = nearest(Args.Words.front(), Ids);
  return inputError("nothing is known of a library '" + printable(Args.Words.front()) + "'",
                    Near.empty() ? Twine("corace models lists them; describe yours in a file and give it with --models")
                                 : "did you mean '" + Twine(Near) + "'?");
}

const Command ModelsCommand{
    "models", "[LIBRARY] [--models FILE]...", "what corace knows of coroutine libraries", "", Options, models};

} // namespace corace::tool
