// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the user's code of one translation unit says beyond a single coroutine: which coroutines there are, who writes
// which member or variable, who calls whom, and which lambdas run under a lock.
#pragma once

#include "checks/analysis/LibraryView.h"

#include "clang/AST/Decl.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

#include <vector>

namespace corace::checks {

class RivalIndex {
public:
  struct Write {
    const clang::FunctionDecl *Function; ///< null for an initialiser at namespace scope
    const clang::Expr *Site;
  };
  struct Call {
    const clang::FunctionDecl *Caller;
    const clang::Expr *Site;
    bool InLoop;
    bool Awaited;                       ///< the operand of a co_await
    const clang::Stmt *Loop = nullptr;  ///< the innermost one around the call
    const clang::Expr *Guard = nullptr; ///< the condition of the innermost `if` around the call
  };
  /// What a function does to a container as a whole, or to what is in it.
  struct Change {
    enum class Effect {
      Grow,  ///< puts something in
      Part,  ///< sets an element or a part of one
      Other, ///< removes, replaces, moves away, or hands it to somebody who may
    };
    const clang::FunctionDecl *Function; ///< null for an initialiser at namespace scope
    const clang::Expr *Site;
    Effect What;
  };
  /// What a function does that may invalidate references, pointers and iterators into a container or a cell.
  struct Disturbance {
    enum class Kind {
      Insert,      ///< puts something in, anywhere
      InsertAtEnd, ///< puts something in at the front or the back
      Erase,       ///< removes something
      Replace,     ///< sets, clears, swaps or moves away the whole
      Reserve,     ///< makes room, so that what the function inserts moves nothing
    };
    const clang::FunctionDecl *Function; ///< null for an initialiser at namespace scope
    const clang::Expr *Site;
    Kind What;
    unsigned
        Level;    ///< how many look-ups lie between the member or variable and what is disturbed: 1 for `m[k].clear()`
    bool IfEmpty; ///< only where a test found nothing there
  };

  RivalIndex(clang::ASTContext &Context, const LibraryView &Library);

  /// Coroutines defined in user code, in the order of the source; instantiations of templates included.
  [[nodiscard]] llvm::ArrayRef<const clang::FunctionDecl *> coroutines() const { return Coroutines; }
  /// All functions that are defined in user code, lambdas' bodies and instantiations too; coroutines among them.
  [[nodiscard]] llvm::ArrayRef<const clang::FunctionDecl *> functions() const { return Functions; }
  [[nodiscard]] llvm::ArrayRef<Write> writesOf(const clang::ValueDecl *Place) const;
  /// Of the writes of each function the first.
  [[nodiscard]] llvm::ArrayRef<Write> writersOf(const clang::ValueDecl *Place) const;
  [[nodiscard]] llvm::ArrayRef<Call> callsOf(const clang::FunctionDecl *Callee) const;
  [[nodiscard]] llvm::ArrayRef<Change> changesOf(const clang::ValueDecl *Container) const;
  [[nodiscard]] llvm::ArrayRef<Disturbance> disturbancesOf(const clang::ValueDecl *Place) const;
  /// The members and variables that a function writes itself.
  [[nodiscard]] llvm::ArrayRef<const clang::ValueDecl *> writtenBy(const clang::FunctionDecl &F) const;
  /// The loop around the place where a lambda is made; null if there is none.
  [[nodiscard]] const clang::Stmt *loopAround(const clang::FunctionDecl &Lambda) const;
  /// The call that runs this lambda while it holds an exclusive lock; null for other functions.
  [[nodiscard]] const clang::Expr *lockAround(const clang::FunctionDecl &F) const;
  /// The function is named other than to call it, so it may be called from anywhere.
  [[nodiscard]] bool isMentioned(const clang::FunctionDecl &F) const {
    return Mentioned.contains(F.getCanonicalDecl());
  }
  /// Some object that runs handlers one after another (a strand) is in sight.
  [[nodiscard]] bool hasStrand() const { return Strand; }
  /// Two runs of this lambda may be under way at once: it is called more than once, its task is not awaited on the
  /// spot, or it is handed to something that starts tasks. Without such evidence the locals that it captures are not
  /// shared.
  [[nodiscard]] bool lambdaRunsTwice(const clang::FunctionDecl &F) const;

  /// This lambda runs once for each time that the call is reached which it is handed to: something that starts tasks,
  /// or a method of a task such as `then`.
  [[nodiscard]] bool isStartedOnce(const clang::FunctionDecl &Lambda) const {
    return Spawned.contains(Lambda.getCanonicalDecl()) || Continuations.contains(Lambda.getCanonicalDecl());
  }

  template <typename Fn> void forEachWrite(Fn F) const {
    for (const auto &[Place, Sites] : Writes)
      F(Place, llvm::ArrayRef<Write>(Sites));
  }
  template <typename Fn> void forEachCall(Fn F) const {
    for (const auto &[Callee, Sites] : Calls)
      F(Callee, llvm::ArrayRef<Call>(Sites));
  }
  template <typename Fn> void forEachChange(Fn F) const {
    for (const auto &[Container, Sites] : Changes)
      F(Container, llvm::ArrayRef<Change>(Sites));
  }

  template <typename Fn> void forEachDisturbance(Fn F) const {
    for (const auto &[Place, Sites] : Disturbances)
      F(Place, llvm::ArrayRef<Disturbance>(Sites));
  }

private:
  friend class RivalCollector;
  std::vector<const clang::FunctionDecl *> Coroutines, Functions;
  llvm::DenseMap<const clang::ValueDecl *, std::vector<Write>> Writes, Writers;
  llvm::DenseMap<const clang::FunctionDecl *, std::vector<Call>> Calls;
  llvm::DenseMap<const clang::ValueDecl *, std::vector<Change>> Changes;
  llvm::DenseMap<const clang::ValueDecl *, std::vector<Disturbance>> Disturbances;
  llvm::DenseMap<const clang::FunctionDecl *, std::vector<const clang::ValueDecl *>> WrittenBy;
  llvm::DenseMap<const clang::FunctionDecl *, const clang::Stmt *> LambdaLoops;
  llvm::DenseMap<const clang::FunctionDecl *, const clang::Expr *> UnderLock;
  llvm::DenseSet<const clang::FunctionDecl *> Spawned; ///< lambdas that are arguments of something that starts tasks
  llvm::DenseSet<const clang::FunctionDecl *> Continuations; ///< lambdas that are arguments of methods of tasks
  llvm::DenseSet<const clang::FunctionDecl *> Mentioned;
  bool Strand = false;
};

} // namespace corace::checks
