// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/ReferenceAcrossAwait.h"

#include "checks/Repairs.h"
#include "checks/Report.h"
#include "checks/analysis/Disturbance.h"
#include "checks/analysis/Invalidation.h"
#include "checks/summaries/Summary.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/MapVector.h"

#include <map>
#include <tuple>

using namespace clang;

namespace corace::checks {

llvm::StringRef ReferenceAcrossAwait::summary() const {
  return "Finds a reference, pointer, iterator or view into shared state that is used behind a suspension which may "
         "have invalidated it.";
}

llvm::StringRef ReferenceAcrossAwait::details() const {
  return R"(While the coroutine is suspended, another task may insert, erase, clear, reset or replace.

    task<void> broadcast(std::string text) {
      for (auto &peer : peers_)              // reported: join() and leave() change 'peers_' meanwhile
        co_await peer->send(text);
    }
    task<void> touch(int id) {
      auto &session = sessions_[id];
      co_await audit(id);
      session.last_used = now();             // reported: close() erases from 'sessions_'
    }

Any of these mends it:

    auto peers = peers_;                     // go through a copy
    for (auto &peer : peers) ...

    co_await audit(id);                      // look up again after the await
    if (auto it = sessions_.find(id); it != sessions_.end()) ...

    auto session = sessions_.at(id);         // keep the owner: a copy of a shared_ptr

    auto guard = co_await lock.lock();       // one async lock over all of it, taken by those who change it too

What an insertion leaves as it is depends on the container: everything in a list, map or set; references in an
unordered_map, and in a deque at its ends; nothing in a vector.

Not reported: containers that nobody changes after the start, uses before the suspension only, what is looked up or
assigned again, what a local keeps alive.
)";
}

namespace {

using Found = Invalidation::Evidence;

/// Words for one window.
class ReferenceReport {
public:
  ReferenceReport(const CoroutineFacts &Facts, const Window &W, const Invalidation &By)
      : Facts(Facts), W(W), By(By), Base(Facts, W), First(Facts.Facts[W.First]), Held(*First.Held),
        Context(Facts.Function.getASTContext()) {}

  [[nodiscard]] Finding finding(StringRef Check) const;

private:
  [[nodiscard]] bool isLoop() const { return W.Second == First.Site; }
  [[nodiscard]] bool isParameter() const { return W.Through && isa<ParmVarDecl>(W.Through); }
  [[nodiscard]] std::string owner() const { return "'" + Held.Owner.spelling() + (Held.Accessor ? "()" : "") + "'"; }
  [[nodiscard]] std::string name() const;
  [[nodiscard]] std::string origin() const;
  [[nodiscard]] std::string danger() const;
  [[nodiscard]] std::string message() const;
  [[nodiscard]] std::string mend() const;
  [[nodiscard]] std::string rival() const;
  void copyBeforeLoop(Finding &F) const;

