// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/models/ModelsReader.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace corace::checks {

namespace {

/// The names under which a key is found: relative to each namespace, or absolute with "::" in front. "~" only marks a
/// spelling that users do not write; "co_await T" names the await of an object of type T.
std::vector<std::string> qualify(StringRef Key, ArrayRef<std::string> Namespaces) {
  Key.consume_front("~");
  StringRef Prefix = Key.consume_front("co_await ") ? "co_await " : "";
  if (Key.consume_front("::"))
    return {(Prefix + Key).str()};
  std::vector<std::string> Names;
  for (const std::string &Ns : Namespaces)
    Names.push_back((Prefix + Ns + (Ns.empty() ? "" : "::") + Key).str());
  return Names;
}

bool isKnownEffect(StringRef Name) {
  return StringSwitch<bool>(Name)
      .Cases("none", "look", "element", "insert", "erase", "replace", true)
      .Cases("modify", "take", "guard", true)
      .Default(false);
}

} // namespace

Error ModelsReader::read(StringRef Text, StringRef FileName) {
  Name = FileName.str();
  SourceMgr Sources;
  // The parser's own diagnostics come through the handler; the first one is the cause, the others follow from it.
  Sources.setDiagHandler(
      [](const SMDiagnostic &D, void *Self) {
        auto *R = static_cast<ModelsReader *>(Self);
        if (D.getKind() == SourceMgr::DK_Warning) {
          if (R->Warning)
            R->Warning(Twine(R->Name) + ":" + Twine(D.getLineNo()) + ":" + Twine(D.getColumnNo() + 1) + ": " +
                       D.getMessage());
          return;
        }
        if (R->FirstError.empty())
          R->FirstError = (Twine(R->Name) + ":" + Twine(D.getLineNo()) + ":" + Twine(D.getColumnNo() + 1) + ": " +
                           (R->Failing ? "" : "not valid YAML here: ") + D.getMessage())
                              .str();
      },
      this);
  yaml::Stream S(MemoryBufferRef(Text, Name), Sources, /*ShowColors=*/false);
  Stream = &S;
  auto Document = S.begin();
  bool Ok = false;
  if (Document == S.end() || !Document->getRoot() || isa<yaml::NullNode>(Document->getRoot())) {
    if (FirstError.empty())
      FirstError = Name + ":1:1: the file is empty; it needs 'schema: 1' and 'libraries:'";
  } else {
    Ok = readDocument(Document->getRoot()) && !S.failed();
  }
  Stream = nullptr;
  if (Ok && FirstError.empty())
    return Error::success();
  if (FirstError.empty())
    FirstError = Name + ":1:1: not valid YAML";
  return createStringError(std::errc::invalid_argument, "%s", FirstError.c_str());
}

bool ModelsReader::readDocument(yaml::Node *Root) {
  bool SawSchema = false, SawLibraries = false;
  bool Ok = each(Root, "a models file is a mapping with 'schema: 1' and 'libraries:'",
                 [&](StringRef Key, yaml::Node *At, yaml::Node *Value) {
                   if (Key == "schema") {
                     SawSchema = true;
                     auto Text = scalar(Value);
                     return Text && *Text == "1" ? true : fail(At, "only 'schema: 1' is understood");
                   }
                   if (Key == "libraries") {
                     SawLibraries = true;
                     auto *List = dyn_cast_or_null<yaml::SequenceNode>(Value);
                     if (!List)
                       return fail(At, "'libraries' is a list; start each library with '- id: name'");
                     for (yaml::Node &Entry : *List)
                       if (!readLibrary(&Entry))
                         return false;
                     return true;
                   }
                   if (Key == "effects")
                     return readEffects(Value);
                   if (Key != "defaults")
                     unknownKey(At, Key, "a models file");
                   return true;
                 });
  if (!Ok)
    return false;
  if (!SawSchema)
    return fail(Root, "'schema: 1' is missing; add it as the first line");
  if (!SawLibraries)
    return fail(Root, "'libraries:' is missing; list the libraries under it");
  return true;
}

