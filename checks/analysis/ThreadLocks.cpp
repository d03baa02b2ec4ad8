// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/ThreadLocks.h"

#include "checks/analysis/AccessPath.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/RecursiveASTVisitor.h"

using namespace clang;

namespace corace::checks {

namespace {

StringRef nameOf(const FunctionDecl &F) { return F.getDeclName().isIdentifier() ? F.getName() : StringRef(); }

const CXXRecordDecl *definitionOf(QualType T) {
  const CXXRecordDecl *R = T.isNull() ? nullptr : T.getNonReferenceType()->getAsCXXRecordDecl();
  return R && R->hasDefinition() ? R->getDefinition() : nullptr;
}

/// The standard's names of what a lock can do.
bool isTakeName(StringRef Name) {
  return llvm::is_contained({"lock", "lock_shared", "lock_upgrade", "try_lock", "try_lock_for", "try_lock_until",
                             "try_lock_shared", "try_lock_shared_for", "try_lock_shared_until"},
                            Name);
}
bool isReleaseName(StringRef Name) { return Name == "unlock" || Name == "unlock_shared" || Name == "unlock_upgrade"; }

/// A lock for coroutines: one of its methods gives something to wait for.
bool isAsynchronous(const CXXRecordDecl &R) {
  return isAwaitableClass(&R) || llvm::any_of(R.methods(), [](const CXXMethodDecl *M) {
           return isAwaitableClass(definitionOf(M->getReturnType()));
         });
}

/// `void lock()` that does something, and `unlock()`.
bool looksLikeLock(const CXXRecordDecl &R) {
  bool Locks = false, Unlocks = false;
  for (const CXXMethodDecl *M : R.methods()) {
    if (!M->param_empty() || !M->getReturnType()->isVoidType())
      continue;
    const auto *Body = M->doesThisDeclarationHaveABody() ? dyn_cast_or_null<CompoundStmt>(M->getBody()) : nullptr;
    Locks = Locks || (nameOf(*M) == "lock" && !(Body && Body->body_empty())); // a null mutex locks nothing
    Unlocks = Unlocks || nameOf(*M) == "unlock";
  }
  return Locks && Unlocks;
}

/// Looks for what ties an object to its thread in the code of its class.
class BondFinder : public RecursiveASTVisitor<BondFinder> {
public:
  bool Counts = false; ///< asks for the number of exceptions of this thread
  llvm::SmallVector<const VarDecl *, 2> Written;