  const CoroutineFacts &Facts;
  const Window &W;
  const Invalidation &By;
  const WindowReport Base;
  const Fact &First;
  const Root &Held;
  const ASTContext &Context;
};

std::string ReferenceReport::name() const {
  if (!W.Through)
    return {};
  if (W.Through->getIdentifier())
    return "'" + W.Through->getNameAsString() + "'";
  if (const auto *Ref = dyn_cast<DeclRefExpr>(W.Second))
    return "'" + Ref->getDecl()->getNameAsString() + "'";
  return {};
}

/// "an element of 'peers_'", ...
std::string ReferenceReport::origin() const {
  switch (Held.How) {
  case Hold::Iterator: return "a place in " + owner();
  case Hold::Element: return "an element of " + owner();
  case Hold::Buffer: return "the inside of " + owner();
  case Hold::Owned: return "what " + owner() + " holds";
  case Hold::Links: return "a node of the list at " + owner();
  }
  return owner();
}

std::string ReferenceReport::danger() const {
  if (!By.By && !By.Elsewhere)
    return "other code may change " + owner() + " meanwhile";
  using Kind = RivalIndex::Disturbance::Kind;
  const char *Verb = "";
  switch (By.By ? By.By->What : static_cast<Kind>(By.Elsewhere->What)) {
  case Kind::Insert:
  case Kind::InsertAtEnd: Verb = "inserts into it"; break;
  case Kind::Erase: Verb = "erases from it"; break;
  case Kind::Replace: Verb = "replaces it"; break;
  case Kind::Reserve: break;
  }
  return rival() + " " + Verb;
}

std::string ReferenceReport::rival() const {
  if (!By.By)
    return "'" + By.Elsewhere->Name.substr(By.Elsewhere->Name.rfind(':') + 1) + "'";
  const auto *Method = dyn_cast<CXXMethodDecl>(By.By->Function);
  if (Method && Method->getParent()->isLambda())
    return "a lambda";
  return "'" + By.By->Function->getNameAsString() + "'";
}

std::string ReferenceReport::message() const {
  const std::string Meanwhile = ", and other tasks can run at " + Base.suspension();
  if (isLoop())
    return "the loop over " + owner() + " may go on with an iterator that is no longer valid: other tasks can run at " +
           Base.suspension();
  if (isParameter())
    return name() + " may refer to something that is gone: a caller passes " + origin() + Meanwhile;
  if (!W.Through)
    return origin() + " may be gone when the call is made: it was looked up before the arguments" + Meanwhile;
  const char *Is = Held.How == Hold::Iterator ? " may no longer be valid: " : " may refer to something that is gone: ";
  return name() + Is + "it was obtained from " + owner() + " on " + Base.line(Base.First) + Meanwhile;
}

std::string ReferenceReport::mend() const {
  if (isLoop())
    return "go through a copy of " + owner() +
           ", or hold one async lock over the loop that those who change it take too";
  if (!W.Through)
    return "await first, into a local, and look up after it";
  if (isParameter())
    return "take a copy or a shared owner by value, or look it up again after the await";
  if (Held.How == Hold::Owned)
    return "keep the owner in a local (a shared_ptr, or what was moved out), or go through " + owner() +
           " again after the await";
  if (Held.How == Hold::Links)
    return "collect what is needed before the first await, or hold one async lock over the walk";
  return "look it up again after the await, or copy what is needed before it, or hold one async lock over both";
}

Finding ReferenceReport::finding(StringRef Check) const {
  Finding F =
      Base.finding(Check, race_kind::invalid_reference, message(), "obtained from " + owner() + " here", mend());
  F.Sure = By.How == Found::Seen ? Confidence::High : Confidence::Medium;
  F.Object = Held.Owner.spelling();
  // Whoever writes the place says little; who invalidates it matters.
  llvm::erase_if(F.Notes, [](const Note &N) { return N.Role == NoteRole::Rival; });
  Note Rival{NoteRole::Rival, danger(), F.Main};
  if (By.By || By.Elsewhere) {
    Rival.Message += " here and may run meanwhile";
    Rival.Where = By.By ? placeOf(Context, By.By->Site->getSourceRange()) : placeOf(By.Elsewhere->Where);
  }
  auto After =
      llvm::find_if(F.Notes, [](const Note &N) { return N.Role == NoteRole::Lock || N.Role == NoteRole::Mend; });
  F.Notes.insert(After, std::move(Rival));
  // The object of a call comes first; that is no matter of the compiler.
  if (const auto *Call = W.Through || isLoop() ? nullptr : dyn_cast<CallExpr>(W.Second);
      Call && objectOfCall(Call) == First.Site)
    for (Note &N : F.Notes)
      if (N.Role == NoteRole::Order)
        N.Message = "the object of a call is evaluated before its arguments";
  if (isParameter()) {
    llvm::erase_if(F.Notes, [](const Note &N) { return N.Role == NoteRole::Lock; });
    F.Notes.front().Message = "a caller passes " + origin() + " here";
    F.First = placeOf(Context, W.Through->getSourceRange());
  }
  if (isLoop())
    copyBeforeLoop(F);
  return F;
}

/// `auto copy_of_c = c;` before the loop: certain where the loop only looks, and what it looks at lives in the copy.
void ReferenceReport::copyBeforeLoop(Finding &F) const {
  const Stmt *S = W.Second, *Around = nullptr;
  while (S && !isa<CXXForRangeStmt>(S)) {
    auto It = Facts.Parents.find(S);
    S = It == Facts.Parents.end() ? nullptr : It->second;
  }
  if (auto It = S ? Facts.Parents.find(S) : Facts.Parents.end(); It != Facts.Parents.end())
    Around = It->second;
  const auto *Loop = dyn_cast_or_null<CXXForRangeStmt>(S);
  const VarDecl *Var = Loop ? Loop->getLoopVariable() : nullptr;
  if (!Var || !isa_and_nonnull<CompoundStmt>(Around) || Loop->getBeginLoc().isMacroID() || Loop->getInit() ||
      W.Second->getBeginLoc().isMacroID() || W.Second->getEndLoc().isMacroID() ||
      (Var->getType()->isReferenceType() && !Var->getType()->getPointeeType().isConstQualified()))
    return;
  QualType T = Var->getType().getNonReferenceType();
  const CXXRecordDecl *R = T->getAsCXXRecordDecl();
  const bool Lives = T->isArithmeticType() || T->isEnumeralType() ||
                     (R && R->isInStdNamespace() && (R->getName() == "basic_string" || R->getName() == "shared_ptr"));
  const TypeModel *Model = Facts.Library.type(Held.Type);
  const StringRef Name = statePlace(Held.Owner).Decl ? statePlace(Held.Owner).Decl->getName() : StringRef();
  if (!Lives || !Model || Model->Role != "container" || Held.Accessor || Name.empty())
    return;
  // Several loops of one function may each get a copy.
  unsigned Ordinal = 1;
  const Expr *Last = W.Second;
  const std::size_t Index = static_cast<std::size_t>(&W - Facts.Windows.data()),
                    Looks = std::min<std::size_t>(Index, 64);
  for (const Window &Other : llvm::ArrayRef(Facts.Windows).slice(Index - Looks, Looks))
    if (Other.How == Dependence::Reference && Other.Second != Last && Other.Second != W.Second &&
        Other.Second == Facts.Facts[Other.First].Site) {
      Last = Other.Second;
      ++Ordinal;
    }
  const std::string Copy = freshName(Facts.Function, "copy_of_" + Name.rtrim('_').str(), Ordinal);
  const SourceManager &SM = Context.getSourceManager();
  const StringRef Range =
      Lexer::getSourceText(CharSourceRange::getTokenRange(W.Second->getSourceRange()), SM, Context.getLangOpts());
  Place Before = placeOf(Context, SourceRange(Loop->getForLoc()));
  if (Range.empty() || !Before.isValid())
    return;
  Before.EndLine = Before.Line;
  Before.EndColumn = Before.Column;
  Before.EndOffset = Before.Offset;
  Before.Range = CharSourceRange::getCharRange(Loop->getForLoc(), Loop->getForLoc());
  F.Fixes.push_back({Before, "auto " + Copy + " = " + Range.str() + ";\n" + std::string(Before.Column - 1, ' ')});
  F.Fixes.push_back({F.Main, Copy});
}

} // namespace

