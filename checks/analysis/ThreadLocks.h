// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which types belong to a thread: its locks, the guards of these, and other objects that must be destroyed on the
// thread that made them.
#pragma once

#include "checks/analysis/LibraryView.h"

#include "llvm/ADT/DenseMap.h"

#include <memory>
#include <string>

namespace corace::checks {

/// What an object is to the thread that made it.
enum class ThreadBond {
  None,
  Guard,  ///< it holds a lock of its thread, from the beginning or after one of its methods
  Scope,  ///< not a lock, but bound to its thread all the same
  Around, ///< one of these is a part of it, or what it points to
};

struct ThreadBoundType {
  ThreadBond Bond = ThreadBond::None;
  const TypeModel *Model = nullptr; ///< names the methods that take and release
  std::string Reason;               ///< for scopes: "it counts the exceptions of its thread"
};

class ThreadLocks {
public:
  explicit ThreadLocks(const LibraryView &Library) : Library(Library) {}

  /// A lock that belongs to a thread. Models and Clang's capabilities say so; a class that only looks like one counts
  /// where a guard of the standard library is made of it (`AsArgument`).
  [[nodiscard]] bool isLock(clang::QualType T, bool AsArgument = false) const;
  [[nodiscard]] const ThreadBoundType &of(clang::QualType T) const;

  /// The method of this name takes or releases an object of type `T`: a lock or a guard of one.
  [[nodiscard]] bool takes(clang::QualType T, llvm::StringRef Method) const;
  [[nodiscard]] bool releases(clang::QualType T, llvm::StringRef Method) const;

private:
  [[nodiscard]] ThreadBoundType classify(clang::QualType T) const;
  [[nodiscard]] bool isAround(const clang::CXXRecordDecl &R) const;
  [[nodiscard]] ThreadBond guardOf(const clang::CXXRecordDecl &R) const;

  const LibraryView &Library;
  mutable llvm::DenseMap<void *, std::unique_ptr<ThreadBoundType>> Cache;
};

/// The class can be awaited: it has await_ready, or an operator co_await of its own.
[[nodiscard]] bool isAwaitableClass(const clang::CXXRecordDecl *R);

} // namespace corace::checks
