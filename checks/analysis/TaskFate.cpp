// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/TaskFate.h"

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Ast.h"
#include "checks/analysis/Inline.h"
#include "checks/analysis/InlineFrame.h"
#include "checks/analysis/LateUses.h"
#include "checks/summaries/Others.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corace::checks {

namespace {

constexpr unsigned MaxDepth = 12; // of references to references

/// The variable that is named, or whose part is; null for members and everything else.
const VarDecl *localOf(const Expr *E) {
  for (E = strip(E); E;) {
    if (const auto *Member = dyn_cast<MemberExpr>(E); Member && !Member->isArrow())
      E = strip(Member->getBase());
    else if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(E))
      E = strip(Sub->getBase());
    else if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(E); Op && Op->getOperator() == OO_Subscript)
      E = strip(Op->getArg(0));
    else
      break;
  }
  const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E);
  const auto *Var = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
  return Var && Var->hasLocalStorage() && !Var->getType()->isReferenceType() &&
                 !Ref->refersToEnclosingVariableOrCapture()
             ? Var
             : nullptr;
}

/// A completion token of the asio kind: what it makes of an operation.
enum class Token { Detached, Handle };
Token tokenOf(const CallExpr *Call) {
  const Expr *Last = Call->getNumArgs() ? Call->getArg(Call->getNumArgs() - 1) : nullptr;
  if (!Last || isa<CXXDefaultArgExpr>(Last))
    return Token::Handle; // the default of an executor makes something that can be awaited
  std::string Name;
  if (const CXXRecordDecl *R = Last->getType().getNonReferenceType()->getAsCXXRecordDecl())
    Name = R->getNameAsString();
  // A handler is called at the end, and nobody waits.
  for (StringRef Waits : {"use_awaitable_t", "deferred_t", "use_future_t", "use_promise_t", "use_coro_t", "use_op_t",
                          "as_tuple_t", "redirect_error_t", "cancel_after_t", "executor_binder", "yield_context"})
    if (Name.find(Waits) != std::string::npos)
      return Token::Handle;
  return Token::Detached;
}

TaskFate at(TaskFate::Kind K, const Stmt *Sink, const CallExpr *Op = nullptr) {
  TaskFate F;
  F.K = K;
  F.Sink = Sink;
  F.Op = Op;
  return F;
}

TaskFate inVariable(const VarDecl *Var, const Stmt *Sink, bool Container) {
  TaskFate F;
  F.K = Var && Var->hasLocalStorage() ? TaskFate::Kind::InVariable : TaskFate::Kind::Stored;
  F.Var = F.K == TaskFate::Kind::InVariable ? Var : nullptr;
  F.Sink = Sink;
  F.Container = Container;
  return F;
}

/// Follows a value outwards.
class FateFinder {
public:
  FateFinder(ArrayRef<const Stmt *> Above, bool Runs, const LibraryView &Library)
      : Above(Above), Runs(Runs), Library(Library) {}

