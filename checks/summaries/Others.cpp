// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/summaries/Others.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Index/USRGeneration.h"

using namespace clang;

namespace corace::checks {

std::string usrOf(const Decl &D) {
  const auto *Named = dyn_cast<NamedDecl>(&D);
  if (!Named || !Named->isExternallyVisible() || Named->isTemplated())
    return {};
  llvm::SmallString<128> Usr;
  return index::generateUSRForDecl(&D, Usr) ? std::string() : std::string(Usr);
}

static bool isInSystemHeader(const Decl &D) {
  const SourceManager &SM = D.getASTContext().getSourceManager();
  return D.getLocation().isInvalid() || SM.isInSystemHeader(SM.getExpansionLoc(D.getLocation()));
}

bool isElsewhere(const FunctionDecl &F) {
  if (F.isDefined() || F.isDeleted() || F.isDefaulted() || F.isPureVirtual() || F.isTemplated() || F.getBuiltinID() ||
      !F.isExternallyVisible() || isInSystemHeader(F))
    return false;
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  return !Method || !Method->isVirtual() || Method->hasAttr<FinalAttr>() || Method->getParent()->hasAttr<FinalAttr>();
}

std::string Others::ask(SummaryQuery::Topic About, const NamedDecl *D) const {
  D = cast<NamedDecl>(D->getCanonicalDecl());
  auto [It, New] = Usrs.try_emplace(D);
  if (New)
    It->second = usrOf(*D);
  const std::string Usr = It->second;
  if (Usr.empty())
    return {};
  SummaryQuery Query{About, Usr, {}, {}};
  if (const IdentifierInfo *Id = D->getIdentifier())
    Query.Name = Id->getName().str();
  else
    Query.Name = isa<CXXConstructorDecl>(D) ? cast<CXXConstructorDecl>(D)->getParent()->getName().str() : "operator";
  if (const auto *Record = dyn_cast<CXXRecordDecl>(D->getDeclContext());
      Record && About == SummaryQuery::Topic::Function)
    Query.Scope = Record->getName().str(); // members are written without their class being named
  Asked.insert(std::move(Query));
  return Usr;
}

const FunctionSummary *Others::function(const FunctionDecl *F) const {
  if (!F || !isElsewhere(*F))
    return nullptr;
  const std::string Usr = ask(SummaryQuery::Topic::Function, F);
  return Usr.empty() ? nullptr : All.function(Usr);
}

const FunctionSummary *Others::callee(const Expr *Call) const {
  const auto *C = dyn_cast_or_null<CallExpr>(strip(Call));
  if (!C)
    return nullptr;
  if (const auto *OnObject = dyn_cast<CXXMemberCallExpr>(C))
    if (const CXXMethodDecl *Called = OnObject->getMethodDecl();
        Called && Called->isVirtual() && !isElsewhere(*Called)) {
      const auto *Member = dyn_cast<MemberExpr>(OnObject->getCallee()->IgnoreParens());
      return Member && !Member->hasQualifier() ? override(*Called) : nullptr;
    }
  return function(C->getDirectCallee());
}

const FunctionSummary *Others::override(const CXXMethodDecl &Called) const {
  if (isInSystemHeader(Called) || Called.isTemplated())
    return nullptr;
  const std::string Usr = ask(SummaryQuery::Topic::Overrides, &Called);
  const std::string Runs = Usr.empty() ? std::string() : All.onlyOverride(Usr);
  if (Runs.empty())
    return nullptr;
  Asked.insert({SummaryQuery::Topic::Function, Runs, Called.getNameAsString(), {}});
  return All.function(Runs);
}

std::vector<const WriteSummary *> Others::writesOf(const ValueDecl *Place) const {
  const std::string Usr = Place ? ask(SummaryQuery::Topic::Writes, Place) : std::string();
  return Usr.empty() ? std::vector<const WriteSummary *>() : All.writesOf(Usr, File);
}

std::vector<const ChangeSummary *> Others::changesOf(const ValueDecl *Container) const {
  const std::string Usr = Container ? ask(SummaryQuery::Topic::Changes, Container) : std::string();
  return Usr.empty() ? std::vector<const ChangeSummary *>() : All.changesOf(Usr, File);
}

std::vector<const DisturbanceSummary *> Others::disturbancesOf(const ValueDecl *Place) const {
  const std::string Usr = Place ? ask(SummaryQuery::Topic::Disturbances, Place) : std::string();
  return Usr.empty() ? std::vector<const DisturbanceSummary *>() : All.disturbancesOf(Usr, File);
}

std::vector<const CallSummary *> Others::callsOf(const FunctionDecl *Callee) const {
  const std::string Usr = Callee ? ask(SummaryQuery::Topic::Calls, Callee) : std::string();
  return Usr.empty() ? std::vector<const CallSummary *>() : All.callsOf(Usr, File);
}

void Others::collect(const DeclContext &In) const {
  for (const Decl *D : In.decls()) {
    if (isInSystemHeader(*D) && !isa<LinkageSpecDecl>(D))
      continue;
    if (const auto *Place = dyn_cast<ValueDecl>(D); Place && isa<FieldDecl, VarDecl>(Place) && Place->getIdentifier())
      Places[Place->getName()].push_back(Place);
    else if (const auto *Template = dyn_cast<ClassTemplateDecl>(D))
      for (const ClassTemplateSpecializationDecl *Instance : Template->specializations())
        collect(*Instance);
    else if (const auto *Inner = dyn_cast<DeclContext>(D); Inner && !isa<FunctionDecl>(D))
      collect(*Inner);
  }
}

const ValueDecl *Others::declaration(StringRef Usr) const {
  if (!Collected) {
    Collected = true;
    collect(*Context.getTranslationUnitDecl());
  }
  // USRs end with the name.
  auto It = Places.find(Usr.drop_front(std::min(Usr.size(), Usr.find_last_of("@#") + 1)));
  if (It == Places.end())
    return nullptr;
  for (const ValueDecl *Place : It->second)
    if (usrOf(*Place) == Usr)
      return Place;
  return nullptr;
}

const FieldDecl *Others::standIn(StringRef Usr) const {
  auto [It, New] = StandIns.try_emplace(Usr);
  if (New) {
    RecordDecl *Class = Context.buildImplicitRecord("elsewhere");
    FieldDecl *Field =
        FieldDecl::Create(Context, Class, {}, {}, &Context.Idents.get(Usr.drop_front(Usr.find_last_of("@#") + 1)),
                          Context.IntTy, nullptr, nullptr, /*Mutable=*/false, ICIS_NoInit);
    Field->setAccess(AS_private);
    It->second = Field;
    Usrs[Field] = Usr.str();
  }
  return It->second;
}

AccessPath Others::path(const PathSummary &P, const CallExpr &Call, const PathResolver &Caller) const {
  AccessPath Path;
  switch (P.From) {
  case PathSummary::Root::This: {
    const Expr *Object = objectOfCall(&Call);
    if (!Object)
      return {};
    Path = strip(Object)->getType()->isPointerType() ? Caller.pointee(Object) : Caller.resolve(Object);
    break;
  }
  case PathSummary::Root::Param: {
    const std::uint64_t Index = std::uint64_t(P.Param) + firstArgument(&Call);
    if (Index >= Call.getNumArgs())
      return {};
    Path = Caller.resolve(Call.getArg(static_cast<unsigned>(Index)));
    break;
  }
  case PathSummary::Root::Global: {
    const ValueDecl *Var = declaration(P.Var);
    if (!Var)
      return {};
    Path = Caller.ofVariable(Var, nullptr);
    break;
  }
  }
  for (const PathSummary::Step &S : P.Steps) {
    switch (S.Kind) {
    case PathSummary::StepKind::Field: {
      const ValueDecl *Known = declaration(S.Field);
      const auto *Field = Known ? dyn_cast<FieldDecl>(Known) : standIn(S.Field);
      if (!Field)
        return {};
      Path = Path.plus({AccessPath::Step::Kind::Field, Field, 0, {}, nullptr}, Field->getType().getNonReferenceType());
      break;
    }
    case PathSummary::StepKind::Constant:
      Path = Path.plus({AccessPath::Step::Kind::Constant, nullptr, S.Index, std::to_string(S.Index), nullptr}, {});
      break;
    case PathSummary::StepKind::Param: {
      const std::int64_t Index = S.Index + firstArgument(&Call);
      const bool Known = S.Index >= 0 && S.Index < Call.getNumArgs() && Index < Call.getNumArgs();
      Path = Caller.element(Path, Known ? Call.getArg(static_cast<unsigned>(Index)) : nullptr, QualType());
      break;
    }
    case PathSummary::StepKind::Any:
      Path = Path.plus({AccessPath::Step::Kind::Any, nullptr, 0, {}, nullptr}, QualType());
      break;
    case PathSummary::StepKind::Deref:
      Path = Path.plus({AccessPath::Step::Kind::Deref, nullptr, 0, {}, nullptr}, QualType());
      break;
    }
  }
  Path.Const = Path.Const || P.Const;
  return Path;
}

} // namespace corace::checks
