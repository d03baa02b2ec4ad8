// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/OwnLocks.h"

#include "checks/analysis/Ast.h"
#include "checks/analysis/LibraryView.h"
#include "checks/analysis/ThreadLocks.h"

#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/StringSet.h"

using namespace clang;

namespace corace::checks {

namespace {

/// Names in lower case and without underscores: scoped_lock, scopedLock and ScopedLock are one.
std::string plainName(const FunctionDecl &F) {
  std::string Name = F.getDeclName().isIdentifier() ? F.getName().lower() : std::string();
  llvm::erase(Name, '_');
  return Name;
}

enum class Verb { None, Lock, LockShared, Scoped, ScopedShared, Acquire, Try, Release };

/// What a method of a lock is for, by its name. All names that matter stand here.
Verb verbOf(StringRef Name) {
  static const llvm::StringSet<> Lock = {"lock",          "asynclock",     "lockasync",      "colock",     "lockmanual",
                                         "writelock",     "lockwrite",     "asyncwritelock", "uniquelock", "lockunique",
                                         "exclusivelock", "lockexclusive", "acquirelock",    "lockacquire"};
  static const llvm::StringSet<> Shared = {"lockshared", "sharedlock",    "asynclockshared", "colockshared", "readlock",
                                           "lockread",   "asyncreadlock", "lockasyncshared", "lockforread"};
  static const llvm::StringSet<> Scoped = {"scopedlock",      "lockscoped",      "coscopedlock", "asyncscopedlock",
                                           "scopedlockasync", "lockscopedasync", "lockguard",    "guardlock",
                                           "scopedwritelock", "lockguarded"};
  static const llvm::StringSet<> ScopedShared = {"scopedlockshared",      "coscopedlockshared", "scopedreadlock",
                                                 "asyncscopedlockshared", "scopedsharedlock",   "lockscopedshared"};
  static const llvm::StringSet<> Acquire = {"acquire", "coacquire", "asyncacquire", "acquireasync"};
  static const llvm::StringSet<> Try = {"trylock", "tryacquire", "trylockshared"};
  static const llvm::StringSet<> Release = {"unlock",      "release",     "unlockshared", "counlock",
                                            "asyncunlock", "unlockasync", "sharedunlock", "readunlock",
                                            "writeunlock", "unlockread",  "unlockwrite",  "corelease"};
  return Lock.contains(Name)           ? Verb::Lock
         : Shared.contains(Name)       ? Verb::LockShared
         : Scoped.contains(Name)       ? Verb::Scoped
         : ScopedShared.contains(Name) ? Verb::ScopedShared
         : Acquire.contains(Name)      ? Verb::Acquire
         : Try.contains(Name)          ? Verb::Try
         : Release.contains(Name)      ? Verb::Release
                                       : Verb::None;
}

/// A whole number, but no truth value.
bool isNumber(QualType T) {
  return T.getNonReferenceType()->isIntegerType() && !T.getNonReferenceType()->isBooleanType();
}

/// `acquire(2)` takes two; a lock with a key is as many locks as there are keys, and so none.
bool takesOnlyNumbers(const FunctionDecl &F) {
  return llvm::all_of(F.parameters(), [](const ParmVarDecl *P) { return isNumber(P->getType()); });
}

/// What `await_resume` of the awaitable, or of what its `operator co_await` returns, is.
QualType resultOf(const CXXRecordDecl *Awaitable, unsigned Depth = 0) {
  if (!Awaitable || Depth > 4)
    return {};
  QualType Further;
  for (const CXXMethodDecl *M : Awaitable->methods()) {
    if (plainName(*M) == "awaitresume")
      return M->getReturnType();
    if (M->getOverloadedOperator() == OO_Coawait)
      Further = M->getReturnType();
  }
  if (const CXXRecordDecl *Awaiter = classOf(Further); Awaiter && Awaiter != Awaitable)
    return resultOf(Awaiter, Depth + 1);
  for (const CXXBaseSpecifier &Base : Awaitable->bases())
    if (QualType Result = resultOf(classOf(Base.getType()), Depth + 1); !Result.isNull())
      return Result;
  // A task shows what it holds by its argument.
  const auto *Spec = dyn_cast<ClassTemplateSpecializationDecl>(Awaitable);
  return Spec && Spec->getTemplateArgs().size() > 0 && Spec->getTemplateArgs()[0].getKind() == TemplateArgument::Type
             ? Spec->getTemplateArgs()[0].getAsType()
             : QualType();
}

bool isReleasing(const CXXMethodDecl &M) {
  return !M.isStatic() && verbOf(plainName(M)) == Verb::Release && takesOnlyNumbers(M);
}

/// A class of the user's own that gives something back when it ends.
const CXXRecordDecl *guardOf(QualType T) {
  const CXXRecordDecl *R = classOf(T);
  return R && !R->isInStdNamespace() && !R->hasTrivialDestructor() ? R : nullptr;
}

bool canRelease(const CXXRecordDecl &R) {
  return llvm::any_of(R.methods(), [](const CXXMethodDecl *M) { return isReleasing(*M); });
}

/// The awaited method of a lock: what it is by its name, if its result and its parameters agree.
Verb acquisition(const CXXMethodDecl &M) {
  const Verb V = verbOf(plainName(M));
  if (V == Verb::None || V == Verb::Try || V == Verb::Release || M.isStatic() ||
      !isAwaitableClass(classOf(M.getReturnType())))
    return Verb::None;
  // Tokens, executors and limits of time are classes; keys are strings, numbers and pointers.
  const bool HasKey = llvm::any_of(M.parameters(), [](const ParmVarDecl *P) {
    const CXXRecordDecl *Type = P->getType().getNonReferenceType()->getAsCXXRecordDecl();
    return !Type || (Type->isInStdNamespace() && Type->getIdentifier() && Type->getName().starts_with("basic_string"));
  });
  return HasKey && !(V == Verb::Acquire && takesOnlyNumbers(M)) ? Verb::None : V;
}

/// Units can be counted: by a name, a constructor or an argument.
bool isCounted(const CXXRecordDecl &R, const CXXMethodDecl &Acquire) {
  return (R.getIdentifier() && R.getName().contains_insensitive("semaphore")) || !Acquire.param_empty() ||
         llvm::any_of(R.ctors(), [](const CXXConstructorDecl *C) {
           return llvm::any_of(C->parameters(), [](const ParmVarDecl *P) { return isNumber(P->getType()); });
         });
}

/// The methods, and those that were made of templates.
void forEachMethod(const CXXRecordDecl &R, llvm::function_ref<void(const CXXMethodDecl &)> Fn) {
  for (const Decl *D : R.decls()) {
    if (const auto *M = dyn_cast<CXXMethodDecl>(D))
      Fn(*M);
    else if (const auto *Template = dyn_cast<FunctionTemplateDecl>(D))
      for (const FunctionDecl *Made : Template->specializations())
        if (const auto *Method = dyn_cast<CXXMethodDecl>(Made))
          Fn(*Method);
  }
}

} // namespace

const TypeModel *OwnLocks::shapeOf(const CXXRecordDecl *R) const {
  if (!R || R->isLambda() || R->isInStdNamespace() || R->isDependentType())
    return nullptr;
  auto [It, New] = Types.try_emplace(R);
  TypeModel &Shape = It->second;
  if (New) {
    bool Releases = canRelease(*R), Locks = false, Counts = false;
    forEachMethod(*R, [&](const CXXMethodDecl &M) {
      const Verb V = acquisition(M);
      if (V == Verb::None)
        return;
      // Others hand things out with `acquire` too: what gives one back, without saying which, is a semaphore.
      const CXXRecordDecl *Guard = V == Verb::Acquire ? nullptr : guardOf(resultOf(classOf(M.getReturnType())));
      if (!Releases && !(Guard && canRelease(*Guard)))
        return;
      Locks = true;
      Counts = Counts || (V == Verb::Acquire && isCounted(*R, M));
    });
    if (Locks) {
      Shape.Key = modelName(*R);
      Shape.Role = Counts ? "counted" : "lock";
    }
  }
  return Shape.Role.empty() ? nullptr : &Shape;
}

/// Nothing but a way to its lock, and a destructor.
const TypeModel *OwnLocks::guardShapeOf(const CXXRecordDecl *R) const {
  const CXXDestructorDecl *Ends = R && !R->isInStdNamespace() && !R->isLambda() ? R->getDestructor() : nullptr;
  if (!Ends || !Ends->isUserProvided() || R->isDependentType() || R->getNumBases() != 0)
    return nullptr;
  auto [It, New] = Guards.try_emplace(R);
  TypeModel &Shape = It->second;
  if (New) {
    bool HasLock = false, HasMore = false;
    for (const FieldDecl *Field : R->fields()) {
      const QualType T = Field->getType();
      const bool IsLock = (T->isPointerType() || T->isReferenceType()) && shapeOf(classOf(T->getPointeeType()));
      HasLock = HasLock || IsLock;
      HasMore = HasMore || (!IsLock && !T->isBooleanType());
    }
    if (HasLock && !HasMore) {
      Shape.Key = modelName(*R);
      Shape.Role = "guard";
      Shape.Of = LockMode::Exclusive;
      for (const CXXMethodDecl *M : R->methods())
        if (isReleasing(*M))
          Shape.Releases.push_back(M->getNameAsString());
    }
  }
  return Shape.Role.empty() ? nullptr : &Shape;
}

const TypeModel *OwnLocks::type(QualType T) const {
  const CXXRecordDecl *R = classOf(T);
  const TypeModel *Lock = shapeOf(R);
  return Lock ? Lock : guardShapeOf(R);
}

const OpModel *OwnLocks::op(const FunctionDecl &F) const {
  const auto *M = dyn_cast<CXXMethodDecl>(&F);
  const Verb V = M && !M->isStatic() ? verbOf(plainName(*M)) : Verb::None;
  const TypeModel *Shape = V != Verb::None ? shapeOf(classOf(QualType(M->getParent()->getTypeForDecl(), 0))) : nullptr;
  if (!Shape)
    return nullptr;
  auto [It, New] = Ops.try_emplace(F.getCanonicalDecl());
  OpModel &Op = It->second;
  const LockMode Own = Shape->Role == "counted" ? LockMode::Counted : LockMode::Exclusive;
  const bool Awaits = isAwaitableClass(classOf(M->getReturnType()));
  if (New && V == Verb::Release && isReleasing(*M)) {
    Op.Release = Own;
    Op.ReleasesWhenAwaited = Awaits;
  } else if (New && V == Verb::Try && !Awaits && M->getReturnType()->isBooleanType()) {
    Op.Acquire = Own;
    Op.AcquiresWhenCalled = true;
  } else if (New) {
    switch (acquisition(*M)) {
    case Verb::LockShared:
    case Verb::ScopedShared: Op.Acquire = LockMode::Shared; break;
    case Verb::Lock:
    case Verb::Scoped:
    case Verb::Acquire: Op.Acquire = Own; break;
    default: break;
    }
    if (Own == LockMode::Counted && !M->param_empty())
      Op.Units = 0;
  }
  return Op.Acquire || Op.Release ? &Op : nullptr;
}

} // namespace corace::checks
