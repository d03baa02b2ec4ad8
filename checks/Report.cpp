// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/Report.h"

#include "checks/analysis/Evidence.h"
#include "checks/analysis/RivalIndex.h"
#include "checks/summaries/Others.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"

using namespace clang;

namespace corace::checks {

Place placeOf(const ASTContext &Context, SourceRange Range) {
  Place P;
  const SourceManager &SM = Context.getSourceManager();
  if (Range.isInvalid())
    return P;
  SourceLocation Begin = SM.getExpansionLoc(Range.getBegin());
  SourceLocation Last = SM.getExpansionRange(Range.getEnd()).getEnd();
  SourceLocation End = Lexer::getLocForEndOfToken(Last, 0, SM, Context.getLangOpts());
  PresumedLoc Presumed = SM.getPresumedLoc(Begin, /*UseLineDirectives=*/false);
  if (Presumed.isInvalid())
    return P;
  // Both ends in one file and in order, or just the beginning.
  if (End.isInvalid() || SM.getFileID(End) != SM.getFileID(Begin) || SM.getFileOffset(End) < SM.getFileOffset(Begin))
    End = Lexer::getLocForEndOfToken(Begin, 0, SM, Context.getLangOpts());
  if (End.isInvalid())
    End = Begin;
  P.File = Presumed.getFilename();
  P.Line = Presumed.getLine();
  P.Column = Presumed.getColumn();
  P.EndLine = SM.getSpellingLineNumber(End);
  P.EndColumn = SM.getSpellingColumnNumber(End);
  P.Offset = SM.getFileOffset(Begin);
  P.EndOffset = SM.getFileOffset(End);
  P.Range = CharSourceRange::getCharRange(Begin, End);
  return P;
}

Place placeOf(const Spot &S) {
  Place P;
  P.File = S.File;
  P.Line = S.Line;
  P.Column = S.Column;
  P.EndLine = S.EndLine;
  P.EndColumn = S.EndColumn;
  return P;
}

std::string nameOfFunction(const FunctionDecl &F) {
  if (const auto *Method = dyn_cast<CXXMethodDecl>(&F); Method && Method->getParent()->isLambda()) {
    const DeclContext *Around = Method->getParent()->getDeclContext();
    while (Around && !isa<FunctionDecl>(Around))
      Around = Around->getParent();
    return (Around ? nameOfFunction(*cast<FunctionDecl>(Around)) + "::" : std::string()) + "lambda";
  }
  return F.getQualifiedNameAsString();
}

namespace {

SourceRange rangeOfSecond(const Window &W) { return W.Second->getSourceRange(); }

} // namespace

WindowReport::WindowReport(const CoroutineFacts &Facts, const Window &W)
    : First(placeOf(Facts.Function.getASTContext(), Facts.Facts[W.First].Site->getSourceRange())),
      Suspension(placeOf(Facts.Function.getASTContext(), Facts.Suspensions[W.Suspension].Site->getSourceRange())),
      Second(placeOf(Facts.Function.getASTContext(), rangeOfSecond(W))), Facts(Facts), W(W),
      FirstFact(Facts.Facts[W.First]), Context(Facts.Function.getASTContext()) {}

std::string WindowReport::line(const Place &P) const {
  if (P.File != Second.File)
    return P.File + ":" + std::to_string(P.Line);
  return P.Line == Second.Line ? "this line" : "line " + std::to_string(P.Line);
}

std::string WindowReport::object() const { return "'" + W.Place.spelling() + "'"; }

std::string WindowReport::suspension() const {
  const Expr *Site = Facts.Suspensions[W.Suspension].Site;
  std::string What = isa<CoawaitExpr>(Site)   ? "the 'co_await'"
                     : isa<CoyieldExpr>(Site) ? "the 'co_yield'"
                                              : "the call of '" + nameOfOperation(Site) + "'";
  return What + " on " + line(Suspension);
}

std::string WindowReport::carrier() const {
  const Stmt *S = FirstFact.Site;
  while (S) {
    auto It = Facts.Parents.find(S);
    S = It == Facts.Parents.end() ? nullptr : It->second;
    if (const auto *D = dyn_cast_or_null<DeclStmt>(S); D && D->isSingleDecl())
      if (const auto *Var = dyn_cast<VarDecl>(D->getSingleDecl()); Var && Var->getIdentifier())
        return Var->getNameAsString();
    if (const auto *Op = dyn_cast_or_null<BinaryOperator>(S); Op && Op->getOpcode() == BO_Assign)
      if (const auto *Ref = dyn_cast<DeclRefExpr>(strip(Op->getLHS()));
          Ref && isa<VarDecl>(Ref->getDecl()) && !cast<VarDecl>(Ref->getDecl())->hasGlobalStorage())
        return Ref->getDecl()->getNameAsString();
    if (S && !isa<Expr>(S))
      break;
  }
  return {};
}

Finding WindowReport::finding(StringRef Check, race_kind Kind, std::string Message, std::string FirstSays,
                              std::string Mend) const {
  Finding F;
  F.Check = Check.str();
  F.Kind = Kind;
  F.Message = std::move(Message);
  F.Main = Second;
  F.First = First;
  F.Suspension = Suspension;
  F.Function = nameOfFunction(Facts.Function);
  F.Object = W.Place.spelling();
  F.Notes.push_back({NoteRole::First, std::move(FirstSays), First});
  F.Notes.push_back(
      {NoteRole::Suspension, "may suspend here: " + Facts.Suspensions[W.Suspension].Class.Why, Suspension});
  orderNote(F);
  if (const auto *Call = W.Inside ? dyn_cast<CallExpr>(W.Second) : nullptr; Call && Call->getDirectCallee())
    F.Notes.push_back(
        {NoteRole::Order,
         shortName(*Call->getDirectCallee()) + (W.How == Dependence::Identity ? " reads it here" : " writes it here"),
         placeOf(Context, W.Inside->getSourceRange())});
  else if (const auto *Other = W.Elsewhere ? dyn_cast<CallExpr>(W.Second) : nullptr; Other && Other->getDirectCallee())
    F.Notes.push_back(
        {NoteRole::Order, shortName(*Other->getDirectCallee()) + " writes it here", placeOf(*W.Elsewhere)});
  else if (W.Inside)
    F.Notes.push_back({NoteRole::Order, "the destructor writes it here", placeOf(Context, W.Inside->getSourceRange())});
  rivalNote(F);
  lockNote(F);
  F.Notes.push_back({NoteRole::Mend, "to mend it: " + Mend, First});
  return F;
}

/// A read and a suspension in one expression: whether the read comes first may be up to the compiler.
void WindowReport::orderNote(Finding &F) const {
  llvm::SmallVector<const Stmt *, 16> Above;
  for (const Stmt *S = FirstFact.Site; S && isa<Expr>(S);) {
    Above.push_back(S);
    auto It = Facts.Parents.find(S);
    S = It == Facts.Parents.end() ? nullptr : It->second;
  }
  for (const Stmt *S = Facts.Suspensions[W.Suspension].Site; S && isa<Expr>(S);) {
    auto It = Facts.Parents.find(S);
    S = It == Facts.Parents.end() ? nullptr : It->second;
    if (!S || !isa<Expr>(S) || !llvm::is_contained(Above, S))
      continue;
    if (const auto *Op = dyn_cast<BinaryOperator>(S);
        Op && !Op->isAssignmentOp() && !Op->isLogicalOp() && !Op->isCommaOp())
      F.Notes.push_back({NoteRole::Order,
                         "the order of the operands of '" + Op->getOpcodeStr().str() +
                             "' is unspecified by the standard; Clang evaluates the left one first, GCC may not",
                         placeOf(Context, SourceRange(Op->getOperatorLoc()))});
    else if (isa<CallExpr>(S) && !isa<CXXOperatorCallExpr>(S))
      F.Notes.push_back({NoteRole::Order,
                         "the order of arguments is unspecified by the standard; Clang evaluates from left to right, "
                         "GCC may not",
                         placeOf(Context, SourceRange(S->getBeginLoc()))});
    return; // the innermost expression around both decides
  }
}

void WindowReport::rivalNote(Finding &F) const {
  const Evidence &Rival = evidenceFor(Facts, W);
  F.Sure = std::min(F.Sure, Rival.Sure);
  F.Notes.push_back({Rival.Sure == Confidence::High ? NoteRole::Rival : NoteRole::Task, Rival.Says,
                     Rival.Elsewhere.Line ? placeOf(Rival.Elsewhere) : placeOf(Context, Rival.Where)});
}

void WindowReport::lockNote(Finding &F) const {
  const SourceManager &SM = Context.getSourceManager();
  // What is there and does not help comes first.
  for (const UselessLock &Lock : Facts.LockTable.uselessLocks()) {
    Place P = placeOf(Context, Lock.Where);
    if (P.isValid() && P.Offset <= Second.Offset) {
      F.Notes.push_back({NoteRole::Lock, Lock.Why, P});
      return;
    }
  }
  for (std::size_t I = 0; I < Facts.LockTable.acquisitions().size(); ++I) {
    const Acquisition &A = Facts.LockTable.acquisitions()[I];
    if (A.IsClaim || A.Released.isInvalid() || !(FirstFact.HeldAtAccess & (LockSet(1) << std::min<std::size_t>(I, 63))))
      continue;
    Place Taken = placeOf(Context, A.Site->getSourceRange());
    unsigned ReleasedLine = SM.getExpansionLineNumber(A.Released);
    F.Notes.push_back({NoteRole::Lock,
                       "the lock that is taken here is released again on line " + std::to_string(ReleasedLine) +
                           "; taking it a second time does not protect what was read under the first",
                       Taken});
    return;
  }
  std::string Span = First.Line == Second.Line
                         ? "here"
                         : "from line " + std::to_string(First.Line) + " to line " + std::to_string(Second.Line);
  F.Notes.push_back({NoteRole::Lock,
                     "no lock is held " + Span + (Facts.Rivals.hasStrand() ? "; a strand is not a lock" : ""), First});
}

} // namespace corace::checks
