// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/TaskTypes.h"

#include "checks/analysis/AccessPath.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corace::checks {

namespace {

constexpr unsigned MaxBases = 8; // of bases of bases; a chain of templates need not end

/// The class as it was written, where its instantiation was not needed and is therefore not there.
const CXXRecordDecl *writtenClass(const CXXRecordDecl *R) {
  if (R && !R->hasDefinition())
    if (const CXXRecordDecl *Pattern = R->getTemplateInstantiationPattern())
      R = Pattern;
  return R && R->hasDefinition() ? R->getDefinition() : nullptr;
}

const CXXRecordDecl *classOf(QualType T) {
  if (const CXXRecordDecl *R = T->getAsCXXRecordDecl())
    return writtenClass(R);
  // A dependent base such as promise_base<T>: the template that it is made of.
  if (const auto *Spec = T->getAs<TemplateSpecializationType>())
    if (const auto *Template = dyn_cast_or_null<ClassTemplateDecl>(Spec->getTemplateName().getAsTemplateDecl()))
      return writtenClass(Template->getTemplatedDecl());
  return nullptr;
}

/// Calls the function for the class and its bases until it returns true.
bool anyClass(const CXXRecordDecl *R, llvm::function_ref<bool(const CXXRecordDecl &)> Fn, unsigned Depth = 0) {
  R = writtenClass(R);
  if (!R || Depth > MaxBases)
    return false;
  if (Fn(*R))
    return true;
  return llvm::any_of(R->bases(), [&](const CXXBaseSpecifier &Base) {
    const CXXRecordDecl *Class = classOf(Base.getType());
    return Class && anyClass(Class, Fn, Depth + 1);
  });
}

const NamedDecl *member(const CXXRecordDecl *R, StringRef Name) {
  const NamedDecl *Found = nullptr;
  anyClass(R, [&](const CXXRecordDecl &Class) {
    for (const Decl *D : Class.decls())
      if (const auto *Named = dyn_cast<NamedDecl>(D);
          Named && Named->getDeclName().isIdentifier() && Named->getName() == Name && !isa<CXXRecordDecl>(Named))
        return (Found = Named) != nullptr;
      else if (const auto *Nested = dyn_cast<CXXRecordDecl>(D);
               Nested && !Nested->isImplicit() && Nested->getDeclName().isIdentifier() && Nested->getName() == Name)
        return (Found = Nested) != nullptr;
    return false;
  });
  return Found;
}

const CXXRecordDecl *promiseOf(const CXXRecordDecl *Task) {
  const NamedDecl *Promise = member(Task, "promise_type");
  if (const auto *Class = dyn_cast_or_null<CXXRecordDecl>(Promise))
    return writtenClass(Class);
  if (const auto *Alias = dyn_cast_or_null<TypedefNameDecl>(Promise))
    return classOf(Alias->getUnderlyingType());
  return nullptr;
}

bool isAwaitable(const CXXRecordDecl *R) {
  return member(R, "await_ready") || anyClass(R, [](const CXXRecordDecl &Class) {
           return llvm::any_of(Class.decls(), [](const Decl *D) {
             if (const auto *Template = dyn_cast<FunctionTemplateDecl>(D))
               D = Template->getTemplatedDecl();
             const auto *F = dyn_cast<FunctionDecl>(D);
             return F && F->getOverloadedOperator() == OO_Coawait;
           });
         });
}

bool startsSuspended(const CXXRecordDecl *Promise) {
  const auto *Initial = dyn_cast_or_null<FunctionDecl>(member(Promise, "initial_suspend"));
  const CXXRecordDecl *Result = Initial ? Initial->getReturnType()->getAsCXXRecordDecl() : nullptr;
  return Result && Result->isInStdNamespace() && Result->getName() == "suspend_always";
}

} // namespace

