// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/RivalIndex.h"

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Disturbance.h"
#include "checks/analysis/Suspension.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corace::checks {

/// Walks the user's code once. System headers are not entered: that is where most of a translation unit is.
class RivalCollector : public RecursiveASTVisitor<RivalCollector> {
  using Base = RecursiveASTVisitor<RivalCollector>;

public:
  RivalCollector(RivalIndex &Out, ASTContext &Context, const LibraryView &Library)
      : Out(Out), Context(Context), Library(Library) {}

  bool shouldVisitTemplateInstantiations() const { return true; }
  bool shouldVisitLambdaBody() const { return true; }

  bool TraverseDecl(Decl *D) {
    if (!D)
      return true;
    const SourceManager &SM = Context.getSourceManager();
    if (D->getLocation().isValid() && !isa<TranslationUnitDecl>(D) &&
        SM.isInSystemHeader(SM.getExpansionLoc(D->getLocation())))
      return true;
    const Surroundings Outer = Around;
    if (auto *F = dyn_cast<FunctionDecl>(D))
      Around = {F, nullptr, nullptr, nullptr};
    bool Go = Base::TraverseDecl(D);
    Around = Outer;
    return Go;
  }
  bool TraverseLambdaExpr(LambdaExpr *Lambda) {
    // The body belongs to the call operator, the captures to us.
    for (Expr *Init : Lambda->capture_inits()) {
      if (isa_and_nonnull<DeclRefExpr>(Init))
        Harmless.insert(Init); // captured by reference: what the body does with it counts
      if (Init && !TraverseStmt(Init))
        return false;
    }
    for (CXXMethodDecl *Body : bodiesOf(*Lambda)) {
      const Surroundings Outer = Around;
      if (Around.Loop)
        Out.LambdaLoops[Body->getCanonicalDecl()] = Around.Loop;
      Around = {Body, nullptr, nullptr, Outer.Guard ? Outer.Guard : Outer.Started};
      addFunction(Body);
      bool Go = Body->isDependentContext() || TraverseStmt(Body->getBody());
      Around = Outer;
      if (!Go)
        return false;
    }
    return true;
  }
#define CORACE_LOOP(Class)                                                                                             \
  bool Traverse##Class(Class *S) {                                                                                     \
    const Stmt *Outer = Around.Loop;                                                                                   \
    if (isLoop(*S))                                                                                                    \
      Around.Loop = S;                                                                                                 \
    bool Go = Base::Traverse##Class(S);                                                                                \
    Around.Loop = Outer;                                                                                               \
    return Go;                                                                                                         \
  }
  CORACE_LOOP(ForStmt)
  CORACE_LOOP(WhileStmt)
  CORACE_LOOP(DoStmt)
  CORACE_LOOP(CXXForRangeStmt)
