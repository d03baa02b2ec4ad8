// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which branches decide whether a statement runs (Ferrante, Ottenstein and Warren, TOPLAS 1987), and which tests always
// run before it. Computed on a graph without exceptional edges: with them nearly everything depends on everything.
// Loops that never end get an imaginary way out at their head, so that every block has a post-dominator.
#pragma once

#include "clang/Analysis/Analyses/Dominators.h"
#include "clang/Analysis/CFG.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace corace::checks {

class ControlDependence {
public:
  ControlDependence(const clang::FunctionDecl &Function, const clang::Stmt *Body);
  ~ControlDependence();

  [[nodiscard]] bool isValid() const { return Graph != nullptr; }

  [[nodiscard]] bool knows(const clang::Stmt *S) const { return Blocks.contains(S); }
  /// The branching statements that decide, directly or through others, whether the statement runs: the nearest first,
  /// and not all where there are very many.
  [[nodiscard]] llvm::ArrayRef<const clang::Stmt *> decidersOf(const clang::Stmt *S) const;
  [[nodiscard]] bool decides(const clang::Stmt *Branch, const clang::Stmt *S) const;
  /// The branches whose sides meet again where the statement stands: they decide nothing from here on.
  [[nodiscard]] llvm::ArrayRef<const clang::Stmt *> settledAt(const clang::Stmt *S) const;
  /// The branch is taken on every way to the statement.
  [[nodiscard]] bool precedes(const clang::Stmt *Branch, const clang::Stmt *S) const;
  /// The statement runs on every way to the branch, each time anew.
  [[nodiscard]] bool isBefore(const clang::Stmt *S, const clang::Stmt *Branch) const;
  /// One side of the branch ends the program: an assertion.
  [[nodiscard]] bool isAssertion(const clang::Stmt *Branch) const;
  /// Both statements cannot run in one call, because they need different values of a variable that never changes.
  [[nodiscard]] bool exclude(const clang::Stmt *A, const clang::Stmt *B) const;

private:
  struct Literal {
    const clang::VarDecl *Var;
    bool Value;
  };
  [[nodiscard]] const clang::CFGBlock *blockOf(const clang::Stmt *S) const;
  [[nodiscard]] std::optional<Literal> literalAt(const clang::CFGBlock *Side) const;
  [[nodiscard]] llvm::ArrayRef<Literal> literalsOf(const clang::CFGBlock *B) const;
  void findDependences(const clang::Stmt *Body);
  void addHandlers(const clang::Stmt *Body, std::vector<llvm::SmallVector<unsigned, 2>> &Next) const;
  void findConstants(const clang::FunctionDecl &Function, const clang::Stmt *Body);

  std::unique_ptr<clang::CFG> Graph;
  std::unique_ptr<clang::CFGDomTree> Dominators;
  llvm::DenseMap<const clang::Stmt *, const clang::CFGBlock *> Blocks;
  llvm::DenseMap<const clang::Stmt *, const clang::CFGBlock *> BranchBlocks;
  llvm::DenseSet<const clang::VarDecl *> Changed; ///< locals that are set more than once
  /// By block: the blocks at whose ends it is decided whether this one runs.
  std::vector<llvm::SmallVector<unsigned, 4>> Dependences;
  std::vector<const clang::CFGBlock *> ById;
  llvm::DenseMap<const clang::CFGBlock *, llvm::SmallVector<const clang::Stmt *, 1>> Settled;
  // An ordered map and a list: their values stay where they are when others come in.
  mutable std::map<const clang::CFGBlock *, llvm::SmallVector<const clang::Stmt *, 4>> Deciders;
  mutable std::list<std::vector<Literal>> LiteralLists;
  mutable llvm::DenseMap<const clang::CFGBlock *, const std::vector<Literal> *> Literals;
  const std::vector<Literal> NoLiterals;
};

} // namespace corace::checks