void ReferenceAcrossAwait::check(const CoroutineFacts &Facts, llvm::function_ref<void(Finding)> Sink) const {
  // One finding for each reference and suspension: the first use, of the owner that is most certain to change.
  struct Candidate {
    const Window *W;
    Invalidation By;
  };
  llvm::MapVector<std::pair<const Expr *, unsigned>, Candidate> Best;
  std::map<std::tuple<std::string, const void *, int>, Invalidation>
      ByOwner; // references to one owner share the answer
  for (const Window &W : Facts.Windows) {
    if (W.How != Dependence::Reference)
      continue;
    const Fact &First = Facts.Facts[W.First];
    const Root &Held = *First.Held;
    auto [Known, Asked] = ByOwner.try_emplace(
        {Held.Owner.spelling(), Held.Type.getAsOpaquePtr(), static_cast<int>(Held.How) * 2 + (Held.Indirect ? 1 : 0)});
    if (Asked)
      Known->second = invalidationOf(Facts, First);
    const Invalidation By = Known->second;
    if (By.How == Found::None)
      continue;
    auto [It, New] = Best.try_emplace({First.Site, W.Suspension}, Candidate{&W, By});
    if (!New && static_cast<int>(By.How) > static_cast<int>(It->second.By.How))
      It->second = {&W, By};
  }
  for (const auto &[Key, C] : Best)
    Sink(ReferenceReport(Facts, *C.W, C.By).finding(name()));
}

} // namespace corace::checks
