// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The acquisitions in one coroutine. An acquisition is a place in the source at which a lock is taken; taking it again
// later is another one if it stands elsewhere, and if it is the same place the first one has been released by then.
#pragma once

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/LibraryView.h"
#include "checks/analysis/State.h"

#include <vector>

namespace corace::checks {

struct Acquisition {
  const clang::Expr *Site = nullptr;
  AccessPath Lock;
  bool IsClaim = false;           ///< not a lock but a marker that keeps others out: `busy = true` after a test of it
  clang::SourceLocation Released; ///< the last release that the analysis met
};

/// A lock that is there and does not help, and why.
struct UselessLock {
  clang::SourceRange Where;
  std::string Why;
};

class Locks {
public:
  explicit Locks(const PathResolver &Paths, const LibraryView &Library, const clang::ASTContext &Context)
      : Paths(Paths), Library(Library), Context(Context) {}

  /// The bit of the acquisition at this place; 0 when it excludes nobody (shared, counted, too many).
  LockSet acquire(const clang::Expr *Site, const AccessPath &Lock, bool IsClaim = false);
  /// All acquisitions among `Held` of this lock.
  [[nodiscard]] LockSet of(const AccessPath &Lock, LockSet Held) const;
  void released(LockSet Which, clang::SourceLocation Where);
  void useless(clang::SourceRange Where, std::string Why);

  /// What the operation acquires, if it excludes others: the mode says so, and for a counted one the units and the
  /// count.
  [[nodiscard]] bool excludes(const clang::Expr *Operation, const OpModel &Op, std::string &WhyNot) const;
  /// How many units an operation on a counted lock takes, and how many there are, where that is known.
  struct Units {
    std::int64_t Taken = 1;
    std::optional<std::int64_t> Count;
  };
  [[nodiscard]] Units unitsOf(const clang::Expr *Operation, const OpModel &Op) const;
  /// The lock is a variable of this frame that nobody else gets to see: every run has its own.
  [[nodiscard]] bool isPrivate(const AccessPath &Lock) const;
  /// The expression for the lock that an operation works on; null if it has none.
  [[nodiscard]] static const clang::Expr *lockExpr(const clang::Expr *Operation, const OpModel &Op);
  /// The lock that an operation works on: its object, or the argument that the model names.
  [[nodiscard]] AccessPath lockOf(const clang::Expr *Operation, const OpModel &Op) const;

  [[nodiscard]] llvm::ArrayRef<Acquisition> acquisitions() const { return All; }
  [[nodiscard]] llvm::ArrayRef<UselessLock> uselessLocks() const { return Useless; }

private:
  [[nodiscard]] std::optional<std::int64_t> constant(const clang::Expr *E) const;
  [[nodiscard]] std::optional<std::int64_t> countOf(const clang::Expr *Lock, const AccessPath &Path) const;

  const PathResolver &Paths;
  const LibraryView &Library;
  const clang::ASTContext &Context;
  std::vector<Acquisition> All;
  std::vector<UselessLock> Useless;
  mutable llvm::DenseMap<const clang::ValueDecl *, bool> Private;
};

} // namespace corace::checks
