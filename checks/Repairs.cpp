// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/Repairs.h"

#include "checks/Report.h"
#include "checks/analysis/Tasks.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/FoldingSet.h"
#include "llvm/ADT/StringExtras.h"

using namespace clang;

namespace corace::checks {

std::optional<FixIt> replaceText(const ASTContext &Context, CharSourceRange Range, std::string Text) {
  const SourceManager &SM = Context.getSourceManager();
  const CharSourceRange Chars = Lexer::makeFileCharRange(Range, SM, Context.getLangOpts());
  if (Chars.isInvalid() || Range.getBegin().isMacroID() || Range.getEnd().isMacroID())
    return std::nullopt;
  const PresumedLoc Begin = SM.getPresumedLoc(Chars.getBegin(), /*UseLineDirectives=*/false);
  const PresumedLoc End = SM.getPresumedLoc(Chars.getEnd(), /*UseLineDirectives=*/false);
  if (Begin.isInvalid() || End.isInvalid())
    return std::nullopt;
  FixIt Fix;
  Fix.Where.File = Begin.getFilename();
  Fix.Where.Line = Begin.getLine();
  Fix.Where.Column = Begin.getColumn();
  Fix.Where.EndLine = End.getLine();
  Fix.Where.EndColumn = End.getColumn();
  Fix.Where.Offset = SM.getFileOffset(Chars.getBegin());
  Fix.Where.EndOffset = SM.getFileOffset(Chars.getEnd());
  Fix.Where.Range = Chars;
  Fix.Text = std::move(Text);
  return Fix;
}

std::optional<FixIt> insertBefore(const ASTContext &Context, SourceLocation Where, std::string Text) {
  return replaceText(Context, CharSourceRange::getCharRange(Where, Where), std::move(Text));
}

/// One instantiation speaks for its template: what holds for its types need not hold for others.
static bool fromTemplate(const FunctionDecl &F) { return F.getTemplateInstantiationPattern() != nullptr; }

/// What the range covers, as it was written; empty if parts of it come from macros.
static StringRef textOf(const ASTContext &Context, SourceRange Range) {
  const SourceManager &SM = Context.getSourceManager();
  const CharSourceRange Tokens = CharSourceRange::getTokenRange(Range);
  if (Range.isInvalid() || Range.getBegin().isMacroID() || Range.getEnd().isMacroID())
    return {};
  return Lexer::getSourceText(Tokens, SM, Context.getLangOpts());
}

/// The blanks that the line starts with.
static StringRef indentation(const ASTContext &Context, SourceLocation Where) {
  const SourceManager &SM = Context.getSourceManager();
  const auto [File, Offset] = SM.getDecomposedLoc(Where);
  const StringRef Before = SM.getBufferData(File).take_front(Offset);
  const StringRef Line = Before.drop_front(Before.rfind('\n') + 1);
  return Line.take_while([](char C) { return C == ' ' || C == '\t'; });
}

/// Naming it twice names the same object, and nothing happens besides.
static bool isPlainPlace(const Expr *E) {
  E = E->IgnoreParens();
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    return isa<VarDecl>(Ref->getDecl());
  if (const auto *Member = dyn_cast<MemberExpr>(E)) {
    if (!isa<FieldDecl, VarDecl>(Member->getMemberDecl()))
      return false;
    const Expr *Object = Member->getBase()->IgnoreParenImpCasts();
    if (isa<CXXThisExpr>(Object))
      return true;
    // Through a pointer: nobody else may set it, so that it is the same one after the await.
    if (Member->isArrow()) {
      const auto *Ref = dyn_cast<DeclRefExpr>(Object);
      const auto *Var = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
      return Var && Var->hasLocalStorage() && Var->getType()->isPointerType() &&
             !Ref->refersToEnclosingVariableOrCapture();
    }
    return isPlainPlace(Object);
  }
  if (const auto *Element = dyn_cast<ArraySubscriptExpr>(E))
    return Element->getBase()->IgnoreParenImpCasts()->getType()->isArrayType() &&
           isa<IntegerLiteral>(Element->getIdx()->IgnoreParenImpCasts()) &&
           isPlainPlace(Element->getBase()->IgnoreParenImpCasts());
  return false;
}

static bool sameExpression(const ASTContext &Context, const Expr *A, const Expr *B) {
  llvm::FoldingSetNodeID First, Second;
  A->IgnoreParens()->Profile(First, Context, /*Canonical=*/true);
  B->IgnoreParens()->Profile(Second, Context, /*Canonical=*/true);
  return First == Second;
}

/// Calls `See` for each statement below, lambdas' bodies left out, until it says no.
static bool walk(const Stmt *Root, llvm::function_ref<bool(const Stmt *)> See) {
  llvm::SmallVector<const Stmt *, 32> Open{Root};
  while (!Open.empty()) {
    const Stmt *S = Open.pop_back_val();
    if (!S)
      continue;
    if (!See(S))
      return false;
    if (isa<LambdaExpr>(S))
      continue;
    // What the compiler made of an await is of no interest, and repeats its operand.
    if (const auto *Await = dyn_cast<CoroutineSuspendExpr>(S)) {
      Open.push_back(Await->getOperand());
      continue;
    }
    for (const Stmt *Child : childrenOf(*S))
      Open.push_back(Child);
  }
  return true;
}

/// Neither the variable or member that `Place` ends in, nor a lambda that might hide it.
static bool staysClearOf(const Expr *E, const Expr *Place) {
  Place = Place->IgnoreParenImpCasts();
  while (const auto *Element = dyn_cast<ArraySubscriptExpr>(Place))
    Place = Element->getBase()->IgnoreParenImpCasts();
  const auto *Ref = dyn_cast<DeclRefExpr>(Place);
  const auto *Member = dyn_cast<MemberExpr>(Place);
  const ValueDecl *State = Ref ? Ref->getDecl() : Member ? Member->getMemberDecl() : nullptr;
  if (!State)
    return false;
  return walk(E, [&](const Stmt *S) {
    const auto *R = dyn_cast<DeclRefExpr>(S);
    const auto *M = dyn_cast<MemberExpr>(S);
    return !isa<LambdaExpr, StmtExpr>(S) && !(R && R->getDecl() == State) && !(M && M->getMemberDecl() == State);
  });
}

namespace {

/// `Place = Place Op Other`, or with the operands the other way round where that is the same.
struct Update {
  const Expr *Place = nullptr, *Other = nullptr;
  StringRef Operator;
};

} // namespace

/// Of class types the operators may do anything; and most take references, so that nothing was read too early.
static std::optional<Update> updateOf(const ASTContext &Context, const Expr *Second) {
  const auto *Assign = dyn_cast<BinaryOperator>(Second);
  const auto *Op = Assign && Assign->getOpcode() == BO_Assign
                       ? dyn_cast<BinaryOperator>(Assign->getRHS()->IgnoreParenImpCasts())
                       : nullptr;
  if (!Op)
    return std::nullopt;
  const Expr *Place = Assign->getLHS();
  const QualType Type = Place->getType();
  if (!Type->isArithmeticType() || Type->isBooleanType() || Type.isVolatileQualified() || Place->refersToBitField() ||
      !(Op->isMultiplicativeOp() || Op->isAdditiveOp() || Op->isShiftOp() || Op->isBitwiseOp()) || !isPlainPlace(Place))
    return std::nullopt;
  const auto IsPlace = [&](const Expr *E) { return sameExpression(Context, E->IgnoreParenImpCasts(), Place); };
  const BinaryOperatorKind Kind = Op->getOpcode();
  const bool Commutes = Kind == BO_Add || Kind == BO_Mul || Op->isBitwiseOp();
  const StringRef Name = BinaryOperator::getOpcodeStr(Kind);
  if (IsPlace(Op->getLHS()))
    return Update{Place, Op->getRHS()->IgnoreImpCasts(), Name};
  if (Commutes && IsPlace(Op->getRHS()))
    return Update{Place, Op->getLHS()->IgnoreImpCasts(), Name};
  return std::nullopt;
}

/// How the statement may be replaced by two: in a list of statements, or only in braces.
enum class Slot { None, List, Braces };

static Slot slotOf(const CoroutineFacts &Facts, const Stmt *&S) {
  const Stmt *Parent = Facts.Parents.lookup(S);
  while (isa_and_nonnull<ExprWithCleanups, ParenExpr>(Parent)) {
    S = Parent;
    Parent = Facts.Parents.lookup(S);
  }
  if (!Parent)
    return Slot::None;
  // Between the cases of a switch no variable may be made.
  if (isa<CompoundStmt>(Parent))
    return isa_and_nonnull<SwitchStmt>(Facts.Parents.lookup(Parent)) ? Slot::Braces : Slot::List;
  if (const auto *If = dyn_cast<IfStmt>(Parent))
    return If->getThen() == S || If->getElse() == S ? Slot::Braces : Slot::None;
  if (const auto *Loop = dyn_cast<WhileStmt>(Parent))
    return Loop->getBody() == S ? Slot::Braces : Slot::None;
  if (const auto *Loop = dyn_cast<ForStmt>(Parent))
    return Loop->getBody() == S ? Slot::Braces : Slot::None;
  if (const auto *Loop = dyn_cast<CXXForRangeStmt>(Parent))
    return Loop->getBody() == S ? Slot::Braces : Slot::None;
  if (isa<SwitchCase, LabelStmt, DoStmt>(Parent))
    return isa<DoStmt>(Parent) && cast<DoStmt>(Parent)->getBody() != S ? Slot::None : Slot::Braces;
  return Slot::None;
}

/// A member of the class or of a base has the name.
static bool hasMember(const CXXRecordDecl &Class, DeclarationName Name) {
  const auto Lacks = [&](const CXXRecordDecl *C) { return C->lookup(Name).empty(); };
  return Class.hasDefinition() && (!Lacks(&Class) || !Class.forallBases(Lacks));
}

/// Declared in the body, wherever that is: what is declared anew could hide it, or be hidden.
static bool declaresLocal(const Stmt *Body, const IdentifierInfo *Name) {
  return Body && !walk(Body, [&](const Stmt *S) {
           const auto *Declaration = dyn_cast<DeclStmt>(S);
           const auto *Catch = dyn_cast<CXXCatchStmt>(S);
           const auto Has = [&](const Decl *D) {
             const auto *Named = dyn_cast_or_null<NamedDecl>(D);
             const auto *Parts = dyn_cast_or_null<DecompositionDecl>(D);
             return (Named && Named->getIdentifier() == Name) ||
                    (Parts &&
                     llvm::any_of(Parts->bindings(), [&](const BindingDecl *B) { return B->getIdentifier() == Name; }));
           };
           return !(Declaration && llvm::any_of(Declaration->decls(), Has)) &&
                  !(Catch && Has(Catch->getExceptionDecl()));
         });
}

static bool isVisibleIn(const FunctionDecl &F, StringRef Text) {
  ASTContext &Context = F.getASTContext();
  const auto It = Context.Idents.find(Text);
  if (It == Context.Idents.end())
    return false; // nobody says the word
  const IdentifierInfo *Name = It->second;
  if (Name->hadMacroDefinition() || Name->isKeyword(Context.getLangOpts()))
    return true;
  for (const DeclContext *In = &F; In; In = In->getParent()) {
    if (const auto *Function = dyn_cast<FunctionDecl>(In)) {
      if (llvm::any_of(Function->parameters(), [&](const ParmVarDecl *P) { return P->getIdentifier() == Name; }) ||
          declaresLocal(writtenBody(*Function), Name))
        return true;
    } else if (const auto *Class = dyn_cast<CXXRecordDecl>(In)) {
      if (hasMember(*Class, Name))
        return true;
    } else if (!In->lookup(Name).empty()) {
      return true;
    }
  }
  return false;
}

std::string freshName(const FunctionDecl &F, StringRef Wish, unsigned Ordinal) {
  // The same stem for the whole function, so that the names that it gets differ.
  for (std::string Stem = Wish.str();; Stem += Stem.size() == Wish.size() ? "_now" : "_") {
    std::string Name = Ordinal == 1 ? Stem : Stem + std::to_string(Ordinal);
    if (!isVisibleIn(F, Stem) && !isVisibleIn(F, Name))
      return Name;
  }
}

bool holdsComment(StringRef Text, const ASTContext &Context) {
  if (!Text.contains("//") && !Text.contains("/*"))
    return false;
  const std::string Copy = Text.str(); // the lexer wants a zero behind it
  Lexer Tokens(SourceLocation(), Context.getLangOpts(), Copy.data(), Copy.data(), Copy.data() + Copy.size());
  Tokens.SetCommentRetentionState(true);
  Token T;
  do {
    Tokens.LexFromRawLexer(T);
    if (T.is(tok::comment))
      return true;
  } while (T.isNot(tok::eof));
  return false;
}

/// How many windows of the function before this one are repaired in the same way, so that each gets its own name.
static unsigned ordinalOf(const CoroutineFacts &Facts, const Window &W) {
  constexpr std::ptrdiff_t MaxLooks = 64; // the rest is numbered with gaps
  const std::ptrdiff_t Index = &W - Facts.Windows.data();
  if (Index > MaxLooks)
    return static_cast<unsigned>(Index) + 1;
  unsigned Ordinal = 1;
  const Expr *Last = nullptr;
  for (const Window &Other : llvm::ArrayRef(Facts.Windows).take_front(static_cast<std::size_t>(Index)))
    if (Other.How == Dependence::Value && Other.Second != W.Second && Other.Second != Last &&
        updateOf(Facts.Function.getASTContext(), Other.Second)) {
      Last = Other.Second;
      ++Ordinal;
    }
  return Ordinal;
}

std::vector<FixIt> hoistAwait(const CoroutineFacts &Facts, const Window &W) {
  const ASTContext &Context = Facts.Function.getASTContext();
  const SourceManager &SM = Context.getSourceManager();
  if (W.How != Dependence::Value || W.Inside || fromTemplate(Facts.Function))
    return {};
  const std::optional<Update> U = updateOf(Context, W.Second);
  if (!U || !staysClearOf(U->Other, U->Place))
    return {};
  const Stmt *S = W.Second;
  const Slot Where = slotOf(Facts, S);
  const StringRef Value = textOf(Context, U->Other->getSourceRange());
  const StringRef Place = textOf(Context, U->Place->getSourceRange());
  const std::optional<Token> Next = Lexer::findNextToken(W.Second->getEndLoc(), SM, Context.getLangOpts());
  if (Where == Slot::None || Value.empty() || Place.empty() || !Next || Next->isNot(tok::semi))
    return {};
  // Comments go along with what they stand in; the others would be lost.
  const StringRef All = textOf(Context, W.Second->getSourceRange());
  const StringRef End = textOf(Context, SourceRange(W.Second->getEndLoc(), Next->getLocation()));
  const std::size_t At = static_cast<std::size_t>(Value.data() - All.data()), After = At + Value.size();
  if (Place.data() != All.data() || At > All.size() || After > All.size() ||
      holdsComment(All.slice(Place.size(), At), Context) || holdsComment(All.drop_front(After), Context) ||
      holdsComment(End, Context))
    return {};
  const std::string Name = freshName(Facts.Function, "awaited", ordinalOf(Facts, W));
  const std::string Indent = "\n" + indentation(Context, W.Second->getBeginLoc()).str();
  const std::string Inner = Where == Slot::Braces ? Indent + "  " : Indent;
  std::string Text =
      "auto " + Name + " = " + Value.str() + ";" + Inner + Place.str() + " " + U->Operator.str() + "= " + Name + ";";
  if (Where == Slot::Braces)
    Text = "{" + Inner + Text + Indent + "}";
  const CharSourceRange Whole = CharSourceRange::getTokenRange(W.Second->getBeginLoc(), Next->getLocation());
  if (std::optional<FixIt> Fix = replaceText(Context, Whole, std::move(Text)))
    return {std::move(*Fix)};
  return {};
}

/// Evaluating it again does no more than look.
static bool onlyLooks(const Expr *Condition) {
  return walk(Condition, [](const Stmt *S) {
    if (const auto *Call = dyn_cast<CallExpr>(S)) {
      const auto *Method = dyn_cast_or_null<CXXMethodDecl>(Call->getCalleeDecl());
      return Method && (Method->isConst() || isa<CXXOperatorCallExpr>(Call)) &&
             !(isa<CXXOperatorCallExpr>(Call) && cast<CXXOperatorCallExpr>(Call)->isAssignmentOp());
    }
    if (const auto *Op = dyn_cast<UnaryOperator>(S))
      return !Op->isIncrementDecrementOp();
    if (const auto *Op = dyn_cast<BinaryOperator>(S))
      return !Op->isAssignmentOp();
    return !isa<CoroutineSuspendExpr, LambdaExpr, StmtExpr, CXXNewExpr, CXXDeleteExpr, CXXThrowExpr, CXXConstructExpr>(
        S);
  });
}

/// Nothing but awaits, one after the other.
static bool onlyAwaits(const Stmt *Body) {
  if (const auto *Block = dyn_cast<CompoundStmt>(Body))
    return !Block->body_empty() && llvm::all_of(Block->body(), onlyAwaits);
  const auto *E = dyn_cast<Expr>(Body);
  return E && isa<CoawaitExpr>(E->IgnoreUnlessSpelledInSource());
}

std::vector<FixIt> testInLoop(const CoroutineFacts &Facts, const Window &W) {
  const ASTContext &Context = Facts.Function.getASTContext();
  const auto *If = dyn_cast_or_null<IfStmt>(W.Branch);
  if (W.How != Dependence::Waited || fromTemplate(Facts.Function) || !If || If->isConstexpr() || If->isConsteval() ||
      If->hasInitStorage() || If->hasVarStorage() || If->hasElseStorage() || !onlyLooks(If->getCond()) ||
      !onlyAwaits(If->getThen()))
    return {};
  if (std::optional<FixIt> Fix =
          replaceText(Context, CharSourceRange::getTokenRange(If->getIfLoc(), If->getIfLoc()), "while"))
    return {std::move(*Fix)};
  return {};
}

namespace {

// A repair looks at its whole function. In one that is larger none is offered, or many would take the square of its
// size.
constexpr unsigned MaxNodes = 20000;

/// Whether a coroutine can await a task, and what it gets from it.
class Awaiting {
public:
  Awaiting(const CoroutineBodyStmt &Body, const Expr &Made) : Body(Body), Made(Made) { look(); }

