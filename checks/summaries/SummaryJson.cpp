// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/summaries/Json.h"
#include "checks/summaries/Summary.h"

#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <climits>

using namespace llvm;

namespace corace::checks {

void UnitSummary::sort() {
  auto unique = [](auto &List) {
    std::sort(List.begin(), List.end());
    List.erase(std::unique(List.begin(), List.end()), List.end());
  };
  unique(Functions);
  unique(Writes);
  unique(Changes);
  unique(Calls);
  unique(Disturbances);
  unique(Overrides);
}

namespace {

/// Writes what differs from the default: most of a summary is.
class Writer {
public:
  explicit Writer(raw_ostream &OS) : J(OS) {}

  void unit(const UnitSummary &U) {
    J.object([&] {
      J.attribute("corace-summary", SummaryVersion);
      text("file", U.File);
      list("functions", U.Functions, [&](const FunctionSummary &F) { function(F); });
      list("writes", U.Writes, [&](const WriteSummary &W) {
        text("place", W.Place);
        text("function", W.Function);
        text("name", W.Name);
        spot("at", W.Where);
      });
      list("changes", U.Changes, [&](const ChangeSummary &C) {
        text("place", C.Place);
        number("what", C.What);
        text("method", C.Method);
      });
      list("calls", U.Calls, [&](const CallSummary &C) {
        text("callee", C.Callee);
        text("caller", C.Caller);
        text("object", C.Object);
        flag("loop", C.InLoop);
        flag("awaited", C.Awaited);
        spot("at", C.Where);
      });
      list("disturbances", U.Disturbances, [&](const DisturbanceSummary &D) {
        text("place", D.Place);
        text("function", D.Function);
        text("name", D.Name);
        number("what", D.What);
        number("level", D.Level);
        flag("running", D.Running);
        spot("at", D.Where);
      });
      list("overrides", U.Overrides, [&](const OverrideSummary &O) {
        text("base", O.Base);
        text("runs", O.Runs);
      });
    });
  }

private:
  void text(StringRef Key, StringRef Value) {
    // A file may be named in any bytes.
    if (!Value.empty())
      J.attribute(Key, json::isUTF8(Value) ? Value.str() : json::fixUTF8(Value));
  }
  void flag(StringRef Key, bool Value) {
    if (Value)
      J.attribute(Key, true);
  }
  void number(StringRef Key, std::int64_t Value) {
    if (Value)
      J.attribute(Key, Value);
  }
  template <typename T, typename Fn> void list(StringRef Key, const std::vector<T> &Items, Fn Each) {
    if (!Items.empty())
      J.attributeArray(Key, [&] {
        for (const T &Item : Items)
          J.object([&] { Each(Item); });
      });
  }
  void spot(StringRef Key, const Spot &S) {
    J.attributeObject(Key, [&] {
      text("file", S.File);
      number("line", S.Line);
      number("column", S.Column);
      number("end-line", S.EndLine);
      number("end-column", S.EndColumn);
    });
  }
  void path(const PathSummary &P) {
    number("root", static_cast<int>(P.From));
    number("param", P.Param);
    text("var", P.Var);
    flag("const", P.Const);
    list("steps", P.Steps, [&](const PathSummary::Step &S) {
      number("kind", static_cast<int>(S.Kind));
      text("field", S.Field);
      number("index", S.Index);
    });
  }
  void place(const PathSummary &P) {
    J.attributeObject("place", [&] { path(P); });
  }
  void function(const FunctionSummary &F) {
    text("usr", F.Usr);
    text("name", F.Name);
    spot("at", F.Where);
    flag("coroutine", F.Coroutine);
    flag("eager", F.Eager);
    number("suspends", static_cast<int>(F.May));
    list("callees", F.Callees, [&](const std::string &Usr) { text("usr", Usr); });
    text("why", F.Why);
    flag("simple", F.Simple);
    list("reads", F.Reads, [&](const PathSummary &P) { path(P); });
    list("writes", F.Writes, [&](const FunctionSummary::Write &W) {
      place(W.Place);
      number("what", W.What);
      flag("arguments", W.TakesArguments);
    });
    list("stores", F.Stores, [&](const FunctionSummary::Store &S) {
      place(S.Place);
      number("param", S.Param);
      flag("late", S.AfterSuspension);
      spot("at", S.Where);
    });
    list("takes", F.Takes, [&](const PathSummary &P) { path(P); });
    list("releases", F.Releases, [&](const PathSummary &P) { path(P); });
    list("forwards", F.Forwards, [&](const FunctionSummary::Forward &W) {
      text("usr", W.Usr);
      text("name", W.Name);
      text("scope", W.Scope);
      if (W.Object)
        J.attributeObject("object", [&] { path(*W.Object); });
      list("params", W.Params, [&](unsigned Param) { number("param", Param); });
      flag("result", W.Result);
    });
    flag("late-object", F.LateObject);
    list("starts", F.Starts, [&](unsigned Index) { number("param", Index); });
    list("late-references", F.LateReferences, [&](unsigned Index) { number("param", Index); });
  }

