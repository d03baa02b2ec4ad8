// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A forward may-analysis over facts: this local refers to the thread's variable, that one has its value, this one was
// written. Every suspension after which the coroutine may be elsewhere makes them stale.
#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Passes.h"
#include "checks/analysis/ThreadLocals.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

#include <set>

using namespace clang;

namespace corace::checks {

namespace {

using How = ForeignUse::How;

/// Of a fact: absent, fresh, or stale since a suspension; of several the one that speaks loudest.
constexpr unsigned Absent = 0, Fresh = 1;
using State = std::vector<unsigned>;

struct Fact {
  How What;
  const NamedDecl *Of;
  const VarDecl *Carrier;
  const Expr *Site;
};

class ForeignFlow {
public:
  ForeignFlow(const FunctionDecl &Function, const UnitFacts &Unit, const ThreadLocals &Locals)
      : Function(Function), Unit(Unit), Locals(Locals), SM(Unit.Context.getSourceManager()) {
    const TypeModel *Task = Unit.Library.type(Function.getReturnType());
    Stays = Task && Task->OneThread;
  }
  std::vector<ForeignUse> run();

private:
  enum class Role { Use, Target, Compared, Tested };

  void scan(const Stmt *S);
  void mark(const Expr *E, Role As);
  void markTested(const Stmt *S);
  void numberSuspensions();
  void solve(const CFG &Graph);
  void element(const CFGElement &E, State &S);
  void bind(const VarDecl *Var, const Expr *Init, State &S);
  void use(const DeclRefExpr &Ref, State &S);
  void read(const Expr &E, const NamedDecl *Of, State &S);
  void assign(const BinaryOperator &Op, State &S);
  void suspend(const CoawaitExpr &E, State &S);
  void set(How What, const NamedDecl *Of, const VarDecl *Carrier, const Expr *Site, State &S);
  void forget(const VarDecl *Carrier, State &S) const;
  void report(unsigned Number, unsigned Since, const Expr *Second);
  [[nodiscard]] const NamedDecl *readIn(const Stmt *S) const;
  void staleIn(const Stmt *S, const NamedDecl *Of, const State &St, const Expr *Second);
  [[nodiscard]] bool isKey(const DeclRefExpr &Ref) const { return Keys.contains(&Ref); }

