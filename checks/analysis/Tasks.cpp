// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Tasks.h"

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Suspension.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"

using namespace clang;

namespace corace::checks {

namespace {

/// A class such as std::function<void(int)>: it calls what it holds and drops the result.
bool callsForNothing(QualType T) {
  const auto *Spec = dyn_cast_or_null<ClassTemplateSpecializationDecl>(T->getAsCXXRecordDecl());
  if (!Spec || Spec->getTemplateArgs().size() == 0 || Spec->getTemplateArgs()[0].getKind() != TemplateArgument::Type)
    return false;
  const auto *Signature = Spec->getTemplateArgs()[0].getAsType()->getAs<FunctionProtoType>();
  return Signature && Signature->getReturnType()->isVoidType();
}

/// Walks the user's code. Like everywhere, templates are looked at where they are instantiated.
class LossFinder : public RecursiveASTVisitor<LossFinder> {
  using Base = RecursiveASTVisitor<LossFinder>;

public:
  LossFinder(TaskFacts &Out, ASTContext &Context, const TaskTypes &Types) : Out(Out), Context(Context), Types(Types) {}

  bool shouldVisitTemplateInstantiations() const { return true; }

  bool TraverseDecl(Decl *D) {
    if (!D)
      return true;
    const SourceManager &SM = Context.getSourceManager();
    if (D->getLocation().isValid() && !isa<TranslationUnitDecl>(D) &&
        SM.isInSystemHeader(SM.getExpansionLoc(D->getLocation())))
      return true;
    auto *F = dyn_cast<FunctionDecl>(D);
    if (!F)
      return Base::TraverseDecl(D);
    if (F->isDependentContext() || F->isInvalidDecl())
      return true;
    return inFunction(F, [&] { return Base::TraverseDecl(D); });
  }
  bool TraverseLambdaExpr(LambdaExpr *Lambda) {
    for (Expr *Init : Lambda->capture_inits())
      if (Init && !TraverseStmt(Init))
        return false;
    llvm::SmallVector<FunctionDecl *, 1> Bodies;
    if (FunctionTemplateDecl *Generic = Lambda->getDependentCallOperator())
      Bodies.append(Generic->spec_begin(), Generic->spec_end());
    else if (FunctionDecl *Body = Lambda->getCallOperator())
      Bodies.push_back(Body);
    for (FunctionDecl *Body : Bodies)
      if (!Body->isDependentContext() && !inFunction(Body, [&] { return TraverseStmt(Body->getBody()); }))
        return false;
    return true;
  }
  bool TraverseRequiresExpr(RequiresExpr *) { return true; } // nothing in it is evaluated

  // Members and containers of tasks: what is put there has to come out somewhere.
  bool VisitFieldDecl(FieldDecl *Field) {
    if (const Expr *Init = Field->getInClassInitializer())
      keptInMember(Field, Init);
    return true;
  }
  bool TraverseConstructorInitializer(CXXCtorInitializer *Init) {
    if (Init->isAnyMemberInitializer() && Init->getInit())
      keptInMember(Init->getAnyMember(), Init->getInit());
    return Base::TraverseConstructorInitializer(Init);
  }
  bool VisitMemberExpr(MemberExpr *E) {
    if (const auto *Field = dyn_cast<FieldDecl>(E->getMemberDecl()); Field && !Setting.contains(E))
      UsedMembers.insert(Field->getCanonicalDecl());
    return true;
  }
  bool VisitDeclRefExpr(DeclRefExpr *E) {
    // Also where a pointer to the member is taken.
    if (const auto *Field = dyn_cast<FieldDecl>(E->getDecl()))
      UsedMembers.insert(Field->getCanonicalDecl());
    else if (const auto *Var = dyn_cast<VarDecl>(E->getDecl()); Var && !Setting.contains(E))
      UsedContainers.insert(Var);
    return true;
  }

  /// Reports what only became clear when all had been seen.
  void finish() {
    for (auto &[Field, Loss] : Members)
      if (!UsedMembers.contains(Field))
        Out.Losses.push_back(std::move(Loss));
    for (auto &[Var, Loss] : Containers)
      if (!UsedContainers.contains(Var))
        Out.Losses.push_back(std::move(Loss));
  }

  bool VisitVarDecl(VarDecl *Var) {
    // Followed once, when the first is seen.
    if (Current && !HasTasks && Var->hasLocalStorage() && !isa<ParmVarDecl>(Var) && Types.of(Var->getType()))
      HasTasks = true;
    return true;
  }

