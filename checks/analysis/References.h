// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a reference, pointer, iterator or view was obtained from: the containers and owners on its way that can take
// away what it refers to.
#pragma once

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/LibraryView.h"

namespace corace::checks {

class Inliner;

/// How a reference hangs on what it was obtained from.
enum class Hold {
  Iterator, ///< steps through the container
  Element,  ///< refers to an element
  Buffer,   ///< points into the elements of a vector or a string
  Owned,    ///< refers to what a pointer owns, or to what an optional holds
  Links,    ///< walks a list that its nodes link
};

/// A container or owner, and the hold of the reference on it.
struct Root {
  AccessPath Owner;
  clang::QualType Type; ///< of the container or owner
  Hold How = Hold::Element;
  bool Indirect = false; ///< behind a pointer that the element is or has: the element itself may move
  bool Accessor = false; ///< the owner is what a function returned that is not visible
};

/// A reference hangs on roots, and on whatever the local references hang on that it was made from.
struct Roots {
  struct Link {
    const clang::ValueDecl *Var;
    bool Indirect = false; ///< as in Root
  };
  llvm::SmallVector<Root, 2> From;
  llvm::SmallVector<Link, 2> Carriers;
};

/// What kind of reference a variable is.
enum class Carrier {
  None,
  Reference,
  Pointer,
  Iterator, ///< also a pair that has one, as `insert` returns it
  View,
};

class ReferenceFinder {
public:
  ReferenceFinder(const PathResolver &Paths, const LibraryView &Library, const clang::ASTContext &Context)
      : Paths(Paths), Library(Library), Context(Context) {}

  [[nodiscard]] Carrier carrier(clang::QualType T) const;
  /// Of what a variable of this kind is set to.
  [[nodiscard]] Roots bound(Carrier Kind, const clang::Expr *Value) const;
  /// Of the object that an expression denotes.
  [[nodiscard]] Roots object(const clang::Expr *E) const;
  /// The same without carriers: each stands for what it was initialised with.
  [[nodiscard]] Roots settled(Roots R) const;

private:
  struct Search;
  const PathResolver &Paths;
  const LibraryView &Library;
  const clang::ASTContext &Context;
};

/// The variable behind a name: parts of `auto [a, b] = x` stand for the whole.
[[nodiscard]] const clang::ValueDecl *carrierOf(const clang::ValueDecl *Decl);

} // namespace corace::checks