  TaskFate find(const Expr *E) {
    const Stmt *Child = E;
    for (std::size_t I = Above.size(); I-- > 0;) {
      std::optional<TaskFate> Decided = step(Child, Above[I]);
      if (Decided)
        return Opaque && Decided->K != TaskFate::Kind::Waited ? TaskFate() : *Decided;
      Child = Above[I];
    }
    return {};
  }

private:
  /// What the parent does with the child; nothing if the parent's value is the task in turn.
  std::optional<TaskFate> step(const Stmt *Child, const Stmt *Parent) {
    if (isa<CoawaitExpr>(Parent))
      return at(TaskFate::Kind::Waited, Parent);
    if (isa<ReturnStmt, CoreturnStmt>(Parent))
      return at(TaskFate::Kind::Returned, Parent);
    if (const auto *Declaration = dyn_cast<DeclStmt>(Parent)) {
      for (const Decl *D : Declaration->decls())
        if (const auto *Var = dyn_cast<VarDecl>(D); Var && Var->getInit() == Child)
          return inVariable(Var, Parent, false);
      return TaskFate();
    }
    if (const auto *Cast = dyn_cast<CastExpr>(Parent); Cast && Cast->getCastKind() == CK_ToVoid)
      return dropped(Parent);
    if (const auto *Call = dyn_cast<CallExpr>(Parent))
      return call(Child, Call);
    if (const auto *Construct = dyn_cast<CXXConstructExpr>(Parent))
      return construct(Construct);
    if (const auto *List = dyn_cast<InitListExpr>(Parent))
      return List->getNumInits() == 1 ? std::nullopt : std::optional<TaskFate>(TaskFate());
    if (const auto *Choice = dyn_cast<AbstractConditionalOperator>(Parent))
      return Choice->getCond() == Child ? std::optional<TaskFate>(TaskFate()) : std::nullopt;
    if (const auto *Op = dyn_cast<BinaryOperator>(Parent)) {
      if (Op->isCommaOp())
        return Op->getLHS() == Child ? std::optional(dropped(Parent)) : std::nullopt;
      return TaskFate();
    }
    if (isa<MemberExpr, ParenExpr, CastExpr, FullExpr, MaterializeTemporaryExpr, CXXBindTemporaryExpr>(Parent))
      return std::nullopt;
    if (isa<CompoundStmt, IfStmt, ForStmt, WhileStmt, DoStmt, CXXForRangeStmt, SwitchCase, LabelStmt, AttributedStmt>(
            Parent))
      return dropped(Parent);
    return TaskFate();
  }

  TaskFate dropped(const Stmt *Where) const { return Runs ? at(TaskFate::Kind::Detached, Where) : TaskFate(); }

  /// Another clothing of the same task; with more arguments it may be anything.
  std::optional<TaskFate> construct(const CXXConstructExpr *E) {
    if (const OpModel *Op = Library.op(E); Op && (Op->SpawnsAny || !Op->Pass.empty())) {
      Runs = Runs || Op->SpawnsAny;
      return std::nullopt;
    }
    if (E->getNumArgs() == 1 || (E->getNumArgs() > 1 && isa<CXXDefaultArgExpr>(E->getArg(1))))
      return std::nullopt;
    Opaque = true;
    return std::nullopt;
  }

  std::optional<TaskFate> call(const Stmt *Child, const CallExpr *Call) {
    if (isPassThrough(Call))
      return std::nullopt;
    const OpModel *Op = Library.op(Call);
    const unsigned First = firstArgument(Call);
    unsigned Index = 0;
    bool IsObject = true;
    for (unsigned I = First; I < Call->getNumArgs(); ++I)
      if (Call->getArg(I) == Child) {
        Index = I - First;
        IsObject = false;
      }
    if (Op)
      if (auto Known = modelled(*Op, Call, Index, IsObject))
        return *Known == Through ? std::nullopt : std::optional(fate(*Known, Call));
    if (IsObject) { // a method of the task: t.start(), t.result()
      Opaque = true;
      return std::nullopt;
    }
    if (!Op && handsOn(Call->getDirectCallee(), Index, Library) != HandsOn::No)
      return at(TaskFate::Kind::Detached, Call, Call);
    const Expr *Object = objectOfCall(Call);
    const auto *Operator = dyn_cast<CXXOperatorCallExpr>(Call);
    const bool Assigns = Operator && Operator->getOperator() == OO_Equal;
    if (Object && (Assigns || Library.models().effectOfMethod(nameOf(Call->getDirectCallee())) == "insert")) {
      const VarDecl *Var = localOf(Object);
      return Var ? inVariable(Var, Call, !Assigns) : at(TaskFate::Kind::Stored, Call);
    }
    Opaque = true;
    return std::nullopt;
  }

  enum Known { Through, Waits, Detaches, Scopes };
  static TaskFate fate(Known K, const CallExpr *Call) {
    return at(K == Waits      ? TaskFate::Kind::Waited
              : K == Detaches ? TaskFate::Kind::Detached
                              : TaskFate::Kind::Scoped,
              Call, Call);
  }