  const FunctionDecl &Function;
  const UnitFacts &Unit;
  const ThreadLocals &Locals;
  const SourceManager &SM;
  bool Stays = false; ///< goes on where it was suspended, if the await does not say otherwise
  bool Interesting = false, Telling = false;
  llvm::DenseMap<const Expr *, Role> Roles;
  llvm::DenseSet<const Expr *> Keys;
  std::vector<const CoawaitExpr *> Awaits; ///< those that change the thread first, then in the order of the source
  llvm::DenseMap<const Expr *, unsigned> NumberOf;
  std::vector<SuspensionClass> Classes;
  std::size_t Changing = 0; ///< how many of them are known to change the thread
  std::vector<Fact> Facts;
  std::map<std::pair<const void *, How>, unsigned> FactOf;
  std::set<unsigned> Told;
  std::vector<ForeignUse> Out;
};

void ForeignFlow::mark(const Expr *E, Role As) {
  if (E)
    As == Role::Tested ? (void)Roles.try_emplace(strip(E), As) : (void)Roles.insert_or_assign(strip(E), As);
}

void ForeignFlow::markTested(const Stmt *S) {
  if (!S || isa<LambdaExpr>(S))
    return;
  if (const auto *E = dyn_cast<Expr>(S))
    mark(E, Role::Tested);
  for (const Stmt *Child : childrenOf(*S))
    markTested(Child);
}

/// Finds out whether there is anything to follow, and what is done with the places where names stand.
void ForeignFlow::scan(const Stmt *S) {
  if (!S || isa<LambdaExpr>(S))
    return;
  if (const auto *Await = dyn_cast<CoawaitExpr>(S)) {
    Awaits.push_back(Await);
    return scan(Await->getOperand());
  }
  if (const auto *Yield = dyn_cast<CoyieldExpr>(S)) // who asks for the value does so where it likes to run
    return scan(Yield->getOperand());
  if (const auto *Op = dyn_cast<BinaryOperator>(S)) {
    if (Op->isAssignmentOp())
      mark(Op->getLHS(), Role::Target);
    if (Op->isEqualityOp() && (readIn(Op->getLHS()) || readIn(Op->getRHS()))) {
      mark(Op->getLHS(), Role::Compared);
      mark(Op->getRHS(), Role::Compared);
    }
  } else if (const auto *Unary = dyn_cast<UnaryOperator>(S)) {
    if (Unary->isIncrementDecrementOp())
      mark(Unary->getSubExpr(), Role::Target);
  } else if (const auto *If = dyn_cast<IfStmt>(S)) {
    markTested(If->getCond());
  } else if (const auto *While = dyn_cast<WhileStmt>(S)) {
    markTested(While->getCond());
  } else if (const auto *Choice = dyn_cast<AbstractConditionalOperator>(S)) {
    markTested(Choice->getCond());
  } else if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(S)) {
    Keys.insert(strip(Sub->getIdx()));
  } else if (const auto *Call = dyn_cast<CallExpr>(S)) {
    const FunctionDecl *F = Call->getDirectCallee();
    const auto *Operator = dyn_cast<CXXOperatorCallExpr>(Call);
    StringRef Effect = F && F->getDeclName().isIdentifier() ? Unit.Library.models().effectOfMethod(F->getName()) : "";
    if (objectOfCall(Call) && (Operator ? Operator->getOperator() == OO_Subscript : !Effect.empty()))
      for (unsigned I = firstArgument(Call); I < Call->getNumArgs(); ++I)
        Keys.insert(strip(Call->getArg(I)));
  }
  if (const auto *E = dyn_cast<Expr>(S))
    Interesting = Interesting || Locals.place(E) || Locals.pointee(E) || Locals.identity(E);
  for (const Stmt *Child : childrenOf(*S))
    scan(Child);
}

void ForeignFlow::numberSuspensions() {
  auto changes = [&](const CoawaitExpr *E) {
    const OpModel *Op = Unit.Library.op(Unit.Suspensions.operation(E->getOperand()));
    return Op && Op->OtherThread;
  };
  std::erase_if(Awaits, [&](const CoawaitExpr *E) {
    return (Stays && !changes(E)) || !Unit.Suspensions.classify(*E).suspends();
  });
  llvm::sort(Awaits, [&](const CoawaitExpr *A, const CoawaitExpr *B) {
    if (changes(A) != changes(B))
      return changes(A);
    return SM.isBeforeInTranslationUnit(SM.getExpansionLoc(A->getExprLoc()), SM.getExpansionLoc(B->getExprLoc()));
  });
  Changing = static_cast<std::size_t>(llvm::count_if(Awaits, changes));
  for (const CoawaitExpr *E : Awaits) {
    NumberOf[E] = static_cast<unsigned>(Classes.size());
    Classes.push_back(Unit.Suspensions.classify(*E));
  }
}

void ForeignFlow::set(How What, const NamedDecl *Of, const VarDecl *Carrier, const Expr *Site, State &S) {
  const void *Key = What == How::Written ? static_cast<const void *>(Of)
                    : Carrier            ? static_cast<const void *>(Carrier)
                                         : Site;
  auto [It, New] = FactOf.try_emplace({Key, What}, static_cast<unsigned>(Facts.size()));
  if (New)
    Facts.push_back({What, Of, Carrier, Site});
  else if (Telling)
    Facts[It->second].Site = Site;
  if (S.size() <= It->second)
    S.resize(It->second + 1, Absent);
  S[It->second] = Fresh;
}

void ForeignFlow::forget(const VarDecl *Carrier, State &S) const {
  for (unsigned I = 0; I < S.size(); ++I)
    if (Carrier && Facts[I].Carrier == Carrier)
      S[I] = Absent;
}

/// The thread_local that an expression reads somewhere in it.
const NamedDecl *ForeignFlow::readIn(const Stmt *S) const {
  if (!S || isa<LambdaExpr>(S))
    return nullptr;
  if (const auto *E = dyn_cast<Expr>(S)) {
    if (const NamedDecl *Of = Locals.place(E))
      return Of;
    if (const NamedDecl *Of = Locals.identity(E))
      return Of;
    if (const NamedDecl *Of = Locals.pointee(E))
      return Of;
  }
  for (const Stmt *Child : childrenOf(*S))
    if (const NamedDecl *Of = readIn(Child))
      return Of;
  return nullptr;
}

void ForeignFlow::bind(const VarDecl *Var, const Expr *Init, State &S) {
  forget(Var, S);
  if (!Var->hasLocalStorage() || !Init)
    return;
  const QualType T = Var->getType();
  if (const NamedDecl *Of = T->isReferenceType() ? Locals.place(Init)
                            : T->isPointerType() ? Locals.pointee(Init)
                                                 : nullptr)
    return set(How::Reference, Of, Var, Init, S);
  if (T->isReferenceType())
    return;
  if (const NamedDecl *Of = Locals.identity(Init))
    return set(How::Identity, Of, Var, Init, S);
  // What comes out of an await is new.
  const Expr *Value = strip(Init);
  while (const auto *Copy = dyn_cast<CXXConstructExpr>(Value)) {
    if (Copy->getNumArgs() != 1)
      break;
    Value = strip(Copy->getArg(0));
  }
  if (const NamedDecl *Of = isa<CoawaitExpr>(Value) ? nullptr : readIn(Value))
    set(How::Value, Of, Var, Init, S);
}

void ForeignFlow::report(unsigned Number, unsigned Since, const Expr *Second) {
  if (!Telling || !Told.insert(Number).second)
    return;
  const Fact &F = Facts[Number];
  const unsigned Which = static_cast<unsigned>(Awaits.size()) - (Since - Fresh);
  ForeignUse Use;
  Use.What = F.What;
  Use.Function = &Function;
  Use.Of = F.Of;
  Use.Carrier = F.Carrier;
  Use.First = F.Site;
  Use.Suspension = Awaits[Which];
  Use.Second = Second;
  Use.Class = Classes[Which];
  Use.ChangesThread = Which < Changing;
  Out.push_back(std::move(Use));
}

void ForeignFlow::use(const DeclRefExpr &Ref, State &S) {
  const auto *Var = dyn_cast<VarDecl>(Ref.getDecl());
  auto It = Roles.find(&Ref);
  const Role As = It == Roles.end() ? Role::Use : It->second;
  for (unsigned I = 0; I < S.size(); ++I) {
    if (S[I] == Absent || Facts[I].Carrier != Var || !Var)
      continue;
    if (As == Role::Compared) {
      S[I] = Absent; // a comparison with what is there now
      continue;
    }
    const bool Rebound = As == Role::Target && Var->getType()->isPointerType();
    if (S[I] != Fresh &&
        ((Facts[I].What == How::Reference && !Rebound) || (Facts[I].What == How::Identity && isKey(Ref))))
      report(I, S[I], &Ref);
  }
}

/// Reads a thread_local as such.
void ForeignFlow::read(const Expr &E, const NamedDecl *Of, State &S) {
  auto Found = FactOf.find({Of, How::Written});
  auto It = Roles.find(&E);
  const Role As = It == Roles.end() ? Role::Use : It->second;
  if (Found != FactOf.end() && Found->second < S.size() && S[Found->second] > Fresh && As != Role::Target) {
    // A test of what is there now relies on nothing; but errno says nothing of what happened before the await.
    if (isa<VarDecl>(Of) && (As == Role::Tested || As == Role::Compared))
      S[Found->second] = Absent;
    else
      report(Found->second, S[Found->second], &E);
  }
  if (As != Role::Target)
    set(How::Value, Of, nullptr, &E, S);
}

/// Looks on the right side of an assignment for what was read before a suspension.
void ForeignFlow::staleIn(const Stmt *S, const NamedDecl *Of, const State &St, const Expr *Second) {
  if (!S || isa<LambdaExpr>(S))
    return;
  if (const auto *E = dyn_cast<Expr>(S)) {
    const auto *Ref = dyn_cast<DeclRefExpr>(E);
    for (const void *Key : {static_cast<const void *>(E), static_cast<const void *>(Ref ? Ref->getDecl() : nullptr)})
      if (auto It = FactOf.find({Key, How::Value});
          Key && It != FactOf.end() && It->second < St.size() && St[It->second] > Fresh && Facts[It->second].Of == Of)
        return report(It->second, St[It->second], Second);
  }
  if (const auto *Await = dyn_cast<CoawaitExpr>(S))
    return staleIn(Await->getOperand(), Of, St, Second);
  for (const Stmt *Child : childrenOf(*S))
    staleIn(Child, Of, St, Second);
}

void ForeignFlow::assign(const BinaryOperator &Op, State &S) {
  if (const auto *Ref = dyn_cast<DeclRefExpr>(strip(Op.getLHS())))
    if (const auto *Var = dyn_cast<VarDecl>(Ref->getDecl());
        Var && Var->hasLocalStorage() && !Var->getType()->isReferenceType() && Op.getOpcode() == BO_Assign)
      return bind(Var, Op.getRHS(), S);
  const NamedDecl *Of = Locals.place(Op.getLHS());
  if (!Of || Op.getOpcode() != BO_Assign)
    return;
  staleIn(Op.getRHS(), Of, S, &Op);
  set(How::Written, Of, nullptr, &Op, S);
}

void ForeignFlow::suspend(const CoawaitExpr &E, State &S) {
  auto It = NumberOf.find(&E);
  if (It == NumberOf.end())
    return;
  // The smaller its number, the louder it speaks.
  const unsigned Since = Fresh + static_cast<unsigned>(Awaits.size()) - It->second;
  for (unsigned &F : S)
    if (F != Absent)
      F = std::max(F, Since);
}

void ForeignFlow::element(const CFGElement &E, State &S) {
  auto Statement = E.getAs<CFGStmt>();
  if (!Statement)
    return;
  const Stmt *What = Statement->getStmt();
  if (const auto *Declaration = dyn_cast<DeclStmt>(What)) {
    for (const Decl *D : Declaration->decls())
      if (const auto *Var = dyn_cast<VarDecl>(D))
        bind(Var, Var->getInit(), S);
  } else if (const auto *Op = dyn_cast<BinaryOperator>(What); Op && Op->isAssignmentOp()) {
    assign(*Op, S);
  } else if (const auto *Await = dyn_cast<CoawaitExpr>(What)) {
    suspend(*Await, S);
  } else if (const auto *Ref = dyn_cast<DeclRefExpr>(What)) {
    use(*Ref, S);
  } else if (const auto *Cast = dyn_cast<ImplicitCastExpr>(What);
             Cast &&
             (Cast->getCastKind() == CK_LValueToRValue || (Cast->isGLValue() && Cast->getType().isConstQualified()))) {
    if (const NamedDecl *Of = Locals.place(Cast->getSubExpr()))
      read(*strip(Cast->getSubExpr()), Of, S);
  }
}

void ForeignFlow::solve(const CFG &Graph) {
  std::vector<std::optional<State>> In(Graph.getNumBlockIDs());
  In[Graph.getEntry().getBlockID()].emplace();
  PostOrderCFGView Order(&Graph);
  Passes Work(Graph, Order);
  while (const CFGBlock *Block = Work.next()) {
    State After = *In[Block->getBlockID()];
    for (const CFGElement &E : *Block)
      element(E, After);
    for (const CFGBlock::AdjacentBlock &Next : Block->succs()) {
      const CFGBlock *To = Next.getReachableBlock();
      if (!To)
        continue;
      std::optional<State> &Into = In[To->getBlockID()];
      bool Changed = !Into;
      if (!Into)
        Into.emplace();
      if (Into->size() < After.size())
        Into->resize(After.size(), Absent);
      for (std::size_t I = 0; I < After.size(); ++I)
        if ((*Into)[I] < After[I]) {
          (*Into)[I] = After[I];
          Changed = true;
        }
      if (Changed)
        Work.enqueue(To);
    }
  }
  Telling = true;
  for (const CFGBlock *Block : Order)
    if (In[Block->getBlockID()]) {
      State S = *In[Block->getBlockID()];
      for (const CFGElement &E : *Block)
        element(E, S);
    }
}

std::vector<ForeignUse> ForeignFlow::run() {
  scan(writtenBody(Function));
  if (!Interesting)
    return {};
  numberSuspensions();
  const CFG *Graph = Awaits.empty() ? nullptr : Unit.ControlFlow.of(Function);
  if (!Graph)
    return {};
  solve(*Graph);
  llvm::sort(Out, [&](const ForeignUse &A, const ForeignUse &B) {
    return SM.isBeforeInTranslationUnit(SM.getExpansionLoc(A.Second->getExprLoc()),
                                        SM.getExpansionLoc(B.Second->getExprLoc()));
  });
  return std::move(Out);
}

} // namespace

std::vector<ForeignUse> findForeignUses(const FunctionDecl &Coroutine, const UnitFacts &Unit,
                                        const ThreadLocals &Locals) {
  return ForeignFlow(Coroutine, Unit, Locals).run();
}

} // namespace corace::checks