  // Where the value of an expression is dropped.
  bool VisitCompoundStmt(CompoundStmt *S) {
    for (const Stmt *Child : S->body())
      if (Child != ValueOfBlock)
        dropped(Child);
    return true;
  }
  bool TraverseStmtExpr(StmtExpr *E) { // its last statement is its value
    const Stmt *Outer = ValueOfBlock;
    ValueOfBlock = E->getSubStmt()->body_empty() ? nullptr : E->getSubStmt()->body_back();
    bool Go = Base::TraverseStmtExpr(E);
    ValueOfBlock = Outer;
    return Go;
  }
  bool VisitIfStmt(IfStmt *S) { return dropped(S->getThen()), dropped(S->getElse()), true; }
  bool VisitForStmt(ForStmt *S) { return dropped(S->getInit()), dropped(S->getInc()), dropped(S->getBody()), true; }
  bool VisitWhileStmt(WhileStmt *S) { return dropped(S->getBody()), true; }
  bool VisitDoStmt(DoStmt *S) { return dropped(S->getBody()), true; }
  bool VisitCXXForRangeStmt(CXXForRangeStmt *S) { return dropped(S->getBody()), true; }
  bool VisitSwitchCase(SwitchCase *S) { return dropped(S->getSubStmt()), true; }
  bool VisitLabelStmt(LabelStmt *S) { return dropped(S->getSubStmt()), true; }
  bool VisitBinaryOperator(BinaryOperator *Op) {
    if (Op->isCommaOp())
      dropped(Op->getLHS());
    return true;
  }

  // Callables whose tasks are dropped.
  bool VisitCXXConstructExpr(CXXConstructExpr *E) {
    if (!Current || E->getNumArgs() == 0)
      return true;
    const bool Wrapper = callsForNothing(E->getType());
    const CXXRecordDecl *Class = E->getConstructor()->getParent();
    const OpModel *Model = Out.Library.op(E);
    if (Wrapper || (Model && Model->DropsResults))
      swallowed(E->getArg(0), Wrapper ? E->getType().getUnqualifiedType().getAsString(Context.getPrintingPolicy())
                                      : Class->getQualifiedNameAsString());
    return true;
  }
  bool VisitCallExpr(CallExpr *Call) {
    if (!Current)
      return true;
    kept(Call);
    const NamedDecl *Callee = Call->getDirectCallee();
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call); Op && Op->getOperator() == OO_Call) {
      const auto *Ref = dyn_cast<DeclRefExpr>(strip(Op->getArg(0))); // std::ranges::for_each is an object
      Callee = Ref ? Ref->getDecl() : nullptr;
    } else if (Op && Op->getOperator() == OO_Equal && Op->getNumArgs() == 2 &&
               callsForNothing(Op->getArg(0)->getType())) {
      swallowed(Op->getArg(1), Op->getArg(0)->getType().getAsString(Context.getPrintingPolicy()));
      return true;
    }
    if (!Callee)
      return true;
    const std::string Name = modelName(*Callee);
    const OpModel *Model = Out.Library.op(Call);
    if (Model && Model->DropsResults)
      for (const Expr *Arg : Call->arguments())
        if (!isa<CXXDefaultArgExpr>(Arg))
          swallowed(Arg, Name);
    return true;
  }

private:
  bool inFunction(FunctionDecl *F, llvm::function_ref<bool()> Go) {
    const FunctionDecl *Outer = std::exchange(Current, F);
    const bool OuterHas = std::exchange(HasTasks, false);
    const bool Result = Go();
    if (HasTasks && F->doesThisDeclarationHaveABody() && Followed.insert(F).second)
      followTasks(*F, Types, [&](TaskLoss Loss) { Out.Losses.push_back(std::move(Loss)); });
    Current = Outer;
    HasTasks = OuterHas;
    return Result;
  }