  std::optional<Known> modelled(const OpModel &Op, const CallExpr *Call, unsigned Index, bool IsObject) {
    const unsigned Count = Call->getNumArgs() - firstArgument(Call);
    const bool Starts = IsObject ? llvm::is_contained(Op.Spawns, -2) : startsArgument(Op, Index, Count);
    if (Op.Joins && Op.Reenter) // blocks until all has ended
      return Waits;
    if (Starts || Op.Joins) {
      if (Op.Joins)
        return Through;
      Runs = true;
      if (Op.Until == "return")
        return Through;
      if (Op.Until == "token") {
        if (tokenOf(Call) == Token::Detached)
          return Detaches;
        return Through;
      }
      return Op.Until.empty() || Op.Until == "detached" ? Detaches : Scopes;
    }
    if (!Op.Callable.empty() && !IsObject) {
      Runs = Runs || Op.Callable != "kept"; // the others call it at once
      return Through;
    }
    unsigned Passed = 0;
    if ((IsObject && Op.Pass == "this") ||
        (!IsObject && (Op.Pass == "all" || (Op.Pass == "last" && Index + 1 == Count) ||
                       (!StringRef(Op.Pass).getAsInteger(10, Passed) && Passed == Index))))
      return Through;
    return std::nullopt;
  }

  ArrayRef<const Stmt *> Above;
  bool Runs;
  bool Opaque = false; ///< went into something unknown, which may wait or not
  const LibraryView &Library;
};

} // namespace

bool startsArgument(const OpModel &Op, unsigned Index, unsigned Count) {
  if (Op.SpawnsAll)
    return true;
  return llvm::any_of(Op.Spawns,
                      [&](int I) { return I == static_cast<int>(Index) || (I == -1 && Index + 1 == Count); });
}

TaskFate fateOf(const Expr *E, ArrayRef<const Stmt *> Above, bool Runs, const LibraryView &Library) {
  return FateFinder(Above, Runs, Library).find(E);
}

namespace {

/// The one place where a function names a parameter, and the way to it.
struct Mention {
  explicit Mention(const ParmVarDecl *P) : Param(P) {}

  const ParmVarDecl *Param;
  const DeclRefExpr *Ref = nullptr;
  unsigned Count = 0;
  llvm::SmallVector<const Stmt *, 16> Way, Above;

