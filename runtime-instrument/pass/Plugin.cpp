// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The entry of the plugin and the walk over a module.

#include "Accesses.h"
#include "Coroutines.h"
#include "Interface.h"
#include "Names.h"
#include "OpaqueCalls.h"
#include "OwnCode.h"
#include "SiteTable.h"

#include "interface/corace_interface.h"

#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/EHPersonalities.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Passes/PassPlugin.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

static cl::opt<bool> PrintStatistics("corace-stats",
                                     cl::desc("Print what was instrumented and what was left out, by reason"));

namespace corace::pass {
namespace {

bool isLeftAlone(const Function &F) {
  if (F.isDeclaration() || F.hasAvailableExternallyLinkage() || F.hasFnAttribute(Attribute::Naked) ||
      F.hasFnAttribute(Attribute::DisableSanitizerInstrumentation) || isOwnCode(F.getName()) || isOpaque(F))
    return true;
  // __attribute__((no_sanitize(...))) arrives as strings.
  for (const Attribute &Each : F.getAttributes().getFnAttrs())
    if (Each.isStringAttribute() && Each.getKindAsString().starts_with("no_sanitize"))
      return true;
  // Funclets would need every inserted call to name its own.
  return F.hasPersonalityFn() && isScopedEHPersonality(classifyEHPersonality(F.getPersonalityFn()));
}

bool isRamp(const Function *F) {
  return F && any_of(instructions(*F), [](const Instruction &I) {
           const auto *Intrinsic = dyn_cast<IntrinsicInst>(&I);
           return Intrinsic && Intrinsic->getIntrinsicID() == Intrinsic::coro_id;
         });
}

class Instrumentation {
public:
  explicit Instrumentation(Module &Of) : M(Of), Sites(Of), Calls(Of) {}

  bool run() {
    for (Function *Copy : separateOwnCode(M))
      observeAllocations(*Copy);
    std::vector<Function *> Functions;
    for (Function &F : M) {
      if (!F.isDeclaration() && (F.isPresplitCoroutine() || isRamp(&F)))
        Ramps.insert(&F);
      if (isLeftAlone(F))
        Counts.LeftOutFunctions += !F.isDeclaration();
      else if (!isAwaitSuspendWrapper(F))
        Functions.push_back(&F);
    }
    for (Function *F : Functions)
      instrument(*F);
    Sites.finish();
    return Sites.size() != 0;
  }

  void print(raw_ostream &Out) const {
    Out << "corace: " << M.getSourceFileName() << ": " << Sites.size() << " sites in " << Counts.Functions
        << " functions (" << Counts.LeftOutFunctions << " left out), " << Counts.Coroutines
        << " coroutines: " << Counts.Reads << " reads, " << Counts.Writes << " writes, " << Counts.Updates
        << " updates, " << Counts.Calls << " calls\n";
    for (size_t I = 0; I < Counts.Skipped.size(); ++I)
      Out << "corace:   left out: " << Counts.Skipped[I] << ' ' << toString(static_cast<LeftOut>(I)) << '\n';
  }

private:
  /// What the runtime's own code gives to its users, or back, may have been an object of theirs.
  void observeAllocations(Function &F) {
    Statistics NotCounted;
    Accesses Memory(F, Sites, Calls, NotCounted);
    Memory.collect();
    Memory.instrumentAllocations();
  }

  void instrument(Function &F) {
    // Everything is decided on the user's own instructions, before the first one is added.
    Accesses Memory(F, Sites, Calls, Counts);
    Memory.collect();
    Coroutines Events(F, Sites, Calls);
    const bool IsCoroutine = Events.collect();
    std::vector<CallBase *> Told;
    if (IsCoroutine)
      Told.assign(Events.bodyCalls().begin(), Events.bodyCalls().end());
    else
      for (Instruction &I : instructions(F))
        if (auto *Call = dyn_cast<CallBase>(&I); Call && Ramps.contains(Call->getCalledFunction()))
          Told.push_back(Call);

    Memory.instrument();
    Memory.instrumentAllocations();
    for (CallBase *Call : Told) {
      IRBuilder<> B(Call);
      setPlace(B, F, Call->getDebugLoc());
      Calls.call(B, "__corace_call", {Sites.add(F, CORACE_SITE_CALL, 0, Call->getDebugLoc(), calleeName(*Call))});
      ++Counts.Calls;
    }
    if (IsCoroutine)
      Events.instrument();
    Counts.Coroutines += IsCoroutine;
    ++Counts.Functions;
  }

  Module &M;
  SiteTable Sites;
  Interface Calls;
  Statistics Counts;
  SmallPtrSet<const Function *, 16> Ramps;
};

/// A function that is not valid any more loses its calls of the runtime: better unobserved than a build that breaks.
void unobserveInvalid(Module &M) {
  for (Function &F : M) {
    if (F.isDeclaration() || !verifyFunction(F))
      continue;
    for (Instruction &I : make_early_inc_range(instructions(F)))
      if (auto *Call = dyn_cast<CallInst>(&I); Call && Call->getType()->isVoidTy() && Call->getCalledFunction() &&
                                               Call->getCalledFunction()->getName().starts_with("__corace_"))
        Call->eraseFromParent();
    errs() << "corace: " << M.getSourceFileName() << ": '" << readable(F.getName())
           << "' is not observed: its code would have become invalid; please report this\n";
  }
}

struct CoracePass : PassInfoMixin<CoracePass> {
  PreservedAnalyses run(Module &M, ModuleAnalysisManager &) {
    if (M.getFunction("corace.module_constructor")) // the plugin was given twice
      return PreservedAnalyses::all();
    Instrumentation All(M);
    const bool Changed = All.run();
    if (PrintStatistics)
      All.print(errs());
    if (!Changed)
      return PreservedAnalyses::all();
    if (!verifyModule(M))
      return PreservedAnalyses::none();
    unobserveInvalid(M);
    std::string Errors;
    raw_string_ostream Out(Errors);
    if (verifyModule(M, &Out)) {
      const std::string First = StringRef(Errors).split('\n').first.str();
      M.getContext().emitError("corace: the pass has made invalid code of this file (" + First +
                               "); compile it without -fpass-plugin and report this");
    }
    return PreservedAnalyses::none();
  }
  static bool isRequired() { return true; } // at -O0 as well
};

} // namespace
} // namespace corace::pass

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "corace", "0.1", [](PassBuilder &Builder) {
            Builder.registerPipelineStartEPCallback(
                [](ModulePassManager &Passes, OptimizationLevel) { Passes.addPass(corace::pass::CoracePass()); });
            Builder.registerPipelineParsingCallback(
                [](StringRef Name, ModulePassManager &Passes, ArrayRef<PassBuilder::PipelineElement>) {
                  if (Name != "corace")
                    return false;
                  Passes.addPass(corace::pass::CoracePass());
                  return true;
                });
          }};
}
