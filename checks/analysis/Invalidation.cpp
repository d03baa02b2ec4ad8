// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Invalidation.h"

#include "checks/analysis/Ast.h"
#include "checks/analysis/Disturbance.h"
#include "checks/summaries/Others.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace clang;

namespace corace::checks {

namespace {

using Disturbance = RivalIndex::Disturbance;

constexpr unsigned MaxCallers = 4; // up the chain of callers

/// Does this, done to the container or owner, invalidate what hangs on it that way?
bool breaks(const Root &Held, Disturbance::Kind What, const LibraryView &Library) {
  if (What == Disturbance::Kind::Reserve)
    return false;
  if (What == Disturbance::Kind::Replace)
    return true;
  if (Held.How == Hold::Owned || Held.How == Hold::Links)
    return false;
  if (What == Disturbance::Kind::Erase)
    return true;
  const TypeModel *Model = Library.type(Held.Type);
  StringRef Stable = Model && !Model->Stable.empty() ? StringRef(Model->Stable) : StringRef("nodes");
  const bool Steps = Held.How == Hold::Iterator;
  if (Stable == "nothing")
    return Steps || !Held.Indirect;
  if (Stable == "ends")
    return Steps || (What == Disturbance::Kind::Insert && !Held.Indirect);
  return Stable == "references" && Steps;
}

/// Weighs what the functions in sight do.
class Search {
public:
  Search(const CoroutineFacts &Facts, const Fact &Held)
      : Facts(Facts), Rivals(Facts.Rivals), Self(*Facts.Function.getCanonicalDecl()), Held(*Held.Held),
        SM(Facts.Function.getASTContext().getSourceManager()) {}

  Invalidation run() {
    weigh(statePlace(Held.Owner), /*Whole=*/false);
    // Replacing the object around the owner replaces the owner.
    AccessPath Around = Held.Owner;
    while (!Around.Steps.empty() && Best.How != Invalidation::Evidence::Seen) {
      Around.Steps.pop_back();
      if (Around.Steps.empty() && Around.Base == AccessPath::BaseKind::This)
        break;
      weigh(statePlace(Around), /*Whole=*/true);
    }
    if (Best.How == Invalidation::Evidence::None && isOpen())
      Best.How = Invalidation::Evidence::Possible;
    return Best;
  }

private:
  void weigh(StatePlace Place, bool Whole) {
    if (!Place)
      return;
    if (const auto *Param = dyn_cast<ParmVarDecl>(Place.Decl); Param && Place.Level == 0)
      return weighArguments(*Param, Whole);
    for (const Disturbance &D : Rivals.disturbancesOf(Place.Decl)) {
      if (D.Level != Place.Level || !D.Function || (Whole && D.What != Disturbance::Kind::Replace) ||
          !breaks(Held, D.What, Facts.Library))
        continue;
      const bool Insertion = D.What == Disturbance::Kind::Insert || D.What == Disturbance::Kind::InsertAtEnd;
      if ((Insertion && hasReserved(Place, *D.Function)) || D.IfEmpty || !mayRunMeanwhile(*D.Function, D.Site))
        continue;
      note(D);
    }
    if (const Others *Known = Facts.Library.others(); Known && Best.How != Invalidation::Evidence::Seen)
      for (const DisturbanceSummary *D : Known->disturbancesOf(Place.Decl))
        if (const auto What = static_cast<Disturbance::Kind>(D->What); D->Level == Place.Level &&
                                                                       (!Whole || What == Disturbance::Kind::Replace) &&
                                                                       breaks(Held, What, Facts.Library))
          note({D->Running && belongsToSame() ? Invalidation::Evidence::Seen : Invalidation::Evidence::Likely, nullptr,
                D});
  }

  void note(const Invalidation &By) {
    if (static_cast<int>(By.How) > static_cast<int>(Best.How))
      Best = By;
  }

  [[nodiscard]] bool hasReserved(StatePlace Place, const FunctionDecl &F) const {
    return llvm::any_of(Rivals.disturbancesOf(Place.Decl), [&](const Disturbance &D) {
      return D.What == Disturbance::Kind::Reserve && D.Function == &F && D.Level == Place.Level;
    });
  }

  /// What callers pass is what the parameter stands for.
  void weighArguments(const ParmVarDecl &Param, bool Whole) {
    for (const RivalIndex::Call &C : Rivals.callsOf(&Self)) {
      const auto *Call = dyn_cast<CallExpr>(C.Site);
      unsigned Index = Call ? Param.getFunctionScopeIndex() + firstArgument(Call) : 0;
      if (!Call || Index >= Call->getNumArgs())
        continue;
      StatePlace Place = statePlace(Call->getArg(Index), Facts.Library.models());
      if (Place && !isa<ParmVarDecl>(Place.Decl) && !isLocalOf(Place.Decl, C.Caller))
        weigh(Place, Whole);
    }
  }