#undef CORACE_LOOP
  bool TraverseIfStmt(IfStmt *S) {
    const Expr *Outer = Around.Guard;
    Around.Guard = S->getCond();
    bool Go = Base::TraverseIfStmt(S);
    Around.Guard = Outer;
    return Go;
  }

  bool VisitFunctionDecl(FunctionDecl *F) {
    addFunction(F);
    return true;
  }
  bool VisitVarDecl(VarDecl *Var) {
    Out.Strand = Out.Strand || Library.hasRole(Var->getType(), "serial");
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *Op) {
    if (Op->isAssignmentOp())
      addWrite(Op->getLHS(), Op);
    disturb(Op);
    return true;
  }
  bool VisitUnaryOperator(UnaryOperator *Op) {
    if (Op->isIncrementDecrementOp())
      addWrite(Op->getSubExpr(), Op);
    return true;
  }
  bool VisitCoawaitExpr(CoawaitExpr *E) {
    const Expr *Operand = strip(E->getOperand());
    for (unsigned I = 0; I < 4; ++I)
      if (const auto *Call = dyn_cast_or_null<CallExpr>(Operand); Call && isPassThrough(Call))
        Operand = strip(Call->getArg(0));
    AwaitedCalls.insert(Operand);
    return true;
  }
  bool VisitCallExpr(CallExpr *Call) {
    const FunctionDecl *Callee = Call->getDirectCallee();
    if (!Callee)
      return true;
    Called.insert(strip(Call->getCallee()));
    disturb(Call);
    Out.Calls[Callee->getCanonicalDecl()].push_back({Around.Function, Call, Around.Loop != nullptr, false, Around.Loop,
                                                     Around.Guard ? Around.Guard : Around.Started});
    if (const Expr *Object = objectOfCall(Call)) {
      writeByCall(Call, *Callee, Object);
      changeByCall(Call, *Callee, strip(Object));
    } else if (Callee->isInStdNamespace() && isObserver(nameOf(*Callee))) {
      for (const Expr *Arg : Call->arguments())
        Harmless.insert(strip(Arg));
    }
    if (const OpModel *Op = Library.op(Call)) {
      if (Op->Under == "x")
        underLock(Call, *Op);
      if (Op->SpawnsAny)
        handedOver(Call, Out.Spawned);
    }
    if (const Expr *Object = objectOfCall(Call); Object && Library.hasRole(strip(Object)->getType(), "task"))
      handedOver(Call, Out.Continuations);
    return true;
  }
  // A container that is mentioned is changed, unless what is around the mention says otherwise; the traversal goes from
  // the outside to the inside, so that has been seen by now.
  bool VisitImplicitCastExpr(ImplicitCastExpr *E) {
    if (E->getCastKind() == CK_LValueToRValue || (E->isGLValue() && E->getType().isConstQualified()))
      Harmless.insert(strip(E));
    return true;
  }
  bool VisitCXXForRangeStmt(CXXForRangeStmt *S) {
    Harmless.insert(strip(S->getRangeInit()));
    return true;
  }
  // A local that is returned is at its end: nobody finds it changed.
  bool VisitReturnStmt(ReturnStmt *S) { return returned(S->getRetValue()), true; }
  bool VisitCoreturnStmt(CoreturnStmt *S) { return returned(S->getOperand()), true; }
  bool VisitMemberExpr(MemberExpr *E) {
    if (isa<FieldDecl>(E->getMemberDecl())) {
      Harmless.insert(strip(E->getBase())); // a part of it is mentioned, not the whole
      mention(E, E->getMemberDecl());
    }
    return true;
  }
  bool VisitDeclRefExpr(DeclRefExpr *E) {
    if (isa<VarDecl>(E->getDecl()))
      mention(E, E->getDecl());
    else if (const auto *F = dyn_cast<FunctionDecl>(E->getDecl()); F && !Called.contains(E))
      Out.Mentioned.insert(F->getCanonicalDecl());
    return true;
  }
  void finish() {
    for (auto &[Callee, Sites] : Out.Calls)
      for (RivalIndex::Call &Site : Sites)
        Site.Awaited = AwaitedCalls.contains(strip(Site.Site));
  }