  void look(const Stmt *S) {
    if (!S || Count > 1 || isa<UnaryExprOrTypeTraitExpr, RequiresExpr, CXXNoexceptExpr>(S))
      return;
    if (const auto *Found = dyn_cast<DeclRefExpr>(S); Found && Found->getDecl() == Param) {
      Ref = Found;
      Above = Way;
      Count += Found->refersToEnclosingVariableOrCapture() ? 2 : 1;
      return;
    }
    Way.push_back(S);
    if (const auto *Lambda = dyn_cast<LambdaExpr>(S)) {
      for (const Expr *Init : Lambda->capture_inits())
        look(Init);
      Count += Count > 0 && Ref && llvm::is_contained(Above, S); // what the lambda does with it is another matter
    } else {
      for (const Stmt *Child : S->children())
        look(Child);
    }
    Way.pop_back();
  }
};

/// Something is called once the task runs. It may wait for it, and then the function does more than hand it on.
bool callsAfter(const Stmt *S, SourceLocation Start, const SourceManager &SM) {
  if (!S || isa<LambdaExpr>(S))
    return false;
  const auto *Call = dyn_cast<CallExpr>(S);
  if (Call && !isa<CXXOperatorCallExpr>(Call) && !isPassThrough(Call) &&
      SM.isBeforeInTranslationUnit(Start, Call->getBeginLoc()))
    return true;
  return llvm::any_of(S->children(), [&](const Stmt *Child) { return callsAfter(Child, Start, SM); });
}

HandsOn lookForHandover(const FunctionDecl &F, unsigned Param, const LibraryView &Library) {
  const FunctionDecl *Definition = ownDefinition(&F);
  if (!Definition) {
    const FunctionSummary *Known = Library.others() ? Library.others()->function(&F) : nullptr;
    return Known && llvm::is_contained(Known->Starts, Param) ? HandsOn::Itself : HandsOn::No;
  }
  if (isCoroutine(*Definition))
    return HandsOn::No;
  Mention Only(Definition->getParamDecl(Param));
  Only.look(Definition->getBody());
  if (Only.Count != 1)
    return HandsOn::No;
  const Expr *E = Only.Ref;
  HandsOn How = HandsOn::Itself;
  for (std::size_t I = Only.Above.size(); I-- > 0;) {
    const Stmt *Parent = Only.Above[I];
    const auto *Call = dyn_cast<CallExpr>(Parent);
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Parent); Op && Op->getOperator() == OO_Call) {
      const Expr *Object = strip(Op->getArg(0));
      if (const auto *Pass = dyn_cast<CallExpr>(Object); Pass && isPassThrough(Pass))
        Object = strip(Pass->getArg(0));
      if (Object != Only.Ref)
        break;
      E = Op;
      How = HandsOn::ItsTask;
      Only.Above.truncate(I);
      break;
    }
    if (!isa<CastExpr, ParenExpr>(Parent) && !(Call && isPassThrough(Call)))
      break;
  }
  const TaskFate Fate = fateOf(E, Only.Above, /*Runs=*/false, Library);
  if (Fate.K != TaskFate::Kind::Detached || !Fate.Op)
    return HandsOn::No;
  const SourceManager &SM = Definition->getASTContext().getSourceManager();
  return callsAfter(Definition->getBody(), Fate.Op->getEndLoc(), SM) ? HandsOn::No : How;
}

} // namespace

HandsOn handsOn(const FunctionDecl *F, unsigned Param, const LibraryView &Library) {
  if (!F || Param >= F->getNumParams() || !F->getParamDecl(Param)->getType().getNonReferenceType()->isRecordType())
    return HandsOn::No;
  const std::pair Key{F->getCanonicalDecl(), Param};
  // One that calls itself has nothing to tell.
  if (const auto [It, New] = Library.HandedOn.try_emplace(Key, static_cast<unsigned>(HandsOn::No)); !New)
    return static_cast<HandsOn>(It->second);
  const HandsOn Found = lookForHandover(*F, Param, Library);
  Library.HandedOn[Key] = static_cast<unsigned>(Found);
  return Found;
}

bool handsOnAny(const CallExpr &Call, const LibraryView &Library) {
  const FunctionDecl *F = Call.getDirectCallee();
  for (unsigned I = 0; F && I < F->getNumParams(); ++I)
    if (handsOn(F, I, Library) != HandsOn::No)
      return true;
  return false;
}

Referent Referents::variable(const ValueDecl *Decl, unsigned Depth) const {
  if (const auto *Binding = dyn_cast_or_null<BindingDecl>(Decl))
    Decl = dyn_cast_or_null<VarDecl>(Binding->getDecomposedDecl());
  const auto *Var = dyn_cast_or_null<VarDecl>(Decl);
  if (!Var || !Var->hasLocalStorage() || Var->getDeclContext() != &Function)
    return {};
  if (!Var->getType()->isReferenceType())
    return {Referent::Kind::Local, Var};
  if (isa<ParmVarDecl>(Var) || !Var->getInit() || Var->isInitCapture())
    return {};
  // A temporary that a reference keeps alive goes with the reference.
  const Expr *Init = Var->getInit()->IgnoreParenImpCasts();
  if (const auto *Full = dyn_cast<FullExpr>(Init))
    Init = Full->getSubExpr()->IgnoreParenImpCasts();
  if (const auto *Kept = dyn_cast<MaterializeTemporaryExpr>(Init); Kept && Kept->getExtendingDecl() == Var)
    return {Referent::Kind::Local, Var};
  return place(Init, Depth + 1);
}