  bool VisitCallExpr(CallExpr *Call) {
    const FunctionDecl *F = Call->getDirectCallee();
    Counts = Counts || (F && F->isInStdNamespace() && nameOf(*F) == "uncaught_exceptions");
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *Op) {
    const auto *Ref = Op->getOpcode() == BO_Assign ? dyn_cast<DeclRefExpr>(strip(Op->getLHS())) : nullptr;
    const auto *Var = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    if (Var && Var->getTLSKind() != VarDecl::TLS_None)
      Written.push_back(Var->getCanonicalDecl());
    return true;
  }
};

BondFinder lookAt(const Stmt *S) {
  BondFinder Finder;
  if (S)
    Finder.TraverseStmt(const_cast<Stmt *>(S));
  return Finder;
}

/// Remembers a count of exceptions, or sets a thread's own variable, and its destructor relies on the thread.
std::string reasonOf(const CXXRecordDecl &R) {
  const CXXDestructorDecl *Destructor = R.getDestructor();
  const FunctionDecl *Definition = nullptr;
  if (!Destructor || !Destructor->isDefined(Definition))
    return {};
  const BondFinder End = lookAt(Definition->getBody());
  if (!End.Counts && End.Written.empty())
    return {};
  bool Counts = false, Sets = false;
  auto begin = [&](const Stmt *S) {
    const BondFinder Start = lookAt(S);
    Counts = Counts || Start.Counts;
    Sets = Sets || llvm::any_of(Start.Written, [&](const VarDecl *V) { return llvm::is_contained(End.Written, V); });
  };
  for (const FieldDecl *Field : R.fields())
    begin(Field->getInClassInitializer());
  for (const CXXConstructorDecl *C : R.ctors())
    if (const FunctionDecl *D = nullptr; C->isDefined(D)) {
      begin(D->getBody());
      for (const CXXCtorInitializer *I : cast<CXXConstructorDecl>(D)->inits())
        begin(I->getInit());
    }
  if (End.Counts && Counts)
    return "it counts the exceptions of its thread";
  if (Sets)
    return "it sets '" + End.Written.front()->getNameAsString() +
           "', which each thread has its own of, and sets it back";
  return {};
}

} // namespace

bool isAwaitableClass(const CXXRecordDecl *R) {
  if (!R || !R->hasDefinition())
    return false;
  for (const Decl *D : R->decls()) {
    if (const auto *Template = dyn_cast<FunctionTemplateDecl>(D))
      D = Template->getTemplatedDecl();
    const auto *F = dyn_cast<FunctionDecl>(D);
    if (F && (F->getOverloadedOperator() == OO_Coawait || nameOf(*F) == "await_ready"))
      return true;
  }
  return llvm::any_of(R->bases(),
                      [](const CXXBaseSpecifier &Base) { return isAwaitableClass(definitionOf(Base.getType())); });
}

bool ThreadLocks::isLock(QualType T, bool AsArgument) const {
  const CXXRecordDecl *R = definitionOf(T);
  if (const TypeModel *Model = Library.type(T))
    return Model->Role == "hostile";
  if (!R || isAsynchronous(*R))
    return false;
  return R->hasAttr<CapabilityAttr>() || (AsArgument && looksLikeLock(*R));
}

bool ThreadLocks::takes(QualType T, StringRef Method) const {
  const TypeModel *Model = Library.type(T);
  return Model && !Model->Acquires.empty() ? llvm::is_contained(Model->Acquires, Method) : isTakeName(Method);
}

bool ThreadLocks::releases(QualType T, StringRef Method) const {
  const TypeModel *Model = Library.type(T);
  return Model && !Model->Releases.empty() ? llvm::is_contained(Model->Releases, Method) : isReleaseName(Method);
}

/// A guard whose class has Clang's attributes: what its constructors take.
ThreadBond ThreadLocks::guardOf(const CXXRecordDecl &R) const {
  for (const CXXConstructorDecl *C : R.ctors())
    if (C->hasAttr<AcquireCapabilityAttr>() && C->getNumParams() > 0) {
      QualType Lock = C->getParamDecl(0)->getType().getNonReferenceType();
      if (Lock->isPointerType())
        Lock = Lock->getPointeeType();
      if (isLock(Lock))
        return ThreadBond::Guard;
    }
  return ThreadBond::None;
}

bool ThreadLocks::isAround(const CXXRecordDecl &R) const {
  auto isBound = [&](QualType T) { return of(T).Bond != ThreadBond::None; };
  // Smart pointers, optionals, tuples: what they are made of.
  if (const auto *Spec = dyn_cast<ClassTemplateSpecializationDecl>(&R);
      Spec && (R.isInStdNamespace() || isPointerLike(QualType(R.getTypeForDecl(), 0)))) {
    for (const TemplateArgument &Arg : Spec->getTemplateArgs().asArray()) {
      llvm::ArrayRef<TemplateArgument> Args = Arg.getKind() == TemplateArgument::Pack ? Arg.pack_elements() : Arg;
      for (const TemplateArgument &A : Args)
        if (A.getKind() == TemplateArgument::Type && !A.getAsType()->isDependentType() && isBound(A.getAsType()))
          return true;
    }
    return false;
  }
  return llvm::any_of(
             R.fields(),
             [&](const FieldDecl *Field) { return Field->getType()->isRecordType() && isBound(Field->getType()); }) ||
         llvm::any_of(R.bases(), [&](const CXXBaseSpecifier &Base) { return isBound(Base.getType()); });
}

ThreadBoundType ThreadLocks::classify(QualType T) const {
  const CXXRecordDecl *R = definitionOf(T);
  if (!R || R->isDependentContext() || R->isLambda())
    return {};
  if (const TypeModel *Model = Library.type(T)) {
    if (Model->Role == "hostile-guard")
      return {Model->Reason.empty() ? ThreadBond::Guard : ThreadBond::Scope, Model, Model->Reason};
    if (Model->Role == "guard-of-arg") {
      const auto *Spec = dyn_cast<ClassTemplateSpecializationDecl>(R);
      if (Spec)
        for (const TemplateArgument &Arg : Spec->getTemplateArgs().asArray()) {
          llvm::ArrayRef<TemplateArgument> Args = Arg.getKind() == TemplateArgument::Pack ? Arg.pack_elements() : Arg;
          for (const TemplateArgument &A : Args)
            if (A.getKind() == TemplateArgument::Type && isLock(A.getAsType(), /*AsArgument=*/true))
              return {ThreadBond::Guard, Model, {}};
        }
      return {!Spec && isAround(*R) ? ThreadBond::Around : ThreadBond::None, nullptr, {}};
    }
    if (!Model->Role.empty() && Model->Role != "owner" && Model->Role != "container")
      return {};
  }
  if (R->hasAttr<ScopedLockableAttr>())
    return {guardOf(*R), nullptr, {}};
  if (std::string Reason = reasonOf(*R); !Reason.empty())
    return {ThreadBond::Scope, nullptr, std::move(Reason)};
  return {isAround(*R) ? ThreadBond::Around : ThreadBond::None, nullptr, {}};
}

const ThreadBoundType &ThreadLocks::of(QualType T) const {
  static const ThreadBoundType Nothing;
  if (T.isNull() || T->isDependentType())
    return Nothing;
  T = T.getNonReferenceType().getUnqualifiedType();
  if (T->isPointerType())
    T = T->getPointeeType().getUnqualifiedType();
  auto [It, New] = Cache.try_emplace(T.getAsOpaquePtr(), nullptr);
  if (!New)
    return It->second ? *It->second : Nothing; // it is a part of itself, by way of a pointer
  auto Found = std::make_unique<ThreadBoundType>(classify(T));
  return *(Cache[T.getAsOpaquePtr()] = std::move(Found));
}

} // namespace corace::checks