private:
  /// What stands around the node that is being visited, inside one function.
  struct Surroundings {
    const FunctionDecl *Function = nullptr;
    const Stmt *Loop = nullptr;
    const Expr *Guard = nullptr;
    const Expr *Started = nullptr; ///< the guard around the lambda that is being visited
  };
  [[nodiscard]] bool isLoop(const Stmt &S) const {
    const auto *Do = dyn_cast<DoStmt>(&S);
    return !Do || !runsBodyOnce(*Do, Context);
  }
  static StringRef nameOf(const FunctionDecl &F) { return F.getDeclName().isIdentifier() ? F.getName() : StringRef(); }
  /// std::begin, std::size and the like: they look, although they take the container by mutable reference.
  static bool isObserver(StringRef Name) {
    return llvm::is_contained({"begin", "end", "rbegin", "rend", "cbegin", "cend", "size", "ssize", "empty", "data"},
                              Name);
  }
  static llvm::SmallVector<CXXMethodDecl *, 1> bodiesOf(const LambdaExpr &Lambda) {
    llvm::SmallVector<CXXMethodDecl *, 1> Bodies;
    if (FunctionTemplateDecl *Template = Lambda.getDependentCallOperator())
      for (FunctionDecl *F : Template->specializations())
        Bodies.push_back(cast<CXXMethodDecl>(F));
    else if (CXXMethodDecl *Body = Lambda.getCallOperator())
      Bodies.push_back(Body);
    return Bodies;
  }
  void addFunction(FunctionDecl *F) {
    if (F->isDependentContext() || !F->doesThisDeclarationHaveABody() || !Seen.insert(F).second)
      return;
    Out.Functions.push_back(F);
    if (isCoroutine(*F))
      Out.Coroutines.push_back(F);
  }
  void addWrite(const Expr *Target, const Expr *Site) {
    // The outermost member or variable that is written, and all on the way to it: writing x.y writes x as well.
    const Expr *Whole = strip(Target);
    for (const Expr *E = Whole; E;) {
      if (const auto *Member = dyn_cast<MemberExpr>(E)) {
        if (E != Whole)
          change(Member->getMemberDecl(), Site, RivalIndex::Change::Effect::Part);
        written(Member->getMemberDecl(), Site);
        if (Member->isArrow())
          return;
        E = strip(Member->getBase());
      } else if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
        if (E != Whole)
          change(Ref->getDecl(), Site, RivalIndex::Change::Effect::Part);
        written(Ref->getDecl(), Site);
        return;
      } else if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(E)) {
        E = strip(Sub->getBase());
      } else if (const auto *Call = dyn_cast<CallExpr>(E)) {
        E = objectOfCall(Call) ? strip(objectOfCall(Call)) : nullptr;
      } else {
        return;
      }
    }
  }
  void written(const ValueDecl *Place, const Expr *Site) {
    const auto *Canonical = cast<ValueDecl>(Place->getCanonicalDecl());
    Out.Writes[Canonical].push_back({Around.Function, Site});
    if (Wrote.insert({Canonical, Around.Function}).second)
      Out.Writers[Canonical].push_back({Around.Function, Site});
    if (Around.Function && isa<FieldDecl, VarDecl>(Canonical))
      Out.WrittenBy[Around.Function->getCanonicalDecl()].push_back(Canonical);
  }
  void returned(const Expr *E) {
    E = E ? strip(E) : nullptr;
    if (const auto *Move = dyn_cast_or_null<CXXConstructExpr>(E); Move && Move->getNumArgs() == 1)
      E = strip(Move->getArg(0));
    const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E);
    const auto *Var = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    if (Var && Var->hasLocalStorage() && !Var->getType()->isReferenceType())
      Harmless.insert(Ref);
  }
  void change(const ValueDecl *Place, const Expr *Site, RivalIndex::Change::Effect What) {
    if (!Around.Function || !Around.Function->isDependentContext())
      Out.Changes[cast<ValueDecl>(Place->getCanonicalDecl())].push_back({Around.Function, Site, What});
  }
  void mention(const Expr *E, const ValueDecl *Place) {
    QualType T = Place->getType().getNonReferenceType();
    if (T->isRecordType() && !T.isConstQualified() && !Harmless.contains(E))
      change(Place, E, RivalIndex::Change::Effect::Other);
  }
  void changeByCall(const CallExpr *Call, const FunctionDecl &Callee, const Expr *Object) {
    const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
    const auto *Method = dyn_cast<CXXMethodDecl>(&Callee);
    StringRef Effect = Library.models().effectOfMethod(nameOf(Callee));
    bool Grows = !Op && (Effect == "insert" || Effect == "guard");
    if ((Method && Method->isConst()) || (Op && Op->getOperator() == OO_Subscript) || Grows || Effect == "none" ||
        Effect == "look" || Effect == "element")
      Harmless.insert(Object);
    if (!Grows)
      return;
    if (const auto *Member = dyn_cast<MemberExpr>(Object))
      change(Member->getMemberDecl(), Call, RivalIndex::Change::Effect::Grow);
    else if (const auto *Ref = dyn_cast<DeclRefExpr>(Object))
      change(Ref->getDecl(), Call, RivalIndex::Change::Effect::Grow);
  }
  void writeByCall(const CallExpr *Call, const FunctionDecl &Callee, const Expr *Object) {
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call)) {
      if (Op->isAssignmentOp() || Op->getOperator() == OO_PlusPlus || Op->getOperator() == OO_MinusMinus)
        addWrite(Object, Call);
      return;
    }
    StringRef Effect = Library.models().effectOfMethod(nameOf(Callee));
    if (Effect == "insert" || Effect == "erase" || Effect == "replace" || Effect == "take" || Effect == "guard" ||
        Effect == "modify")
      addWrite(Object, Call);
  }
  void disturb(const Expr *E) {
    if (Around.Function && Around.Function->isDependentContext())
      return;
    disturbances(E, Library, [&](StatePlace Place, RivalIndex::Disturbance::Kind What) {
      if (Place.OfLocal)
        return;
      const bool IfEmpty = Around.Guard && saysEmpty(Around.Guard, Place.Decl);
      Out.Disturbances[Place.Decl].push_back({Around.Function, E, What, Place.Level, IfEmpty});
    });
  }
  void underLock(const CallExpr *Call, const OpModel &Op) {
    unsigned Index = 0;
    if (Op.Body == "last")
      Index = Call->getNumArgs() - 1;
    else if (StringRef(Op.Body).getAsInteger(10, Index))
      return;
    else
      Index += firstArgument(Call);
    if (Index < Call->getNumArgs())
      if (const auto *Lambda = dyn_cast_or_null<LambdaExpr>(strip(Call->getArg(Index))))
        for (const CXXMethodDecl *Body : bodiesOf(*Lambda))
          Out.UnderLock[Body->getCanonicalDecl()] = Call;
  }

  /// The lambdas among the arguments.
  static void handedOver(const CallExpr *Call, llvm::DenseSet<const FunctionDecl *> &To) {
    for (const Expr *Arg : Call->arguments()) {
      const Expr *E = strip(Arg);
      while (const auto *Construct = dyn_cast<CXXConstructExpr>(E)) {
        if (Construct->getNumArgs() != 1)
          break;
        E = strip(Construct->getArg(0));
      }
      if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
        if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl()); Var && Var->getInit())
          E = strip(Var->getInit());
      if (const auto *Lambda = dyn_cast<LambdaExpr>(E))
        for (const CXXMethodDecl *Body : bodiesOf(*Lambda))
          To.insert(Body->getCanonicalDecl());
    }
  }

  RivalIndex &Out;
  ASTContext &Context;
  const LibraryView &Library;
  Surroundings Around;
  llvm::DenseSet<const Expr *> Harmless; ///< mentions that change nothing, or whose change is recorded otherwise
  llvm::DenseSet<const FunctionDecl *> Seen;
  llvm::DenseSet<std::pair<const ValueDecl *, const FunctionDecl *>> Wrote;
  llvm::DenseSet<const Expr *> AwaitedCalls;
  llvm::DenseSet<const Expr *> Called; ///< the callees of calls
};