Referent Referents::place(const Expr *E, unsigned Depth) const {
  if (!E || Depth > MaxDepth)
    return {};
  E = E->IgnoreParens();
  if (const auto *Kept = dyn_cast<MaterializeTemporaryExpr>(E)) {
    if (Kept->getStorageDuration() == SD_FullExpression)
      return {Referent::Kind::Temporary, nullptr};
    return variable(dyn_cast_or_null<VarDecl>(Kept->getExtendingDecl()), Depth + 1);
  }
  if (isa<LambdaExpr>(E))
    return {Referent::Kind::Temporary, nullptr};
  if (const auto *Bind = dyn_cast<CXXBindTemporaryExpr>(E))
    return place(Bind->getSubExpr(), Depth + 1);
  if (const auto *Full = dyn_cast<FullExpr>(E))
    return place(Full->getSubExpr(), Depth + 1);
  if (const auto *Cast = dyn_cast<CastExpr>(E))
    return Cast->getCastKind() == CK_LValueToRValue ? Referent() : place(Cast->getSubExpr(), Depth + 1);
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    return Ref->refersToEnclosingVariableOrCapture() ? Referent() : variable(Ref->getDecl(), Depth);
  if (const auto *Member = dyn_cast<MemberExpr>(E)) {
    if (Member->getMemberDecl()->getType()->isReferenceType())
      return {};
    return Member->isArrow() ? pointee(Member->getBase(), Depth + 1) : place(Member->getBase(), Depth + 1);
  }
  if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(E))
    return strip(Sub->getBase())->getType()->isArrayType() ? place(strip(Sub->getBase()), Depth + 1) : Referent();
  if (const auto *Unary = dyn_cast<UnaryOperator>(E); Unary && Unary->getOpcode() == UO_Deref)
    return pointee(Unary->getSubExpr(), Depth + 1);
  if (const auto *Choice = dyn_cast<AbstractConditionalOperator>(E)) {
    Referent First = place(Choice->getTrueExpr(), Depth + 4);
    return First.K != Referent::Kind::Unknown ? First : place(Choice->getFalseExpr(), Depth + 4);
  }
  if (const auto *Call = dyn_cast<CallExpr>(E))
    return ofCall(Call, Depth + 1);
  return {};
}

/// A call that denotes its argument, or a part of its object.
Referent Referents::ofCall(const CallExpr *Call, unsigned Depth) const {
  if (isPassThrough(Call))
    return place(Call->getArg(0), Depth);
  const Expr *Object = objectOfCall(Call);
  if (!Object || !Call->isGLValue())
    return {};
  const QualType T = strip(Object)->getType();
  // What a pointer or a view denotes is somebody else's.
  if (isSoleOwner(T)) {
    const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
    return Op && (Op->getOperator() == OO_Star || Op->getOperator() == OO_Arrow) ? place(Object, Depth) : Referent();
  }
  if (isPointerLike(T) || isView(T, Library))
    return {};
  const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
  if ((Op && Op->getOperator() == OO_Subscript) ||
      Library.models().effectOfMethod(nameOf(Call->getDirectCallee())) == "element")
    return place(Object, Depth);
  return {};
}

