// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether two runs of a function may be under way at once on the same object. Goes from the function up the chain of
// its callers, and keeps track of which object each caller hands down.
#pragma once

#include "checks/analysis/RivalIndex.h"

#include "llvm/ADT/DenseSet.h"

#include <map>
#include <tuple>
#include <utility>

namespace corace::checks {

class Instances {
public:
  /// Which object the state belongs to, as a function sees it: only runs on that one count.
  struct Subject {
    bool This = false;
    const clang::ValueDecl *Variable = nullptr; ///< a parameter, or what a lambda captures
    explicit operator bool() const { return This || Variable; }
  };
  /// A call that may start a second run while the first is under way.
  struct SecondRun {
    const clang::FunctionDecl *Started = nullptr; ///< the coroutine, or who runs it
    const clang::Expr *Site = nullptr;
    unsigned Calls = 0; ///< how many there are
    bool Loop = false;  ///< one, in a loop
    explicit operator bool() const { return Site != nullptr; }
  };
  struct Runs {
    SecondRun Second;
    bool Possible = false; ///< there are several calls, and nothing says that their objects differ
    /// All runs in sight have objects of their own, or come one after another.
    bool Apart = false;
  };

  /// `State`: what runs that a test of it keeps apart do not break.
  Instances(const RivalIndex &Rivals, const clang::ValueDecl *State, const clang::ASTContext &Context);

  [[nodiscard]] Runs runsOf(const clang::FunctionDecl *F, Subject On) const;

  /// The whole program is in sight as far as this function goes, and it runs once.
  [[nodiscard]] bool runsOnce(const clang::FunctionDecl *F, unsigned Depth = 0) const;

  /// All calls of the function are in sight: nothing but this file declares it, and nobody takes its address.
  [[nodiscard]] bool seesAllCalls(const clang::FunctionDecl *F) const;

  /// Only runs on behalf of `Task`: everybody who calls it does so from there and waits for it.
  [[nodiscard]] bool isPartOf(const clang::FunctionDecl *F, const clang::FunctionDecl *Task, unsigned Depth = 0) const;

private:
  /// The object that a call is about, as the caller sees it.
  struct Origin {
    const clang::ValueDecl *Variable = nullptr; ///< tells calls of one function apart; null: no name
    Subject From = {};                          ///< the caller did not make it, but got it
    bool Own = false;                           ///< the caller made it
    bool Shared = false;                        ///< the caller's own object leads to it, and so may others
    [[nodiscard]] bool isKnown() const { return Own || From || Variable; }
  };
  using Seen = llvm::DenseSet<std::pair<const clang::FunctionDecl *, const void *>>;

  Runs runsOf(const clang::FunctionDecl *F, Subject On, unsigned Depth, Seen &Before) const;
  [[nodiscard]] Origin originOf(const clang::Expr *E, const clang::FunctionDecl *Caller, unsigned Depth = 0) const;
  [[nodiscard]] Origin ofVariable(const clang::VarDecl &Var, const clang::FunctionDecl *Caller, unsigned Depth) const;
  [[nodiscard]] Origin ofMember(const clang::MemberExpr &E, const clang::FunctionDecl *Caller, unsigned Depth) const;
  [[nodiscard]] Origin ofResult(const clang::CallExpr &Call, const clang::FunctionDecl *Caller, unsigned Depth) const;
  [[nodiscard]] Origin subjectOf(const RivalIndex::Call &C, const clang::FunctionDecl *F, Subject On) const;
  [[nodiscard]] const clang::Stmt *loopOf(const RivalIndex::Call &C) const;
  [[nodiscard]] bool isMadeIn(const Origin &From, const clang::Stmt *Loop) const;
  [[nodiscard]] bool isGuarded(const RivalIndex::Call &C) const;
  [[nodiscard]] bool isInOtherFile(const RivalIndex::Call &C, const clang::FunctionDecl *F) const;

  const RivalIndex &Rivals;
  const clang::ValueDecl *State;
  const clang::SourceManager &SM;
  mutable std::map<std::tuple<const clang::FunctionDecl *, const clang::FunctionDecl *, unsigned>, bool> Parts;
};

} // namespace corace::checks