  static bool isLocalOf(const ValueDecl *Decl, const FunctionDecl *F) {
    const auto *Var = dyn_cast<VarDecl>(Decl);
    return Var && F && Var->hasLocalStorage();
  }

  void note(const Disturbance &D) {
    // The same member may belong to another object; and a function that nobody in sight calls may well be for the time
    // before the first task or after the last.
    const bool Running = isCoroutine(*D.Function) || isLambda(D.Function) || !Rivals.callsOf(D.Function).empty() ||
                         Rivals.isMentioned(*D.Function);
    const auto How = belongsToSame() && Running ? Invalidation::Evidence::Seen : Invalidation::Evidence::Likely;
    note({How, &D, nullptr});
  }

  [[nodiscard]] bool belongsToSame() const {
    return Held.Owner.Base == AccessPath::BaseKind::This || Held.Owner.Base == AccessPath::BaseKind::Global;
  }

  [[nodiscard]] bool isSelf(const FunctionDecl &F) const {
    if (F.getCanonicalDecl() == &Self)
      return true;
    // A lambda in it that is no task of its own runs as a part of it.
    if (!isLambda(&F) || isCoroutine(F))
      return false;
    const FunctionDecl *Around = functionAround(F);
    return Around && isSelf(*Around);
  }

  /// Neither the coroutine itself nor something that is over before it starts, or starts when it is over.
  [[nodiscard]] bool mayRunMeanwhile(const FunctionDecl &F, const Expr *Site) const {
    return !isQuiet(F, 0) && !followsInOneCaller(F) && !preparesStart(F) && !excludesItself(F, Site);
  }

  /// Puts the object there before the coroutine starts: everybody who calls it goes on to start the coroutine.
  [[nodiscard]] bool preparesStart(const FunctionDecl &F) const {
    if (Held.How != Hold::Owned || isCoroutine(F) || Rivals.isMentioned(F))
      return false;
    ArrayRef<RivalIndex::Call> Calls = Rivals.callsOf(&F), Starts = Rivals.callsOf(&Self);
    return !Calls.empty() && llvm::all_of(Calls, [&](const RivalIndex::Call &C) {
      return llvm::any_of(Starts, [&](const RivalIndex::Call &S) {
        return C.Caller && S.Caller == C.Caller &&
               SM.isBeforeInTranslationUnit(C.Site->getExprLoc(), S.Site->getExprLoc());
      });
    });
  }

  [[nodiscard]] bool isQuiet(const FunctionDecl &F, unsigned Depth) const {
    if (isa<CXXConstructorDecl, CXXDestructorDecl>(F) || F.isMain() || isSelf(F))
      return true;
    // The function around a lambda makes room before it starts it, and cleans up when it is done.
    if (isLambda(&Facts.Function))
      if (const FunctionDecl *Around = functionAround(Facts.Function);
          Around && Around->getCanonicalDecl() == F.getCanonicalDecl())
        return true;
    ArrayRef<RivalIndex::Call> Calls = Rivals.callsOf(&F);
    return Depth < MaxCallers && !Rivals.isMentioned(F) && !Calls.empty() &&
           llvm::all_of(
               Calls,
               [&](const RivalIndex::Call &C) {
                 return C.Caller && C.Caller->getCanonicalDecl() != F.getCanonicalDecl() &&
                        isQuiet(*C.Caller, Depth + 1) && (C.Awaited || !isCoroutine(F));
               });
  }

  /// Both are called by one function alone, which awaits each before it goes on.
  [[nodiscard]] bool followsInOneCaller(const FunctionDecl &F) const {
    const FunctionDecl *Caller = nullptr;
    for (const FunctionDecl *Callee : {&Self, F.getCanonicalDecl()}) {
      ArrayRef<RivalIndex::Call> Calls = Rivals.callsOf(Callee);
      if (Calls.empty() || Rivals.isMentioned(*Callee))
        return false;
      for (const RivalIndex::Call &C : Calls) {
        if (!C.Caller || (!C.Awaited && isCoroutine(*Callee)) || (Caller && Caller != C.Caller->getCanonicalDecl()))
          return false;
        Caller = C.Caller->getCanonicalDecl();
      }
    }
    return Caller != &Self;
  }