std::optional<TaskTraits> TaskTypes::classify(QualType T) const {
  const CXXRecordDecl *Class = T->getAsCXXRecordDecl();
  if (!Class)
    return std::nullopt;
  const CXXRecordDecl *Promise = promiseOf(Class);
  if (Promise && member(Promise, "yield_value"))
    return std::nullopt; // a generator: its consumer asks for values
  const TypeModel *Model = Library.type(T);
  if (!Model)
    return Promise && isAwaitable(Class) && startsSuspended(Promise) ? std::optional(TaskTraits()) : std::nullopt;
  if (Model->Role != "task" || (!Model->Await && Model->Drop.empty()))
    return std::nullopt; // what cannot be awaited is a generator or starts by itself
  TaskTraits Traits;
  Traits.Lazy = Model->Start != "eager" && Model->Start != "posted";
  Traits.Once = Model->Once;
  if (Model->Drop == "leaks")
    Traits.Drop = DropEffect::Leaks;
  else if (Model->Drop == "cancels")
    Traits.Drop = DropEffect::Cancels;
  else if (Model->Drop == "detaches")
    Traits.Drop = DropEffect::Detaches;
  else if (!Traits.Lazy)
    return std::nullopt; // it runs, and nothing says that dropping it does harm
  if (Traits.Drop == DropEffect::Detaches && !Model->NoDiscard)
    return std::nullopt;
  return Traits;
}

std::optional<TaskTraits> TaskTypes::of(QualType T) const {
  if (T.isNull() || T->isDependentType())
    return std::nullopt;
  T = T.getNonReferenceType().getUnqualifiedType();
  if (auto It = Cache.find(T.getAsOpaquePtr()); It != Cache.end())
    return It->second;
  return Cache[T.getAsOpaquePtr()] = classify(T);
}

std::optional<TaskTraits> TaskTypes::madeBy(const Expr *E) const {
  E = E ? strip(E) : nullptr;
  if (!E || !E->isPRValue() || !isa<CallExpr, CoawaitExpr>(E))
    return std::nullopt;
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    const FunctionDecl *Callee = Call->getDirectCallee();
    // std::exchange and the like hand out a task that was there before; std::invoke and the like make one.
    if (Callee && Callee->isInStdNamespace() && !isa<CXXMethodDecl>(Callee) &&
        !llvm::is_contained({"invoke", "invoke_r", "apply", "visit"},
                            Callee->getDeclName().isIdentifier() ? Callee->getName() : StringRef()))
      return std::nullopt;
    if (const OpModel *Op = Library.op(Call); Op && Op->Ready)
      return std::nullopt; // its result is there: nothing is lost with it
  }
  return of(E->getType());
}

bool TaskTypes::isFireAndForget(QualType T, const CoroutineBodyStmt &Body) {
  const CXXRecordDecl *Class = T->getAsCXXRecordDecl();
  if (!T->isVoidType() && (!Class || isAwaitable(Class)))
    return false;
  const VarDecl *Promise = Body.getPromiseDecl();
  const auto *Final =
      Promise ? dyn_cast_or_null<FunctionDecl>(member(Promise->getType()->getAsCXXRecordDecl(), "final_suspend"))
              : nullptr;
  const CXXRecordDecl *Result = Final ? Final->getReturnType()->getAsCXXRecordDecl() : nullptr;
  return Result && Result->isInStdNamespace() && Result->getName() == "suspend_never";
}

std::optional<TaskTraits> TaskTypes::madeByCalling(QualType Callable) const {
  QualType T = Callable.getNonReferenceType();
  if (const auto *Pointer = T->getAs<PointerType>())
    T = Pointer->getPointeeType();
  if (const auto *Function = T->getAs<FunctionType>())
    return of(Function->getReturnType());
  const CXXRecordDecl *Class = T->getAsCXXRecordDecl();
  if (!Class || !Class->hasDefinition())
    return std::nullopt;
  if (Class->isLambda())
    if (const FunctionTemplateDecl *Generic = Class->getDependentLambdaCallOperator()) {
      for (const FunctionDecl *Instance : Generic->specializations())
        if (auto Traits = of(Instance->getReturnType()))
          return Traits;
      return std::nullopt;
    }
  const CXXMethodDecl *Operator = nullptr;
  for (const CXXMethodDecl *M : Class->methods())
    if (M->getOverloadedOperator() == OO_Call) {
      if (Operator)
        return std::nullopt; // which one is called depends on the arguments
      Operator = M;
    }
  return Operator ? of(Operator->getReturnType()) : std::nullopt;
}

} // namespace corace::checks