  /// The statement that the task stands in; null where no `co_await` may stand.
  const Stmt *Statement = nullptr;
  /// What the await results in; null if it may not compile.
  QualType Result;

private:
  void look();
  [[nodiscard]] QualType resultOfMembers() const;

  const CoroutineBodyStmt &Body;
  const Expr &Made;
};

} // namespace

void Awaiting::look() {
  struct Frame {
    const Stmt *S, *Above;
    bool InHandler;
  };
  const QualType Type = Made.getType().getCanonicalType().getUnqualifiedType();
  llvm::SmallVector<Frame, 32> Open{{Body.getBody(), nullptr, false}};
  for (unsigned Seen = 0; !Open.empty(); ++Seen) {
    if (Seen > MaxNodes) {
      Statement = nullptr;
      return;
    }
    const Frame F = Open.pop_back_val();
    if (!F.S || isa<LambdaExpr>(F.S))
      continue;
    if (F.S == &Made && !F.InHandler)
      Statement = F.Above;
    const bool InHandler = F.InHandler || isa<CXXCatchStmt>(F.S);
    // Only what wraps the whole value keeps the statement: a co_await in front of the call is one of all of it then.
    const bool Wraps = isa<ExprWithCleanups, CXXBindTemporaryExpr, ImplicitCastExpr>(F.S);
    const Stmt *Above = Wraps ? F.Above : isa<Expr>(F.S) ? nullptr : F.S;
    if (const auto *Await = dyn_cast<CoroutineSuspendExpr>(F.S)) {
      // The same type is awaited elsewhere, so it can be.
      if (isa<CoawaitExpr>(Await) && Await->getOperand()->isPRValue() &&
          Await->getOperand()->getType().getCanonicalType().getUnqualifiedType() == Type)
        Result = Await->getType();
      Open.push_back({Await->getOperand(), nullptr, InHandler});
      continue;
    }
    for (const Stmt *Child : childrenOf(*F.S))
      Open.push_back({Child, Above, InHandler});
  }
  if (Result.isNull())
    Result = resultOfMembers();
}

static const CXXMethodDecl *onlyMethod(const CXXRecordDecl &Class, DeclarationName Name) {
  const CXXMethodDecl *Found = nullptr;
  for (const NamedDecl *D : Class.lookup(Name)) {
    const auto *Method = dyn_cast<CXXMethodDecl>(D);
    if (!Method || (Found && !declaresSameEntity(Found, Method)))
      return nullptr;
    Found = Method;
  }
  return Found;
}

/// Of a type that has the members of an awaiter, in a coroutine that awaits things as they are.
QualType Awaiting::resultOfMembers() const {
  const auto *Class = Made.getType()->getAsCXXRecordDecl();
  const VarDecl *Promise = Body.getPromiseDecl();
  const auto *PromiseClass = Promise ? Promise->getType()->getAsCXXRecordDecl() : nullptr;
  if (!Class || !Class->hasDefinition() || !PromiseClass || !PromiseClass->hasDefinition())
    return {};
  ASTContext &Context = Class->getASTContext();
  const auto Named = [&](StringRef Name) { return DeclarationName(&Context.Idents.get(Name)); };
  const auto Transforms = [&](const CXXRecordDecl *Of) { return !Of->lookup(Named("await_transform")).empty(); };
  if (Transforms(PromiseClass) ||
      !PromiseClass->forallBases([&](const CXXRecordDecl *Base) { return !Transforms(Base); }))
    return {};
  if (!Class->lookup(Context.DeclarationNames.getCXXOperatorName(OO_Coawait)).empty())
    return {};
  const CXXMethodDecl *Suspend = onlyMethod(*Class, Named("await_suspend"));
  const CXXMethodDecl *Resume = onlyMethod(*Class, Named("await_resume"));
  if (!Suspend || !Resume || Suspend->getNumParams() != 1 || !onlyMethod(*Class, Named("await_ready")))
    return {};
  // A handle to any coroutine; others may not take this one.
  const auto *Handle = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
      Suspend->getParamDecl(0)->getType().getNonReferenceType()->getAsCXXRecordDecl());
  if (!Handle || Handle->getName() != "coroutine_handle" || Handle->getTemplateArgs().size() != 1 ||
      !Handle->getTemplateArgs()[0].getAsType()->isVoidType())
    return {};
  return Resume->getReturnType();
}