  /// The rival waits for something that this coroutine holds: a lock that all its callers have taken, or a holder
  /// (of a gate, say) that stands before.
  [[nodiscard]] bool excludesItself(const FunctionDecl &F, const Expr *Site) const {
    Objects Awaited;
    const Stmt *Body = writtenBody(F);
    if (!Body)
      return false;
    collect(Body, Site->getBeginLoc(), /*Guards=*/false, Awaited);
    if (Awaited.empty())
      return false;
    auto overlaps = [&](const Objects &Mine) {
      return llvm::any_of(Mine, [&](const ValueDecl *Object) { return Awaited.contains(Object); });
    };
    Objects Own;
    if (const Stmt *Mine = writtenBody(Facts.Function))
      collect(Mine, Mine->getEndLoc(), /*Guards=*/true, Own);
    if (overlaps(Own))
      return true;
    ArrayRef<RivalIndex::Call> Calls = Rivals.callsOf(&Self);
    return !Calls.empty() && llvm::all_of(Calls, [&](const RivalIndex::Call &C) {
      const Stmt *Caller = C.Caller ? writtenBody(*C.Caller) : nullptr;
      Objects Theirs;
      if (Caller)
        collect(Caller, C.Site->getBeginLoc(), /*Guards=*/true, Theirs);
      return overlaps(Theirs);
    });
  }

  using Objects = llvm::SmallPtrSet<const ValueDecl *, 4>;

  /// Members and variables that, before a place in the source, an await works on (`co_await gate.close()`); for
  /// `Guards` those of which a local with a destructor is made (`auto h = gate.hold()`).
  void collect(const Stmt *S, SourceLocation Until, bool Guards, Objects &Out) const {
    if (!S || isa<LambdaExpr>(S) ||
        (S->getBeginLoc().isValid() && !SM.isBeforeInTranslationUnit(S->getBeginLoc(), Until)))
      return;
    const Expr *Operation = nullptr;
    if (const auto *Await = dyn_cast<CoawaitExpr>(S); Await && !Guards)
      Operation = Await->getOperand();
    else if (const auto *D = dyn_cast<DeclStmt>(S); D && Guards && D->isSingleDecl())
      if (const auto *Var = dyn_cast<VarDecl>(D->getSingleDecl()); Var && Var->getInit()) {
        const CXXRecordDecl *R = Var->getType()->getAsCXXRecordDecl();
        if (R && R->hasDefinition() && !R->hasTrivialDestructor() && !hasMemberType(Var->getType(), "value_type"))
          Operation = strip(Var->getInit());
        if (const auto *Taken = dyn_cast_or_null<CoawaitExpr>(Operation))
          Operation = Taken->getOperand();
      }
    if (Operation)
      if (const auto *Call = dyn_cast<CallExpr>(strip(Operation)))
        if (const Expr *Object = objectOfCall(Call))
          if (StatePlace Place = statePlace(Object, Facts.Library.models()))
            Out.insert(Place.Decl);
    if (const auto *Await = dyn_cast<CoawaitExpr>(S))
      return collect(Await->getOperand(), Until, Guards, Out);
    for (const Stmt *Child : childrenOf(*S))
      collect(Child, Until, Guards, Out);
  }

  /// Nobody in sight does it, but the owner is there for others to change.
  [[nodiscard]] bool isOpen() const {
    if (Held.How == Hold::Owned)
      return false;
    if (Held.Accessor)
      return true;
    if (Held.How == Hold::Links)
      return Held.Owner.Base == AccessPath::BaseKind::Global;
    StatePlace Place = statePlace(Held.Owner);
    if (!Place || isa<ParmVarDecl>(Place.Decl))
      return false;
    if (const auto *Var = dyn_cast<VarDecl>(Place.Decl))
      return Var->hasGlobalStorage() && Var->isExternallyVisible() && !Var->getDefinition() && !Var->isStaticLocal();
    const auto *Field = dyn_cast<FieldDecl>(Place.Decl);
    if (!Field || Held.How == Hold::Buffer)
      return false;
    if (Field->getType()->isReferenceType())
      return !Field->getType()->getPointeeType().isConstQualified();
    return Field->getAccess() == AS_public && isInsertedInto(Place);
  }

  /// Somebody puts elements in, apart from constructors and the like: elements that come will also go.
  [[nodiscard]] bool isInsertedInto(StatePlace Place) const {
    return llvm::any_of(Rivals.disturbancesOf(Place.Decl), [&](const Disturbance &D) {
      return D.Level == Place.Level && D.Function && !D.Function->isMain() &&
             (D.What == Disturbance::Kind::Insert || D.What == Disturbance::Kind::InsertAtEnd) &&
             !isa<CXXConstructorDecl, CXXDestructorDecl>(D.Function);
    });
  }

  const CoroutineFacts &Facts;
  const RivalIndex &Rivals;
  const FunctionDecl &Self;
  const Root &Held;
  const SourceManager &SM;
  Invalidation Best;
};

} // namespace

Invalidation invalidationOf(const CoroutineFacts &Facts, const Fact &Held) {
  return Held.Held ? Search(Facts, Held).run() : Invalidation();
}

} // namespace corace::checks