bool ModelsReader::readLibrary(yaml::Node *Node) {
  Models::Library Lib;
  Lib.File = BuiltIn ? std::string() : Name;
  bool HasTypes = false;
  // Types and operations are relative to the namespaces, which may stand after them: YAML mappings have no order. The
  // parser is one-pass, so the usual order (id, ns, types, ops) is required instead, with a plain message.
  bool Ok =
      each(Node, "a library is a mapping with 'id', 'ns', 'types' and 'ops'",
           [&](StringRef Key, yaml::Node *At, yaml::Node *Value) {
             if (Key == "threads" && HasTypes)
               return fail(At, "'threads' has to stand before 'types'");
             HasTypes = HasTypes || Key == "types";
             if ((Key == "types" || Key == "ops" || Key == "members") && Lib.Namespaces.empty())
               return fail(At, "'ns' has to stand before '" + Key + "'; for the global namespace write ns: [\"\"]");
             return readLibraryField(Key, Value, Lib) ? true : (unknownKey(At, Key, "a library"), FirstError.empty());
           });
  if (!Ok)
    return false;
  if (Lib.Id.empty())
    return fail(Node, "this library has no 'id'; give it a short name");
  T.Libraries.push_back(std::move(Lib));
  return true;
}

bool ModelsReader::readLibraryField(StringRef Key, yaml::Node *Value, Models::Library &Lib) {
  if (Key == "id")
    return text(Value, Lib.Id);
  if (Key == "ns")
    return strings(Value, Lib.Namespaces);
  if (Key == "verified")
    return text(Value, Lib.Verified);
  if (Key == "threads")
    return threads(Value, Lib.OneThread);
  if (Key == "types")
    return readTypes(Value, Lib);
  if (Key == "ops")
    return readOps(Value, Lib);
  if (Key == "members")
    return readMembers(Value, Lib);
  // Not used yet: which header tells two libraries with one namespace apart, marker members, stackful libraries.
  if (Key == "header" || Key == "markers" || Key == "stackful") {
    Value->skip();
    return true;
  }
  return false;
}

bool ModelsReader::readTypes(yaml::Node *Node, const Models::Library &Lib) {
  return each(
      Node, "'types' is a mapping from names to {role: ...}", [&](StringRef Key, yaml::Node *, yaml::Node *Value) {
        TypeModel Type;
        Type.Library = Lib.Id;
        Type.OneThread = Lib.OneThread;
        std::string TypeName = Key.str();
        bool Ok =
            each(Value, "a type is described by a mapping such as {role: lock}",
                 [&](StringRef Field, yaml::Node *At, yaml::Node *V) {
                   return readTypeField(Field, V, Type) ? true : (unknownKey(At, Field, "a type"), FirstError.empty());
                 });
        if (!Ok)
          return false;
        for (std::string &Q : qualify(TypeName, Lib.Namespaces)) {
          Type.Key = Q;
          T.Types[Q] = Type;
        }
        return true;
      });
}

bool ModelsReader::readOps(yaml::Node *Node, const Models::Library &Lib) {
  return each(Node, "'ops' is a mapping from names to {await: ...} and the like",
              [&](StringRef Key, yaml::Node *, yaml::Node *Value) {
                OpModel Op;
                Op.Library = Lib.Id;
                std::string OpName = Key.str();
                bool Ok = each(Value, "an operation is described by a mapping such as {acquire: x}",
                               [&](StringRef Field, yaml::Node *At, yaml::Node *V) {
                                 return readOpField(Field, V, Op)
                                            ? true
                                            : (unknownKey(At, Field, "an operation"), FirstError.empty());
                               });
                if (!Ok)
                  return false;
                for (std::string &Q : qualify(OpName, Lib.Namespaces)) {
                  Op.Key = Q;
                  T.Ops[Q] = Op;
                }
                return true;
              });
}

