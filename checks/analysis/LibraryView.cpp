// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/LibraryView.h"

#include "checks/analysis/AccessPath.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"

using namespace clang;

namespace corace::checks {

std::string modelName(const NamedDecl &D) {
  llvm::SmallVector<std::string, 6> Parts;
  Parts.push_back(D.getDeclName().getAsString());
  // Constructors and conversions print template arguments; only the plain names matter here.
  for (const DeclContext *C = D.getDeclContext(); C; C = C->getParent()) {
    if (const auto *Ns = dyn_cast<NamespaceDecl>(C)) {
      if (!Ns->isInline() && !Ns->isAnonymousNamespace())
        Parts.push_back(Ns->getNameAsString());
    } else if (const auto *Record = dyn_cast<RecordDecl>(C)) {
      Parts.push_back(Record->getNameAsString());
    }
  }
  std::string Out;
  for (auto It = Parts.rbegin(); It != Parts.rend(); ++It) {
    if (!Out.empty())
      Out += "::";
    Out += *It;
  }
  return Out;
}

const LocalBindings &LibraryView::bindingsOf(const FunctionDecl &Function) const {
  std::shared_ptr<const LocalBindings> &Known = BindingsCache[&Function];
  if (!Known)
    Known = std::make_shared<const LocalBindings>(localBindings(Function));
  return *Known;
}

namespace {

bool namesOfBases(const ASTContext &Context, const CXXRecordDecl *R, llvm::function_ref<bool(StringRef)> Fn,
                  unsigned Depth) {
  if (!R || !R->hasDefinition() || Depth > 8)
    return false;
  for (const CXXBaseSpecifier &Base : R->bases()) {
    const CXXRecordDecl *B = Base.getType()->getAsCXXRecordDecl();
    if (B && (Fn(modelName(*B)) || namesOfBases(Context, B, Fn, Depth + 1)))
      return true;
  }
  return false;
}

} // namespace

bool forEachNameOfType(const ASTContext &Context, QualType T, llvm::function_ref<bool(StringRef)> Fn) {
  if (T.isNull())
    return false;
  T = T.getNonReferenceType();
  for (unsigned I = 0; I < 16; ++I) { // aliases of aliases; the bound keeps odd sugar harmless
    const NamedDecl *Name = nullptr;
    if (const auto *Typedef = dyn_cast<TypedefType>(T.getTypePtr()))
      Name = Typedef->getDecl();
    else if (const auto *Spec = dyn_cast<TemplateSpecializationType>(T.getTypePtr()))
      Name = Spec->getTemplateName().getAsTemplateDecl();
    if (Name && Fn(modelName(*Name)))
      return true;
    QualType Next = T.getSingleStepDesugaredType(Context);
    if (Next == T)
      break;
    T = Next;
  }
  const CXXRecordDecl *R = T->getAsCXXRecordDecl();
  return R && (Fn(modelName(*R)) || namesOfBases(Context, R, Fn, 0));
}

const TypeModel *LibraryView::type(QualType T) const {
  if (T.isNull())
    return nullptr;
  auto [It, New] = TypeCache.try_emplace(T.getAsOpaquePtr(), nullptr);
  if (!New)
    return It->second;
  const TypeModel *Found = Said.type(T);
  if (!Found)
    forEachNameOfType(Context, T, [&](StringRef Name) { return (Found = M.type(Name)) != nullptr; });
  if (!Found)
    Found = Own.type(T);
  TypeCache[T.getAsOpaquePtr()] = Found;
  return Found;
}

bool LibraryView::hasRole(QualType T, StringRef Role) const {
  const TypeModel *Model = type(T);
  return Model && Model->Role == Role;
}

bool LibraryView::isAsyncGuard(QualType T) const {
  const TypeModel *Model = type(T);
  if (!Model)
    return false;
  if (Model->Role == "guard")
    return true;
  if (Model->Role != "guard-of-arg")
    return false;
  const auto *Spec = dyn_cast_or_null<ClassTemplateSpecializationDecl>(T.getNonReferenceType()->getAsCXXRecordDecl());
  if (!Spec || Spec->getTemplateArgs().size() == 0 || Spec->getTemplateArgs()[0].getKind() != TemplateArgument::Type)
    return false;
  const TypeModel *Lock = type(Spec->getTemplateArgs()[0].getAsType());
  return Lock && (Lock->Role == "lock" || Lock->Role == "counted");
}

const OpModel *LibraryView::awaitOn(QualType T) const {
  const OpModel *Found = nullptr;
  forEachNameOfType(Context, T, [&](StringRef Name) { return (Found = M.op(("co_await " + Name).str())) != nullptr; });
  return Found;
}

const OpModel *LibraryView::opOfMethod(QualType Object, StringRef Method) const {
  if (Object->isPointerType())
    Object = Object->getPointeeType();
  const OpModel *Found = nullptr;
  forEachNameOfType(Context, Object,
                    [&](StringRef Class) { return (Found = M.op((Class + "::" + Method).str())) != nullptr; });
  return Found;
}

const OpModel *LibraryView::op(const Expr *E) const {
  E = strip(E);
  if (!E)
    return nullptr;
  auto [It, New] = OpCache.try_emplace(E, nullptr);
  if (!New)
    return It->second;
  const OpModel *Found = lookUp(E);
  if (const auto *Call = dyn_cast<CallExpr>(E); Call && Call->getDirectCallee())
    if (const OpModel *Annotated = Said.op(*Call->getDirectCallee(), Found))
      Found = Annotated;
  if (const auto *Call = dyn_cast<CXXMemberCallExpr>(E); Call && !Found && Call->getMethodDecl()) {
    // What a model or an annotation says of the class is all that it does.
    const QualType Class(Call->getMethodDecl()->getParent()->getTypeForDecl(), 0);
    if (const OpModel *Shaped = Own.op(*Call->getMethodDecl()); Shaped && type(Class) == Own.type(Class))
      Found = Shaped;
  }
  OpCache[E] = Found;
  return Found;
}

const OpModel *LibraryView::lookUp(const Expr *E) const {
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    const FunctionDecl *F = Call->getDirectCallee();
    if (!F)
      return nullptr;
    if (const Expr *Object = objectOfCall(Call)) {
      // A function object: `unifex::when_all(...)` calls operator() of a variable.
      const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
      if (const auto *Ref = dyn_cast<DeclRefExpr>(strip(Object)); Op && Op->getOperator() == OO_Call && Ref)
        if (const OpModel *Found = M.op(modelName(*Ref->getDecl())))
          return Found;
      if (const OpModel *Found = opOfMethod(strip(Object)->getType(), F->getNameAsString()))
        return Found;
    }
    return M.op(modelName(*F));
  }
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) // `co_await this_coro::executor`
    return M.op(modelName(*Ref->getDecl()));
  if (isa<CXXConstructExpr, InitListExpr, CXXFunctionalCastExpr>(E)) {
    const OpModel *Found = nullptr;
    forEachNameOfType(Context, E->getType(), [&](StringRef Name) { return (Found = M.op(Name)) != nullptr; });
    return Found;
  }
  return nullptr;
}

} // namespace corace::checks