std::vector<FixIt> awaitTask(const TaskLoss &Loss, bool IsLock) {
  const auto *Body = dyn_cast_or_null<CoroutineBodyStmt>(Loss.Function->getBody());
  // A task that goes on by itself may have been let go on purpose.
  const bool NeverRuns = Loss.Traits.Drop == DropEffect::NeverRuns || Loss.Traits.Drop == DropEffect::Leaks;
  if ((Loss.What != TaskLoss::How::Discarded && Loss.What != TaskLoss::How::Forgotten) || !Body ||
      fromTemplate(*Loss.Function) || !Loss.Made || !isa<CallExpr>(Loss.Made) || !(NeverRuns || IsLock))
    return {};
  const ASTContext &Context = Loss.Function->getASTContext();
  const Awaiting How(*Body, *Loss.Made);
  if (!How.Statement || How.Result.isNull() || How.Result->isDependentType())
    return {};
  std::optional<FixIt> Fix;
  if (Loss.What == TaskLoss::How::Discarded) {
    // What a lock hands out would be dropped at once.
    if (isa<DeclStmt>(How.Statement) || (IsLock && !How.Result->isVoidType()))
      return {};
    Fix = insertBefore(Context, Loss.Made->getBeginLoc(), "co_await ");
  } else if (Loss.What == TaskLoss::How::Forgotten) {
    const auto *Statement = dyn_cast<DeclStmt>(How.Statement);
    const auto *Var = dyn_cast_or_null<VarDecl>(Loss.Var);
    if (!Var || !Statement || !Statement->isSingleDecl() || Statement->getSingleDecl() != Var || !Var->hasInit() ||
        Var->isStaticLocal() || !Var->getType()->getContainedAutoType() || Var->hasAttrs() ||
        Var->getType()->isReferenceType())
      return {};
    const auto *Class = How.Result->getAsCXXRecordDecl();
    if (Class && !How.Result->isReferenceType()) // as a guard, it may have to live on
      Fix = insertBefore(Context, Loss.Made->getBeginLoc(), "co_await ");
    else if ((!IsLock || How.Result->isVoidType()) &&
             !holdsComment(textOf(Context, SourceRange(Statement->getBeginLoc(), Loss.Made->getBeginLoc())), Context))
      Fix = replaceText(Context, CharSourceRange::getCharRange(Statement->getBeginLoc(), Loss.Made->getBeginLoc()),
                        "co_await ");
  }
  if (!Fix)
    return {};
  return {std::move(*Fix)};
}

} // namespace corace::checks
