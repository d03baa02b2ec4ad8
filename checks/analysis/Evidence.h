// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who may come between the two accesses of a window: another function in sight that writes the state, or a second run
// of the coroutine. What is in sight decides how sure a finding is.
#pragma once

#include "checks/Finding.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/RivalIndex.h"
#include "checks/summaries/Summary.h"

namespace corace::checks {

/// Looks for signs that two runs of a function may be under way at once.
class Instances {
public:
  /// A call that may start a second run while the first is under way.
  struct SecondRun {
    const clang::FunctionDecl *Started = nullptr; ///< the coroutine, or who runs it
    const clang::Expr *Site = nullptr;
    unsigned Calls = 0; ///< how many there are
    bool Loop = false;  ///< one, in a loop
    explicit operator bool() const { return Site != nullptr; }
  };

  /// `State`: what runs that a test of it keeps apart do not break.
  Instances(const RivalIndex &Rivals, const clang::ValueDecl *State, const clang::ASTContext &Context)
      : Rivals(Rivals), State(State), SM(Context.getSourceManager()) {}

  /// `OnObject`: only runs on the same object count.
  [[nodiscard]] SecondRun second(const clang::FunctionDecl *F, bool OnObject, unsigned Depth = 0) const;

  /// The whole program is in sight as far as this function goes, and it runs once.
  [[nodiscard]] bool runsOnce(const clang::FunctionDecl *F, unsigned Depth = 0) const;

  /// All calls of the function are in sight: nothing but this file declares it, and nobody takes its address.
  [[nodiscard]] bool seesAllCalls(const clang::FunctionDecl *F) const;

  /// Only runs on behalf of `Task`: everybody who calls it does so from there and waits for it.
  [[nodiscard]] bool isPartOf(const clang::FunctionDecl *F, const clang::FunctionDecl *Task, unsigned Depth = 0) const;

private:
  /// The object that a function is called on.
  struct Origin {
    const clang::ValueDecl *Variable = nullptr; ///< a local or member; null when it may be any
    bool Fresh = false;                         ///< made on the spot
    bool IsThis = true;                         ///< the caller's own, so its runs count
  };
  [[nodiscard]] Origin originOf(const RivalIndex::Call &C) const;
  [[nodiscard]] bool isMadeIn(const Origin &From, const clang::Stmt *Loop) const;
  [[nodiscard]] bool isGuarded(const RivalIndex::Call &C) const;

  const RivalIndex &Rivals;
  const clang::ValueDecl *State;
  const clang::SourceManager &SM;
};

/// What speaks for a rival.
struct Evidence {
  Confidence Sure = Confidence::Medium;
  std::string Says;
  clang::SourceRange Where;
  Spot Elsewhere = {}; ///< instead of Where: in another translation unit
};

[[nodiscard]] Evidence evidenceFor(const CoroutineFacts &Facts, const Window &W);

/// The member or variable that a path ends in; what a rival would have to write.
[[nodiscard]] const clang::ValueDecl *stateOf(const AccessPath &P);

/// A local lambda or a plain function, for messages.
[[nodiscard]] std::string shortName(const clang::FunctionDecl &F);

} // namespace corace::checks