  json::OStream J;
};

/// A number below a limit: a line, or one that stands for something.
template <typename T>
bool number(json::ObjectMapper &O, json::Path P, StringLiteral Key, T &Value, std::int64_t Limit = INT_MAX) {
  std::int64_t Number = 0;
  if (!O.mapOptional(Key, Number))
    return false;
  if (Number < 0 || Number >= Limit) {
    P.field(Key).report("number out of range");
    return false;
  }
  Value = static_cast<T>(Number);
  return true;
}

/// A name that has to be there; an empty one names nothing, and writers leave it out.
bool name(json::ObjectMapper &O, json::Path P, StringLiteral Key, std::string &Value) {
  if (!O.map(Key, Value))
    return false;
  if (Value.empty()) {
    P.field(Key).report("empty name");
    return false;
  }
  return true;
}

/// Reads members of objects; what is missing has its default, what is wrong is remembered.
class Reader {
public:
  explicit Reader(json::Path Where) : Where(Where) {}

  bool unit(const json::Value &V, UnitSummary &U) {
    json::ObjectMapper O(V, Where);
    std::int64_t Version = 0;
    if (!O || !O.map("corace-summary", Version))
      return false;
    if (Version != SummaryVersion) {
      Where.field("corace-summary").report("written by another version of corace");
      return false;
    }
    return O.mapOptional("file", U.File) && O.mapOptional("functions", U.Functions) &&
           O.mapOptional("writes", U.Writes) && O.mapOptional("changes", U.Changes) &&
           O.mapOptional("calls", U.Calls) && O.mapOptional("disturbances", U.Disturbances) &&
           O.mapOptional("overrides", U.Overrides);
  }

private:
  json::Path Where;
};

struct UsrOnly {
  std::string Usr;
};
struct ParamOnly {
  unsigned Param = 0;
};

} // namespace

// Found by ObjectMapper through the types' namespace.
static bool fromJSON(const json::Value &V, Spot &S, json::Path P) {
  json::ObjectMapper O(V, P);
  return O && O.mapOptional("file", S.File) && number(O, P, "line", S.Line) && number(O, P, "column", S.Column) &&
         number(O, P, "end-line", S.EndLine) && number(O, P, "end-column", S.EndColumn);
}

static bool fromJSON(const json::Value &V, PathSummary::Step &S, json::Path P) {
  json::ObjectMapper O(V, P);
  return O && number(O, P, "kind", S.Kind, 5) && O.mapOptional("field", S.Field) && O.mapOptional("index", S.Index);
}

static bool fromJSON(const json::Value &V, PathSummary &S, json::Path P) {
  json::ObjectMapper O(V, P);
  return O && number(O, P, "root", S.From, 3) && number(O, P, "param", S.Param) && O.mapOptional("var", S.Var) &&
         O.mapOptional("const", S.Const) && O.mapOptional("steps", S.Steps);
}

static bool fromJSON(const json::Value &V, FunctionSummary::Write &W, json::Path P) {
  json::ObjectMapper O(V, P);
  return O && O.map("place", W.Place) && number(O, P, "what", W.What, 7) &&
         O.mapOptional("arguments", W.TakesArguments);
}

static bool fromJSON(const json::Value &V, FunctionSummary::Store &S, json::Path P) {
  json::ObjectMapper O(V, P);
  return O && O.map("place", S.Place) && number(O, P, "param", S.Param) && O.mapOptional("late", S.AfterSuspension) &&
         O.mapOptional("at", S.Where);
}

namespace {
bool fromJSON(const json::Value &V, UsrOnly &U, json::Path P) {
  json::ObjectMapper O(V, P);
  return O && name(O, P, "usr", U.Usr);
}
bool fromJSON(const json::Value &V, ParamOnly &U, json::Path P) {
  json::ObjectMapper O(V, P);
  return O && number(O, P, "param", U.Param);
}
} // namespace

static bool fromJSON(const json::Value &V, FunctionSummary::Forward &W, json::Path P) {
  json::ObjectMapper O(V, P);
  std::vector<ParamOnly> Params;
  if (!O || !name(O, P, "usr", W.Usr) || !O.mapOptional("name", W.Name) || !O.mapOptional("scope", W.Scope) ||
      !O.mapOptional("object", W.Object) || !O.mapOptional("params", Params) || !O.mapOptional("result", W.Result))
    return false;
  for (const ParamOnly &Param : Params)
    W.Params.push_back(Param.Param);
  return true;
}

static bool fromJSON(const json::Value &V, FunctionSummary &F, json::Path P) {
  json::ObjectMapper O(V, P);
  std::vector<UsrOnly> Callees;
  std::vector<ParamOnly> Late, Starts;
  if (!O || !name(O, P, "usr", F.Usr) || !O.mapOptional("name", F.Name) || !O.mapOptional("at", F.Where) ||
      !O.mapOptional("coroutine", F.Coroutine) || !O.mapOptional("eager", F.Eager) ||
      !number(O, P, "suspends", F.May, 3) || !O.mapOptional("callees", Callees) || !O.mapOptional("why", F.Why) ||
      !O.mapOptional("simple", F.Simple) || !O.mapOptional("reads", F.Reads) || !O.mapOptional("writes", F.Writes) ||
      !O.mapOptional("stores", F.Stores) || !O.mapOptional("takes", F.Takes) ||
      !O.mapOptional("releases", F.Releases) || !O.mapOptional("forwards", F.Forwards) ||
      !O.mapOptional("late-object", F.LateObject) || !O.mapOptional("late-references", Late) ||
      !O.mapOptional("starts", Starts))
    return false;
  for (UsrOnly &U : Callees)
    F.Callees.push_back(std::move(U.Usr));
  for (const ParamOnly &L : Late)
    F.LateReferences.push_back(L.Param);
  for (const ParamOnly &S : Starts)
    F.Starts.push_back(S.Param);
  return true;
}

static bool fromJSON(const json::Value &V, WriteSummary &W, json::Path P) {
  json::ObjectMapper O(V, P);
  return O && name(O, P, "place", W.Place) && O.mapOptional("function", W.Function) && O.mapOptional("name", W.Name) &&
         O.mapOptional("at", W.Where);
}

static bool fromJSON(const json::Value &V, ChangeSummary &C, json::Path P) {
  json::ObjectMapper O(V, P);
  return O && name(O, P, "place", C.Place) && number(O, P, "what", C.What, 3) && O.mapOptional("method", C.Method);
}

static bool fromJSON(const json::Value &V, CallSummary &C, json::Path P) {
  json::ObjectMapper O(V, P);
  return O && name(O, P, "callee", C.Callee) && O.mapOptional("caller", C.Caller) &&
         O.mapOptional("object", C.Object) && O.mapOptional("loop", C.InLoop) && O.mapOptional("awaited", C.Awaited) &&
         O.mapOptional("at", C.Where);
}

static bool fromJSON(const json::Value &V, DisturbanceSummary &D, json::Path P) {
  json::ObjectMapper O(V, P);
  return O && name(O, P, "place", D.Place) && O.mapOptional("function", D.Function) && O.mapOptional("name", D.Name) &&
         number(O, P, "what", D.What, 5) && number(O, P, "level", D.Level) && O.mapOptional("running", D.Running) &&
         O.mapOptional("at", D.Where);
}

static bool fromJSON(const json::Value &V, OverrideSummary &W, json::Path P) {
  json::ObjectMapper O(V, P);
  return O && name(O, P, "base", W.Base) && name(O, P, "runs", W.Runs);
}

void writeSummary(raw_ostream &OS, const UnitSummary &Unit) {
  Writer(OS).unit(Unit);
  OS << '\n';
}

Expected<UnitSummary> readSummary(StringRef Text) {
  Expected<json::Value> Parsed = parseJson(Text);
  if (!Parsed)
    return Parsed.takeError();
  json::Path::Root Root("summary");
  UnitSummary Unit;
  if (!Reader(Root).unit(*Parsed, Unit))
    return Root.getError();
  Unit.sort();
  return Unit;
}

} // namespace corace::checks