bool ModelsReader::readMembers(yaml::Node *Node, const Models::Library &Lib) {
  return each(Node, "'members' is a mapping from names to {guarded_by: ...} and the like",
              [&](StringRef Key, yaml::Node *, yaml::Node *Value) {
                MemberModel Member;
                Member.Library = Lib.Id;
                std::string MemberName = Key.str();
                bool Ok = each(Value, "a member is described by a mapping such as {guarded_by: lock}",
                               [&](StringRef Field, yaml::Node *At, yaml::Node *V) {
                                 if (Field == "confined")
                                   return boolean(V, Member.Confined);
                                 if (Field == "guarded_by")
                                   return text(V, Member.GuardedBy);
                                 unknownKey(At, Field, "a member");
                                 return FirstError.empty();
                               });
                for (std::string &Q : Ok ? qualify(MemberName, Lib.Namespaces) : std::vector<std::string>()) {
                  Member.Key = Q;
                  T.Members[Q] = Member;
                }
                return Ok;
              });
}

bool ModelsReader::readEffects(yaml::Node *Node) {
  return each(Node, "'effects' is a mapping from an effect to the methods that have it",
              [&](StringRef Key, yaml::Node *At, yaml::Node *Value) {
                std::string Effect = Key.str();
                if (!isKnownEffect(Effect))
                  return fail(At, "unknown effect '" + Effect +
                                      "'; use none, look, element, insert, erase, replace, modify, take or guard");
                std::vector<std::string> Methods;
                if (!strings(Value, Methods))
                  return false;
                for (const std::string &Method : Methods)
                  T.Effects[Method] = Effect;
                return true;
              });
}

bool ModelsReader::readTypeField(StringRef Key, yaml::Node *Value, TypeModel &Type) {
  if (Key == "role")
    return role(Value, Type.Role);
  if (Key == "await")
    return await(Value, Type.Await);
  if (Key == "of")
    return mode(Value, Type.Of);
  if (Key == "count")
    return text(Value, Type.Count);
  if (Key == "start")
    return text(Value, Type.Start);
  if (Key == "drop")
    return text(Value, Type.Drop);
  if (Key == "acquire")
    return strings(Value, Type.Acquires);
  if (Key == "stable")
    return text(Value, Type.Stable);
  if (Key == "release")
    return strings(Value, Type.Releases);
  if (Key == "confined")
    return boolean(Value, Type.Confined);
  if (Key == "reason")
    return text(Value, Type.Reason);
  if (Key == "threads")
    return threads(Value, Type.OneThread);
  if (Key == "nodiscard")
    return boolean(Value, Type.NoDiscard);
  if (Key == "once")
    return boolean(Value, Type.Once);
  if (Key == "failure")
    return failure(Value, Type.Failure);
  if (StringSet<>{"mode", "header", "owns_data"}.contains(Key)) {
    Value->skip();
    return true;
  }
  return false;
}