  /// Running work that the end of the object cancels is a way to live.
  [[nodiscard]] static bool mayStay(const TaskTraits &Traits) {
    return !Traits.Lazy && Traits.Drop == DropEffect::Cancels;
  }
  [[nodiscard]] TaskLoss forgotten(const ValueDecl *Where, const Expr *Made, const TaskTraits &Traits) const {
    TaskLoss Loss;
    Loss.What = TaskLoss::How::Forgotten;
    Loss.Function = Current;
    Loss.Made = Made;
    Loss.Var = Where;
    Loss.Traits = Traits;
    return Loss;
  }
  /// Only where nobody else can see the class.
  void keptInMember(const FieldDecl *Field, const Expr *Value) {
    const auto *Class = dyn_cast<CXXRecordDecl>(Field->getParent());
    const Expr *Made = strip(Value);
    while (const auto *Copy = dyn_cast_or_null<CXXConstructExpr>(Made))
      Made = Copy->getNumArgs() == 1 ? strip(Copy->getArg(0)) : nullptr;
    auto Traits = Made ? Types.madeBy(Made) : std::nullopt;
    if (!Traits || mayStay(*Traits) || !Types.of(Field->getType()) || !Current || !Class || Class->isLambda() ||
        Class->isDependentContext() || Class->getTemplateInstantiationPattern() ||
        !Context.getSourceManager().isInMainFile(Class->getLocation()))
      return;
    Members.try_emplace(Field->getCanonicalDecl(), forgotten(Field, Made, *Traits));
  }
  void kept(const CallExpr *Call) {
    const Expr *Object = objectOfCall(Call);
    Object = Object ? strip(Object) : nullptr;
    const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
    if (const auto *Member = dyn_cast_or_null<MemberExpr>(Object);
        Member && Op && Op->getOperator() == OO_Equal && Op->getNumArgs() == 2) {
      if (const auto *Field = dyn_cast<FieldDecl>(Member->getMemberDecl()); Field && Types.of(Field->getType())) {
        Setting.insert(Member);
        keptInMember(Field, Op->getArg(1));
      }
      return;
    }
    const auto *Ref = dyn_cast_or_null<DeclRefExpr>(Object);
    const auto *Var = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    const FunctionDecl *Callee = Call->getDirectCallee();
    if (!Var || Op || !Callee || !Callee->getDeclName().isIdentifier() || !Var->hasLocalStorage() ||
        isa<ParmVarDecl>(Var) || Var->getType()->isReferenceType())
      return;
    const auto *Spec = dyn_cast_or_null<ClassTemplateSpecializationDecl>(Var->getType()->getAsCXXRecordDecl());
    if (!Spec || !Spec->isInStdNamespace() || Spec->getTemplateArgs().size() == 0 ||
        Spec->getTemplateArgs()[0].getKind() != TemplateArgument::Type)
      return;
    auto Traits = Types.of(Spec->getTemplateArgs()[0].getAsType());
    StringRef Effect = Out.Library.models().effectOfMethod(Callee->getName());
    const bool Puts = Effect == "insert" || Effect == "guard";
    if (!Traits || mayStay(*Traits) || (!Puts && Callee->getName() != "reserve"))
      return;
    Setting.insert(Ref);
    if (!Puts)
      return;
    TaskLoss Loss = forgotten(Var, Call, *Traits);
    Loss.Contained = true;
    Containers.try_emplace(Var, std::move(Loss));
  }

  void dropped(const Stmt *S) {
    const auto *E = dyn_cast_or_null<Expr>(S);
    if (E && Current)
      (void)droppedValue(*E);
  }
  /// True if something was found: the two sides of ?: are one mistake.
  bool droppedValue(const Expr &Value) {
    const Expr *E = strip(&Value);
    if (const auto *Choice = dyn_cast<AbstractConditionalOperator>(E))
      return droppedValue(*Choice->getTrueExpr()) || droppedValue(*Choice->getFalseExpr());
    if (const auto *Op = dyn_cast<BinaryOperator>(E); Op && Op->isCommaOp())
      return droppedValue(*Op->getRHS()); // the left side comes by itself
    auto Traits = Types.madeBy(E);
    if (!Traits)
      return false;
    // What is handed over to run runs, whatever becomes of its handle.
    const OpModel *Op = Out.Library.op(E);
    if (!Traits->Lazy && Op && Op->SpawnsAny)
      return false;
    TaskLoss Loss;
    Loss.Function = Current;
    Loss.Made = E;
    Loss.Traits = *Traits;
    Out.Losses.push_back(std::move(Loss));
    return true;
  }

  void swallowed(const Expr *Callable, std::string Into) {
    Callable = strip(Callable);
    while (const auto *Copy = dyn_cast<CXXConstructExpr>(Callable)) {
      if (Copy->getNumArgs() != 1 || !Copy->getConstructor()->isCopyOrMoveConstructor())
        break;
      Callable = strip(Copy->getArg(0));
    }
    auto Traits = Types.madeByCalling(Callable->getType());
    if (!Traits)
      return;
    TaskLoss Loss;
    Loss.What = TaskLoss::How::Swallowed;
    Loss.Function = Current;
    Loss.Made = Callable;
    Loss.Into = std::move(Into);
    Loss.Traits = *Traits;
    Out.Losses.push_back(std::move(Loss));
  }

  TaskFacts &Out;
  ASTContext &Context;
  const TaskTypes &Types;
  const FunctionDecl *Current = nullptr;
  bool HasTasks = false;
  const Stmt *ValueOfBlock = nullptr;
  llvm::DenseSet<const FunctionDecl *> Followed;
  llvm::DenseSet<const Expr *> Setting; ///< mentions that only put something in
  llvm::MapVector<const FieldDecl *, TaskLoss> Members;
  llvm::MapVector<const VarDecl *, TaskLoss> Containers;
  llvm::DenseSet<const FieldDecl *> UsedMembers;
  llvm::DenseSet<const VarDecl *> UsedContainers;
};

} // namespace

TaskFacts findTaskLosses(ASTContext &Context, const LibraryView &Library) {
  TaskFacts Out{Library, {}};
  const TaskTypes Types(Library);
  LossFinder Finder(Out, Context, Types);
  for (Decl *Top : Context.getTraversalScope())
    Finder.TraverseDecl(Top);
  Finder.finish();
  return Out;
}

} // namespace corace::checks