Referent Referents::pointee(const Expr *E, unsigned Depth) const {
  if (!E || Depth > MaxDepth)
    return {};
  E = E->IgnoreParens();
  if (const auto *Cast = dyn_cast<CastExpr>(E)) {
    if (Cast->getCastKind() == CK_ArrayToPointerDecay)
      return isa<StringLiteral>(strip(Cast->getSubExpr())) ? Referent() : place(Cast->getSubExpr(), Depth + 1);
    return Cast->getCastKind() == CK_LValueToRValue ? Referent() : pointee(Cast->getSubExpr(), Depth + 1);
  }
  if (const auto *Full = dyn_cast<FullExpr>(E))
    return pointee(Full->getSubExpr(), Depth + 1);
  if (const auto *Unary = dyn_cast<UnaryOperator>(E); Unary && Unary->getOpcode() == UO_AddrOf)
    return place(Unary->getSubExpr(), Depth + 1);
  const auto *Call = dyn_cast<CallExpr>(E);
  if (!Call)
    return {};
  if (isPassThrough(Call)) // std::addressof
    return Call->getArg(0)->getType()->isPointerType() ? pointee(Call->getArg(0), Depth + 1)
                                                       : place(Call->getArg(0), Depth + 1);
  const Expr *Object = objectOfCall(Call);
  if (!Object)
    return {};
  const QualType T = strip(Object)->getType();
  StringRef Name = nameOf(Call->getDirectCallee());
  const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
  if (isSoleOwner(T))
    return (Op && Op->getOperator() == OO_Arrow) || Name == "get" ? place(Object, Depth + 1) : Referent();
  if (isPointerLike(T) || isView(T, Library))
    return {};
  return Name == "c_str" || Name == "data" ? place(Object, Depth + 1) : Referent();
}

/// The view that an expression makes: of what?
Referent Referents::viewed(const Expr *E, unsigned Depth) const {
  E = E ? strip(E) : nullptr;
  if (!E || Depth > MaxDepth)
    return {};
  if (const auto *List = dyn_cast<CXXStdInitializerListExpr>(E))
    return place(List->getSubExpr(), Depth + 1);
  if (const auto *Functional = dyn_cast<CXXFunctionalCastExpr>(E))
    return viewed(Functional->getSubExpr(), Depth + 1);
  if (const auto *Construct = dyn_cast<CXXConstructExpr>(E)) {
    if (Construct->getNumArgs() == 0)
      return {};
    const Expr *From = Construct->getArg(0);
    const QualType T = strip(From)->getType();
    if (T->isPointerType() || T->isArrayType())
      return isa<StringLiteral>(strip(From))         ? Referent()
             : T->isArrayType() && From->isGLValue() ? place(From, Depth + 1)
                                                     : pointee(From, Depth + 1);
    // A copy of a view refers to what that one refers to; other arguments count if they are taken by reference.
    if (isView(T, Library))
      return Construct->getConstructor()->isCopyOrMoveConstructor() ? viewed(From, Depth + 1) : Referent();
    return From->isGLValue() && !isPointerLike(T) ? place(From, Depth + 1) : Referent();
  }
  const auto *Call = dyn_cast<CallExpr>(E);
  if (!Call)
    return {};
  if (isPassThrough(Call)) {
    const Expr *From = Call->getArg(0);
    // A view that is moved is copied; what std::ref makes refers to its argument.
    const bool SameType = Call->getType().getCanonicalType().getUnqualifiedType() ==
                          strip(From)->getType().getCanonicalType().getUnqualifiedType();
    return SameType && isView(Call->getType(), Library) ? viewed(From, Depth + 1) : place(From, Depth + 1);
  }
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call);
      Member && isa_and_nonnull<CXXConversionDecl>(Member->getMethodDecl())) {
    const Expr *Object = Member->getImplicitObjectArgument();
    const QualType T = strip(Object)->getType();
    return isView(T, Library) || isPointerLike(T) ? Referent() : place(Object, Depth + 1);
  }
  return {};
}

Referent Referents::ofObject(const Expr *Object) const {
  return Object->getType()->isPointerType() ? pointee(Object, 0) : place(Object);
}

Referent Referents::ofArgument(const Expr *Arg, QualType ParamType) const {
  if (ParamType->isReferenceType()) {
    // A reference to a pointer, a view or a handle is one to that; it dies with it all the same.
    return place(Arg);
  }
  if (ParamType->isPointerType())
    return pointee(Arg, 0);
  return isView(ParamType, Library) ? viewed(Arg, 0) : Referent();
}

} // namespace corace::checks