bool ModelsReader::readOpField(StringRef Key, yaml::Node *Value, OpModel &Op) {
  if (Key == "await")
    return await(Value, Op.Await);
  if (Key == "acquire")
    return mode(Value, Op.Acquire);
  if (Key == "release")
    return mode(Value, Op.Release);
  if (Key == "when") {
    auto When = scalar(Value);
    if (!When || (*When != "called" && *When != "awaited"))
      return fail(Value, "'when' is 'called' or 'awaited'");
    Op.AcquiresWhenCalled = *When == "called";
    Op.ReleasesWhenAwaited = *When == "awaited";
    return true;
  }
  if (Key == "units")
    return number(Value, Op.Units);
  if (Key == "drops")
    return number(Value, Op.Drops);
  if (Key == "lock")
    return text(Value, Op.Lock);
  if (Key == "pass")
    return text(Value, Op.Pass);
  if (Key == "under")
    return text(Value, Op.Under);
  if (Key == "body")
    return text(Value, Op.Body);
  if (Key == "other_thread")
    return boolean(Value, Op.OtherThread);
  if (Key == "revalidates")
    return boolean(Value, Op.Revalidates);
  if (Key == "thread_local")
    return boolean(Value, Op.ThreadLocal);
  if (Key == "reenter") {
    if (auto Where = scalar(Value); Where && *Where == "threads")
      return Op.ReenterInThreads = true;
    return boolean(Value, Op.Reenter);
  }
  if (Key == "wake") {
    auto How = scalar(Value);
    if (!How || (*How != "inline" && *How != "queued"))
      return fail(Value, "'wake' is 'inline' or 'queued'");
    Op.WakesInline = *How == "inline";
    return true;
  }
  if (Key == "rmw")
    return boolean(Value, Op.ReadModifyWrite);
  if (Key == "spawn")
    return readSpawn(Value, Op);
  if (Key == "failure")
    return failure(Value, Op.Failure);
  if (Key == "drops_results")
    return boolean(Value, Op.DropsResults);
  if (Key == "ready")
    return boolean(Value, Op.Ready);
  if (Key == "observer")
    return number(Value, Op.Observer);
  if (Key == "instead")
    return text(Value, Op.Instead);
  if (Key == "until")
    return text(Value, Op.Until);
  if (Key == "context")
    return text(Value, Op.Context);
  if (Key == "join") {
    if (auto When = scalar(Value); When && *When == "first-failure")
      return Op.Joins = Op.FailsFirst = true;
    else if (When && *When == "first")
      return Op.Joins = Op.CancelsOthers = true;
    return boolean(Value, Op.Joins);
  }
  if (Key == "callable") {
    if (!text(Value, Op.Callable))
      return false;
    return StringSet<>{"kept", "dropped", "borrowed"}.contains(Op.Callable)
               ? true
               : fail(Value, "'callable' is kept, dropped or borrowed");
  }
  if (StringSet<>{"inline", "after", "forced", "returns", "header"}.contains(Key)) {
    Value->skip();
    return true;
  }
  return false;
}

bool ModelsReader::readSpawn(yaml::Node *Value, OpModel &Op) {
  Op.SpawnsAny = true;
  if (isa<yaml::SequenceNode>(Value)) {
    std::vector<std::string> Indices;
    if (!strings(Value, Indices))
      return false;
    for (const std::string &Index : Indices) {
      int N = 0;
      if (Index == "last")
        Op.Spawns.push_back(-1);
      else if (!StringRef(Index).getAsInteger(10, N))
        Op.Spawns.push_back(N);
      else
        return fail(Value, "'spawn' lists argument numbers or 'last'");
    }
    return true;
  }
  auto What = scalar(Value);
  if (!What)
    return fail(Value, "'spawn' is 'all', 'this' or a list of argument numbers");
  if (*What == "all")
    Op.SpawnsAll = true;
  else if (*What == "this")
    Op.Spawns.push_back(-2);
  else
    return fail(Value, "'spawn' is 'all', 'this' or a list of argument numbers");
  return true;
}

bool ModelsReader::each(yaml::Node *Node, StringRef What,
                        function_ref<bool(StringRef, yaml::Node *, yaml::Node *)> Fn) {
  auto *Map = dyn_cast_or_null<yaml::MappingNode>(Node);
  if (!Map)
    return fail(Node, What);
  for (yaml::KeyValueNode &Pair : *Map) {
    yaml::Node *KeyNode = Pair.getKey();
    auto Key = KeyNode ? scalar(KeyNode) : std::nullopt;
    if (!Key)
      return fail(KeyNode ? KeyNode : Node, "a name is expected here");
    yaml::Node *Value = Pair.getValue();
    if (!Value || isa<yaml::NullNode>(Value))
      return fail(KeyNode, "'" + *Key + "' has no value");
    if (!Fn(*Key, KeyNode, Value) || Stream->failed())
      return false;
  }
  return !Stream->failed();
}

bool ModelsReader::strings(yaml::Node *Node, std::vector<std::string> &Out) {
  auto *List = dyn_cast_or_null<yaml::SequenceNode>(Node);
  if (!List)
    return fail(Node, "a list is expected here, for example [a, b]");
  for (yaml::Node &Entry : *List) {
    auto Text = scalar(&Entry);
    if (!Text)
      return fail(&Entry, "a plain value is expected in this list");
    Out.push_back(*Text);
  }
  return !Stream->failed();
}

std::optional<std::string> ModelsReader::scalar(yaml::Node *Node) {
  SmallString<64> Storage;
  if (auto *S = dyn_cast_or_null<yaml::ScalarNode>(Node))
    return S->getValue(Storage).str();
  return std::nullopt;
}

