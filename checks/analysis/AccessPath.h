// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an access touches: a base and the steps from it. Paths are what facts are about; two accesses belong together
// when their paths overlap.
#pragma once

#include "clang/AST/Decl.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/Expr.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>
#include <string>

namespace corace::checks {

class LibraryView;
class Models;

struct AccessPath {
  enum class BaseKind {
    None,    ///< not a place that the engine can name
    Local,   ///< a variable of this frame
    Global,  ///< namespace scope, static member, function-local static
    This,    ///< the object of the member function; Var is null
    Param,   ///< what a reference or pointer parameter refers to
    Capture, ///< a variable of the enclosing function, or a closure's own copy
    Pointee, ///< what a pointer-like variable of this frame points to
  };
  struct Step {
    enum class Kind { Field, Constant, Symbol, Any, Deref } K;
    const clang::FieldDecl *Field = nullptr;
    std::int64_t Index = 0; ///< for Constant; for Symbol a hash of the expression
    std::string Spelling;   ///< of an index, as the user wrote it
    const clang::Expr *IndexExpr = nullptr;
    bool Mapped = false; ///< of a map: what its iterators call `second`
    friend bool operator==(const Step &A, const Step &B) {
      return A.K == B.K && A.Field == B.Field && (A.K == Kind::Field || A.Index == B.Index);
    }
  };

  BaseKind Base = BaseKind::None;
  const clang::ValueDecl *Var = nullptr;
  llvm::SmallVector<Step, 2> Steps;
  /// Variables whose value is part of the path (symbolic indexes, re-bound pointers): assigning one makes it another
  /// path.
  llvm::SmallVector<const clang::VarDecl *, 2> DependsOn;
  clang::QualType Type; ///< of the place
  bool Const = false;   ///< nobody can write it
  bool Owned = false;   ///< on the way stands an object that owns its target alone and lives in this frame

  explicit operator bool() const { return Base != BaseKind::None; }

  /// Other tasks can reach the place.
  [[nodiscard]] bool isShared() const;
  /// A copy of the path with one step more; paths end after a few steps and then stand for all below.
  [[nodiscard]] AccessPath plus(Step S, clang::QualType T) const;
  /// As the user would write it.
  [[nodiscard]] std::string spelling() const;

  static constexpr unsigned MaxSteps = 6;
};

/// The places may be the same, or one may be a part of the other. Two different indexes are different places.
[[nodiscard]] bool overlap(const AccessPath &A, const AccessPath &B);
[[nodiscard]] bool samePlace(const AccessPath &A, const AccessPath &B);

/// What the local variables of a function, and of the lambdas in it, are set to.
struct LocalBindings {
  /// Pointer-like variables with the one expression that they are ever set to; null when there are several.
  llvm::DenseMap<const clang::VarDecl *, const clang::Expr *> Bound;
  /// Those that are moved along by ++ and the like: they point to some element of where they started.
  llvm::DenseSet<const clang::VarDecl *> Stepped;
  /// Shared pointers made here that never leave as a whole.
  llvm::DenseSet<const clang::VarDecl *> Fresh;
};
[[nodiscard]] LocalBindings localBindings(const clang::FunctionDecl &Function);

/// Resolves expressions of one function to paths. Local references, and pointers and iterators that are bound once,
/// stand for what they were bound to.
class PathResolver {
public:
  /// `Level` counts the accessors that are being looked into.
  PathResolver(const clang::FunctionDecl &Function, const LibraryView &Library, unsigned Level = 0);

  /// The place that a glvalue denotes, or that a pointer-like prvalue points to is one Deref below this one.
  [[nodiscard]] AccessPath resolve(const clang::Expr *E) const;
  /// The place that `*E` denotes for a pointer, iterator or smart pointer.
  [[nodiscard]] AccessPath pointee(const clang::Expr *E) const;
  /// `Object[Index]`; no index means some element.
  [[nodiscard]] AccessPath element(const AccessPath &Object, const clang::Expr *Index, clang::QualType T) const;
  [[nodiscard]] AccessPath ofVariable(const clang::ValueDecl *Var, const clang::Expr *Use) const;
  [[nodiscard]] bool isLocal(const clang::ValueDecl *Var) const;

  /// The element of a container that a call denotes: at, operator[], front, find, ...
  [[nodiscard]] AccessPath elementOfCall(const clang::Expr *Call) const;

private:
  [[nodiscard]] AccessPath confine(AccessPath P) const;
  [[nodiscard]] AccessPath resolveImpl(const clang::Expr *E, unsigned Depth) const;
  [[nodiscard]] AccessPath pointeeImpl(const clang::Expr *E, unsigned Depth) const;
  [[nodiscard]] AccessPath variable(const clang::ValueDecl *Var, unsigned Depth) const;
  [[nodiscard]] AccessPath pointeeOfVariable(const clang::VarDecl *Var, unsigned Depth) const;
  [[nodiscard]] AccessPath call(const clang::CallExpr *Call, unsigned Depth) const;
  [[nodiscard]] AccessPath member(const AccessPath &Object, const clang::FieldDecl &Field) const;
  [[nodiscard]] AccessPath part(const AccessPath &Whole, const clang::FunctionDecl &Get) const;
  [[nodiscard]] AccessPath binding(const clang::BindingDecl &B, unsigned Depth) const;
  [[nodiscard]] AccessPath throughAccessor(const clang::CallExpr *Call, bool Pointer, unsigned Depth) const;
  [[nodiscard]] const AccessPath &returnedBy(const clang::FunctionDecl &Accessor, bool Pointer) const;

  const clang::FunctionDecl &Function;
  const LibraryView &View;
  const Models &Library;
  clang::ASTContext &Context;
  const LocalBindings &Locals;
  const unsigned Level;
  /// What accessors return, as paths of theirs.
  mutable llvm::DenseMap<const clang::FunctionDecl *, AccessPath> Returned;
};

/// A type whose objects point to others: raw pointers, and classes with operator->.
[[nodiscard]] bool isPointerLike(clang::QualType T);
/// std::unique_ptr and its like: the only owner of what it points to (cannot be copied, can be dereferenced and moved).
[[nodiscard]] bool isSoleOwner(clang::QualType T);
/// The object expression of a method or member-operator call; null for others.
[[nodiscard]] const clang::Expr *objectOfCall(const clang::CallExpr *Call);
/// The index of the first explicit argument: 1 for member operators, whose object is argument 0.
[[nodiscard]] unsigned firstArgument(const clang::CallExpr *Call);
/// Looks through parentheses, implicit casts, temporaries and cleanups.
[[nodiscard]] const clang::Expr *strip(const clang::Expr *E);
/// The parts of a statement. A co_await has its operand twice, as it stands and as what it is turned into; here it
/// comes once, so that a walk does not take twice as long with each co_await inside of another.
[[nodiscard]] clang::Stmt::const_child_range childrenOf(const clang::Stmt &S);
/// std::move, std::forward, std::as_const, std::ref, std::addressof: the argument in another clothing.
[[nodiscard]] bool isPassThrough(const clang::CallExpr *Call);
[[nodiscard]] bool isStdMove(const clang::Expr *E);
/// `do { ... } while (0)`, also where a function hides the zero: the body of many macros, and no loop.
[[nodiscard]] bool runsBodyOnce(const clang::DoStmt &S, const clang::ASTContext &Context);

} // namespace corace::checks
