// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one translation unit tells others: plain data, without anything of Clang's. Functions, members and variables go
// by their USR (Clang's name for a declaration that is the same in every translation unit).
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace llvm {
class raw_ostream;
}

namespace corace::checks {

/// A piece of source in another translation unit. Lines and columns as in Place.
struct Spot {
  std::string File; ///< absolute
  unsigned Line = 0, Column = 0, EndLine = 0, EndColumn = 0;
  friend auto operator<=>(const Spot &, const Spot &) = default;
};

/// A place that a function touches, as its callers can name it: see AccessPath.
struct PathSummary {
  enum class Root { This, Param, Global };
  enum class StepKind { Field, Constant, Param, Any, Deref };
  struct Step {
    StepKind Kind = StepKind::Any;
    std::string Field;      ///< USR
    std::int64_t Index = 0; ///< the constant, or which parameter is the index
    friend auto operator<=>(const Step &, const Step &) = default;
  };
  Root From = Root::This;
  unsigned Param = 0;
  std::string Var; ///< USR of the global
  bool Const = false;
  std::vector<Step> Steps;
  friend auto operator<=>(const PathSummary &, const PathSummary &) = default;
};

/// What a caller has to know of a function whose body is elsewhere.
struct FunctionSummary {
  enum class Suspends { No, Yes, IfCallees };
  struct Write {
    PathSummary Place;
    unsigned What = 0; ///< Act
    bool TakesArguments = false;
    friend auto operator<=>(const Write &, const Write &) = default;
  };
  struct Store {
    PathSummary Place;
    unsigned Param = 0;
    bool AfterSuspension = false;
    Spot Where;
    friend auto operator<=>(const Store &, const Store &) = default;
  };
  /// A call, in a simple function, of one whose body is in yet another translation unit.
  struct Forward {
    std::string Usr, Name, Scope;      ///< of the callee, as in SummaryQuery
    std::optional<PathSummary> Object; ///< what it is called on
    std::vector<unsigned> Params;      ///< for each argument: one more than the parameter that is passed on, or 0
    bool Result = false;               ///< what it reads is a part of the result
    friend auto operator<=>(const Forward &, const Forward &) = default;
  };

  std::string Usr;
  std::string Name; ///< qualified, for messages
  Spot Where;
  bool Coroutine = false;
  bool Eager = false; ///< a coroutine that starts before it is awaited
  Suspends May = Suspends::No;
  std::vector<std::string> Callees; ///< USRs: suspends if one of these does
  std::string Why;                  ///< the await that suspends, for messages
  bool Simple = false;              ///< Reads and Writes are all that a call does: a getter, setter or predicate
  std::vector<PathSummary> Reads;
  std::vector<Write> Writes;
  std::vector<Store> Stores;         ///< arguments that are stored whatever happens
  std::vector<PathSummary> Takes;    ///< exclusive locks that are held when the call, or the await of it, is over
  std::vector<PathSummary> Releases; ///< locks that are not held any more then
  std::vector<Forward> Forwards;     ///< what else is read and written
  std::vector<unsigned>
      LateReferences;           ///< of a coroutine: parameters whose referents it uses when its caller may be gone
  std::vector<unsigned> Starts; ///< parameters that it only hands to something that starts tasks
  bool LateObject = false;      ///< the same for its object
  friend auto operator<=>(const FunctionSummary &, const FunctionSummary &) = default;
};

/// A write of a member or variable that others can reach.
struct WriteSummary {
  std::string Place;    ///< USR
  std::string Function; ///< USR
  std::string Name;     ///< of the function
  Spot Where;
  friend auto operator<=>(const WriteSummary &, const WriteSummary &) = default;
};

/// A change of a container: see RivalIndex::Change.
struct ChangeSummary {
  std::string Place; ///< USR
  unsigned What = 0; ///< RivalIndex::Change::Effect
  std::string Method;
  friend auto operator<=>(const ChangeSummary &, const ChangeSummary &) = default;
};

/// What a function does to a container or owner that invalidates references into it: see RivalIndex::Disturbance.
struct DisturbanceSummary {
  std::string Place;    ///< USR
  std::string Function; ///< USR
  std::string Name;     ///< of the function
  unsigned What = 0;    ///< RivalIndex::Disturbance::Kind
  unsigned Level = 0;
  bool Running = false; ///< somebody in sight of it calls the function, or it is a task
  Spot Where;
  friend auto operator<=>(const DisturbanceSummary &, const DisturbanceSummary &) = default;
};

/// A method that a call of a virtual function may run.
struct OverrideSummary {
  std::string Base; ///< USR of the function that is called
  std::string Runs; ///< USR of the one that has a body; it may be the same
  friend auto operator<=>(const OverrideSummary &, const OverrideSummary &) = default;
};

/// A call of a function that makes a task.
struct CallSummary {
  std::string Callee; ///< USR
  std::string Caller; ///< USR
  std::string Object; ///< of a method: USR of the member or global that it is called on; empty if it may be any
  bool InLoop = false, Awaited = false;
  Spot Where;
  friend auto operator<=>(const CallSummary &, const CallSummary &) = default;
};

/// One translation unit: a pure function of its input. All lists are sorted.
struct UnitSummary {
  std::string File; ///< the main file
  std::vector<FunctionSummary> Functions;
  std::vector<WriteSummary> Writes;
  std::vector<ChangeSummary> Changes;
  std::vector<CallSummary> Calls;
  std::vector<DisturbanceSummary> Disturbances;
  std::vector<OverrideSummary> Overrides;
  void sort();
};

/// Written as JSON; the version changes with the meaning of what is written.
inline constexpr unsigned SummaryVersion = 2;
void writeSummary(llvm::raw_ostream &OS, const UnitSummary &Unit);
/// Reads what writeSummary() wrote, or anything else: then the error tells what is wrong with it.
llvm::Expected<UnitSummary> readSummary(llvm::StringRef Text);

} // namespace corace::checks