bool ModelsReader::text(yaml::Node *Node, std::string &Out) {
  auto Text = scalar(Node);
  if (!Text)
    return fail(Node, "a plain value is expected here");
  Out = *Text;
  return true;
}

bool ModelsReader::role(yaml::Node *Node, std::string &Out) {
  static const StringSet<> Known = {"task",  "lock",   "counted",   "guard",   "guard-of-arg",  "plain",
                                    "scope", "serial", "container", "view",    "owner",         "context-variable",
                                    "local", "atomic", "semaphore", "hostile", "hostile-guard", "start-posted"};
  if (!text(Node, Out))
    return false;
  return Known.contains(Out)
             ? true
             : fail(Node,
                    "unknown role '" + Out +
                        "'; use task, lock, counted, guard, guard-of-arg, plain, scope, serial, container, view, "
                        "owner, context-variable, local, atomic, semaphore, hostile, hostile-guard or start-posted");
}

bool ModelsReader::number(yaml::Node *Node, std::optional<unsigned> &Out) {
  auto Text = scalar(Node);
  unsigned N = 0;
  if (!Text || StringRef(*Text).getAsInteger(10, N))
    return fail(Node, "the number of an argument is expected here, counted from 0");
  Out = N;
  return true;
}

bool ModelsReader::boolean(yaml::Node *Node, bool &Out) {
  auto Text = scalar(Node);
  if (!Text || (*Text != "true" && *Text != "false"))
    return fail(Node, "'true' or 'false' is expected here");
  Out = *Text == "true";
  return true;
}

bool ModelsReader::await(yaml::Node *Node, std::optional<AwaitEffect> &Out) {
  auto Text = scalar(Node);
  Out = StringSwitch<std::optional<AwaitEffect>>(Text ? StringRef(*Text) : StringRef())
            .Case("never", AwaitEffect::Never)
            .Case("transfer", AwaitEffect::Transfer)
            .Case("may", AwaitEffect::May)
            .Case("always", AwaitEffect::Always)
            .Default(std::nullopt);
  return Out ? true : fail(Node, "'await' is never, transfer, may or always");
}

bool ModelsReader::threads(yaml::Node *Node, bool &One) {
  auto Text = scalar(Node);
  One = Text && *Text == "one";
  return One || (Text && *Text == "any") ? true : fail(Node, "'threads' is one or any");
}

bool ModelsReader::failure(yaml::Node *Node, std::string &Out) {
  auto Text = scalar(Node);
  if (!Text || !StringSet<>{"lost", "logged", "terminates", "results"}.contains(*Text))
    return fail(Node, "'failure' is lost, logged, terminates or results");
  Out = *Text;
  return true;
}

bool ModelsReader::mode(yaml::Node *Node, std::optional<LockMode> &Out) {
  auto Text = scalar(Node);
  Out = StringSwitch<std::optional<LockMode>>(Text ? StringRef(*Text) : StringRef())
            .Case("x", LockMode::Exclusive)
            .Case("s", LockMode::Shared)
            .Case("n", LockMode::Counted)
            .Case("u", LockMode::Upgrade)
            .Default(std::nullopt);
  return Out ? true
             : fail(Node, "a lock's mode is x (exclusive), s (shared), n (counted) or u (whatever it was taken as)");
}

bool ModelsReader::fail(yaml::Node *At, const Twine &Message) {
  Failing = true; // what the handler gets now is our own message
  if (FirstError.empty() && At)
    Stream->printError(At, Message);
  else if (FirstError.empty())
    FirstError = (Twine(Name) + ":1:1: " + Message).str();
  return false;
}

void ModelsReader::warn(yaml::Node *At, const Twine &Message) {
  if (Warning)
    Stream->printError(At, Message, SourceMgr::DK_Warning);
}

void ModelsReader::unknownKey(yaml::Node *At, StringRef Key, StringRef What) {
  if (FirstError.empty())
    warn(At, "'" + Key + "' is not known in " + What + " and is ignored");
}

} // namespace corace::checks
