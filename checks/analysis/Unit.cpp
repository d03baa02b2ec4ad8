// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/Unit.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corace::checks {

// The analyses are linear in the size of a function; what is larger was not written by hand, and nobody waits for it.
constexpr unsigned MaxBlocks = 200000;

static bool hasHandler(const Stmt *S) {
  if (!S)
    return false;
  return isa<CXXTryStmt>(S) || llvm::any_of(childrenOf(*S), hasHandler);
}

const CFG *Graphs::of(const FunctionDecl &Function) const {
  auto [It, New] = Built.try_emplace(&Function);
  if (!New)
    return It->second.get();
  const Stmt *Body = writtenBody(Function);
  if (!Body)
    return nullptr;
  CFG::BuildOptions Options;
  Options.setAllAlwaysAdd();
  Options.AddImplicitDtors = true; // guards end there
  // Without handlers the exceptional edges lead nowhere.
  Options.AddEHEdges = hasHandler(Body);
  It->second = CFG::buildCFG(&Function, const_cast<Stmt *>(Body), &Function.getASTContext(), Options);
  if (It->second && It->second->getNumBlockIDs() > MaxBlocks) {
    giveUp(Function);
    It->second.reset();
  }
  return It->second.get();
}

void Graphs::giveUp(const FunctionDecl &Function) const {
  if (!llvm::is_contained(TooLarge, &Function))
    TooLarge.push_back(&Function);
}

} // namespace corace::checks
