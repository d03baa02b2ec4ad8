// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Annotations.h"

#include "checks/analysis/AccessPath.h"
#include "checks/analysis/Ast.h"
#include "checks/analysis/LibraryView.h"
#include "checks/analysis/ThreadLocks.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Lex/Lexer.h"

using namespace clang;

namespace corace::checks {

namespace {

/// Of the class, or of the template that it is made of.
std::optional<std::string> ofClass(const CXXRecordDecl &R, StringRef Name) {
  if (auto Found = annotation(R, Name))
    return Found;
  const CXXRecordDecl *Pattern = R.getTemplateInstantiationPattern();
  return Pattern ? annotation(*Pattern, Name) : std::nullopt;
}

bool awaits(const CXXMethodDecl &M) { return isAwaitableClass(classOf(M.getReturnType())); }

/// A lock for coroutines: it says so, or it is a capability of Clang's and can be awaited.
bool isAsyncLock(const CXXRecordDecl &R) {
  if (ofClass(R, "corace::lock"))
    return true;
  return R.hasAttr<CapabilityAttr>() &&
         (isAwaitableClass(&R) || llvm::any_of(R.methods(), [](const CXXMethodDecl *M) { return awaits(*M); }));
}

/// What a method of a lock does, by its attribute or else by its shape.
bool lockMethod(const CXXMethodDecl &M, OpModel &Op) {
  const StringRef Name = M.getDeclName().isIdentifier() ? M.getName() : StringRef();
  const auto *Acquire = M.getAttr<AcquireCapabilityAttr>();
  const auto *Try = M.getAttr<TryAcquireCapabilityAttr>();
  const bool Releases = M.hasAttr<ReleaseCapabilityAttr>() || Name.contains_insensitive("unlock") || Name == "release";
  const bool Awaits = awaits(M);
  if (Releases && !Acquire) {
    Op.Release = LockMode::Exclusive;
    Op.ReleasesWhenAwaited = Awaits;
    return true;
  }
  const bool Tries = Try || (Name.starts_with_insensitive("try") && M.getReturnType()->isBooleanType());
  if (!Acquire && !Tries && !Awaits)
    return false;
  const bool Shared = (Acquire && Acquire->isShared()) || (Try && Try->isShared()) ||
                      Name.contains_insensitive("shared") || Name.contains_insensitive("read");
  Op.Acquire = Shared ? LockMode::Shared : LockMode::Exclusive;
  Op.AcquiresWhenCalled = !Awaits;
  return true;
}

} // namespace

std::optional<std::string> annotation(const Decl &D, StringRef Name) {
  if (!D.hasAttrs())
    return std::nullopt;
  for (const auto *A : D.specific_attrs<AnnotateAttr>()) {
    StringRef Text = A->getAnnotation();
    if (!Text.consume_front(Name))
      continue;
    if (Text.empty())
      return std::string();
    if (Text.consume_front("(") && Text.consume_back(")"))
      return Text.trim(" \"").str();
  }
  return std::nullopt;
}

bool isConfined(QualType T, const Models &M) {
  const CXXRecordDecl *R = classOf(T);
  if (!R)
    return false;
  const TypeModel *Model = R->getIdentifier() ? M.type(modelName(*R)) : nullptr;
  return (Model && Model->Confined) || ofClass(*R, "corace::confined");
}

bool isConfined(const ValueDecl &D, const Models &M) {
  const MemberModel *Model = M.hasMembers() ? M.member(modelName(D)) : nullptr;
  return (Model && Model->Confined) || annotation(D, "corace::confined");
}

std::string guardOf(const ValueDecl &D, const Models &M) {
  if (const MemberModel *Model = M.hasMembers() ? M.member(modelName(D)) : nullptr; Model && !Model->GuardedBy.empty())
    return Model->GuardedBy;
  if (auto Said = annotation(D, "corace::guarded_by"))
    return *Said;
  if (const auto *A = D.getAttr<GuardedByAttr>(); A && A->getArg()) {
    const ASTContext &Context = D.getASTContext();
    return Lexer::getSourceText(CharSourceRange::getTokenRange(A->getArg()->getSourceRange()),
                                Context.getSourceManager(), Context.getLangOpts())
        .str();
  }
  return {};
}

const TypeModel *Annotations::type(QualType T) const {
  const CXXRecordDecl *R = classOf(T);
  const CXXRecordDecl *Pattern = R ? R->getTemplateInstantiationPattern() : nullptr;
  if (!R || (!R->hasAttrs() && !(Pattern && Pattern->hasAttrs())))
    return nullptr;
  if (auto It = Types.find(R); It != Types.end())
    return &It->second;
  TypeModel Said;
  Said.Key = modelName(*R);
  if (isAsyncLock(*R))
    Said.Role = "lock";
  else if (auto Reason = ofClass(*R, "corace::must_not_suspend")) {
    Said.Role = "hostile-guard";
    Said.Reason = Reason->empty() ? "it must not, by its own word" : *Reason;
  } else if (ofClass(*R, "corace::never_yields")) {
    Said.Role = "plain";
    Said.Await = AwaitEffect::Never;
  } else {
    return nullptr;
  }
  return &Types.emplace(R, std::move(Said)).first->second;
}

const OpModel *Annotations::op(const FunctionDecl &F, const OpModel *Known) const {
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  const CXXRecordDecl *Class = Method && !isa<CXXConstructorDecl>(Method) ? Method->getParent() : nullptr;
  if (!F.hasAttrs() && !(Class && Class->hasAttrs()))
    return nullptr;
  if (auto It = Ops.find(F.getCanonicalDecl()); It != Ops.end())
    return &It->second;
  OpModel Op = Known ? *Known : OpModel();
  bool Says = false;
  if (annotation(F, "corace::never_yields")) {
    Op.Await = AwaitEffect::Never;
    Op.Reenter = Op.ReenterInThreads = Op.WakesInline = false;
    Says = true;
  }
  if (annotation(F, "corace::revalidates"))
    Says = Op.Revalidates = true;
  if (!Known && Class && Class->hasDefinition() && isAsyncLock(*Class))
    Says = lockMethod(*Method, Op) || Says;
  // A guard that can be ended early.
  else if (!Known && Class && Class->hasAttr<ScopedLockableAttr>() && F.hasAttr<ReleaseCapabilityAttr>())
    Says = (Op.Release = LockMode::Exclusive, true);
  return Says ? &Ops.emplace(F.getCanonicalDecl(), std::move(Op)).first->second : nullptr;
}

} // namespace corace::checks