RivalIndex::RivalIndex(ASTContext &Context, const LibraryView &Library) {
  RivalCollector Collector(*this, Context, Library);
  // Not the whole translation unit where a preamble or a header unit offers less.
  for (Decl *Top : Context.getTraversalScope())
    Collector.TraverseDecl(Top);
  Collector.finish();
}

ArrayRef<RivalIndex::Write> RivalIndex::writesOf(const ValueDecl *Place) const {
  auto It = Place ? Writes.find(cast<ValueDecl>(Place->getCanonicalDecl())) : Writes.end();
  return It == Writes.end() ? ArrayRef<Write>() : ArrayRef<Write>(It->second);
}

ArrayRef<RivalIndex::Write> RivalIndex::writersOf(const ValueDecl *Place) const {
  auto It = Place ? Writers.find(cast<ValueDecl>(Place->getCanonicalDecl())) : Writers.end();
  return It == Writers.end() ? ArrayRef<Write>() : ArrayRef<Write>(It->second);
}

ArrayRef<RivalIndex::Call> RivalIndex::callsOf(const FunctionDecl *Callee) const {
  auto It = Callee ? Calls.find(Callee->getCanonicalDecl()) : Calls.end();
  return It == Calls.end() ? ArrayRef<Call>() : ArrayRef<Call>(It->second);
}

ArrayRef<RivalIndex::Change> RivalIndex::changesOf(const ValueDecl *Container) const {
  auto It = Container ? Changes.find(cast<ValueDecl>(Container->getCanonicalDecl())) : Changes.end();
  return It == Changes.end() ? ArrayRef<Change>() : ArrayRef<Change>(It->second);
}

ArrayRef<RivalIndex::Disturbance> RivalIndex::disturbancesOf(const ValueDecl *Place) const {
  auto It = Place ? Disturbances.find(cast<ValueDecl>(Place->getCanonicalDecl())) : Disturbances.end();
  return It == Disturbances.end() ? ArrayRef<Disturbance>() : ArrayRef<Disturbance>(It->second);
}

ArrayRef<const ValueDecl *> RivalIndex::writtenBy(const FunctionDecl &F) const {
  auto It = WrittenBy.find(F.getCanonicalDecl());
  return It == WrittenBy.end() ? ArrayRef<const ValueDecl *>() : ArrayRef<const ValueDecl *>(It->second);
}

const Stmt *RivalIndex::loopAround(const FunctionDecl &Lambda) const {
  return LambdaLoops.lookup(Lambda.getCanonicalDecl());
}

const Expr *RivalIndex::lockAround(const FunctionDecl &F) const { return UnderLock.lookup(F.getCanonicalDecl()); }

bool RivalIndex::lambdaRunsTwice(const FunctionDecl &F) const {
  if (Spawned.contains(F.getCanonicalDecl()))
    return true;
  // One function that awaits each call at once runs them one after the other.
  ArrayRef<Call> Sites = callsOf(&F);
  return llvm::any_of(Sites, [&](const Call &C) { return !C.Awaited || C.Caller != Sites.front().Caller; });
}

} // namespace corace::checks
