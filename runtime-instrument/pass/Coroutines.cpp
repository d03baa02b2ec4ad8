// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Coroutines.h"

#include "Accesses.h"

#include "interface/corace_interface.h"

#include "llvm/ADT/DepthFirstIterator.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace corace::pass {

static SwitchInst *switchOn(const IntrinsicInst &Suspend) {
  for (User *U : const_cast<IntrinsicInst &>(Suspend).users())
    if (auto *Switch = dyn_cast<SwitchInst>(U))
      return Switch;
  return nullptr;
}

static BasicBlock *resumedBlock(const IntrinsicInst &Suspend) {
  if (SwitchInst *Switch = switchOn(Suspend))
    for (auto Case : Switch->cases())
      if (Case.getCaseValue()->isZero())
        return Case.getCaseSuccessor();
  return nullptr;
}

static bool isAwaitSuspend(const Instruction &I) {
  const auto *Call = dyn_cast<CallBase>(&I);
  if (!Call)
    return false;
  switch (Call->getIntrinsicID()) {
  case Intrinsic::coro_await_suspend_void:
  case Intrinsic::coro_await_suspend_bool:
  case Intrinsic::coro_await_suspend_handle: return true;
  default: return false;
  }
}

static Function *wrapperOf(const CallBase &Await) { return dyn_cast<Function>(Await.getArgOperand(2)); }

bool Coroutines::collect() {
  SmallVector<CallBase *, 8> Awaits;
  SmallVector<IntrinsicInst *, 8> Suspends;
  SmallVector<CallBase *, 32> AllCalls;
  bool IsSwitched = false;
  for (Instruction &I : instructions(F)) {
    if (isAwaitSuspend(I)) {
      Awaits.push_back(cast<CallBase>(&I));
      continue;
    }
    auto *Intrinsic = dyn_cast<IntrinsicInst>(&I);
    if (!Intrinsic) {
      if (auto *Call = dyn_cast<CallBase>(&I))
        AllCalls.push_back(Call);
      continue;
    }
    switch (Intrinsic->getIntrinsicID()) {
    case Intrinsic::coro_id: IsSwitched = true; break;
    case Intrinsic::coro_begin: Begin = Intrinsic; break;
    case Intrinsic::coro_suspend: Suspends.push_back(Intrinsic); break;
    case Intrinsic::coro_end: Ends.push_back(Intrinsic); break;
    case Intrinsic::coro_free: Frees.push_back(Intrinsic); break;
    default: break;
    }
  }
  if (!IsSwitched || !Begin)
    return false;

  DominatorTree Tree(F);
  auto AfterBegin = [&](const Instruction *I) { return Tree.dominates(Begin, I); };
  erase_if(Ends, [&](IntrinsicInst *End) { return !AfterBegin(End); });
  erase_if(Frees, [&](IntrinsicInst *Free) { return !AfterBegin(Free); });
  const BasicBlock *Body = nullptr;
  for (IntrinsicInst *Suspend : Suspends) {
    auto *Save = dyn_cast<IntrinsicInst>(Suspend->getArgOperand(0));
    if (!Save || !AfterBegin(Save))
      continue; // a suspend without a save: not what clang makes of a co_await
    Suspension New{Save, Suspend, nullptr, false, cast<ConstantInt>(Suspend->getArgOperand(1))->isOne(), nullptr};
    for (CallBase *Await : Awaits)
      if (Tree.dominates(Save, Await) && Tree.dominates(Await, Suspend) &&
          (!New.Await || Tree.dominates(New.Await, Await)))
        New.Await = Await;
    // In a noexcept function calls from before the frame land in the same place, and there the program ends anyway.
    if (auto *Invoke = dyn_cast_or_null<InvokeInst>(New.Await))
      if (LandingPadInst *Pad = Invoke->getLandingPadInst(); Pad && AfterBegin(Pad))
        New.Thrown = Pad;
    if (New.Await)
      if (const Function *Wrapper = wrapperOf(*New.Await))
        New.Initial = Wrapper->getName().ends_with("__await_suspend_wrapper__init");
    if (New.Initial)
      Body = resumedBlock(*Suspend);
    Suspensions.push_back(New);
  }
  df_iterator_default_set<const BasicBlock *> FromBody;
  if (Body)
    for ([[maybe_unused]] const BasicBlock *Block : depth_first_ext(Body, FromBody)) {
    }
  for (CallBase *Call : AllCalls) {
    const bool InBody = !Body || FromBody.contains(Call->getParent());
    if (InBody && !Call->isInlineAsm() && !Call->doesNotAccessMemory())
      BodyCalls.push_back(Call);
  }
  return true;
}

void Coroutines::instrument() {
  IRBuilder<> B(F.getContext());
  positionAfter(B, *Begin);
  setPlace(B, F, Begin->getDebugLoc());
  Constant *Site = Sites.add(F, CORACE_SITE_COROUTINE, 0, Begin->getDebugLoc(), "");
  Calls.call(B, "__corace_coro_begin", {Begin, B.CreateIntrinsic(Intrinsic::coro_size, {B.getInt64Ty()}, {}), Site});
  for (const Suspension &S : Suspensions)
    instrument(S);
  for (IntrinsicInst *End : Ends) {
    B.SetInsertPoint(End);
    setPlace(B, F, End->getDebugLoc());
    Calls.call(B, "__corace_coro_leave", {Begin});
  }
  for (IntrinsicInst *Free : Frees) {
    B.SetInsertPoint(Free);
    setPlace(B, F, Free->getDebugLoc());
    Calls.call(B, "__corace_coro_end", {Begin});
  }
}

void Coroutines::instrument(const Suspension &S) {
  const unsigned Flags = (S.Initial ? CORACE_SITE_INITIAL : 0) | (S.Final ? CORACE_SITE_FINAL : 0);
  Constant *Site = Sites.add(F, CORACE_SITE_SUSPEND, Flags, S.Save->getDebugLoc(), "");
  IRBuilder<> B(S.Save);
  setPlace(B, F, S.Save->getDebugLoc());
  Value *Awaiter = S.Await ? S.Await->getArgOperand(0) : Constant::getNullValue(B.getPtrTy());
  Calls.call(B, "__corace_coro_suspend", {Begin, Awaiter, awaiterSize(S), Site});
  if (S.Await)
    undo(S);
  if (S.Await && S.Await->getIntrinsicID() == Intrinsic::coro_await_suspend_handle)
    leaveWrapper(S);
  if (!S.Final) // nothing goes on there
    resume(S, Site);
}

/// How much of the awaiter there is to look at: the wrapper passes it to await_suspend as `this`, with its size.
Value *Coroutines::awaiterSize(const Suspension &S) {
  uint64_t Size = 0;
  Function *Wrapper = S.Await ? wrapperOf(*S.Await) : nullptr;
  if (Wrapper && !Wrapper->isDeclaration() && Wrapper->arg_size() > 0) {
    const Argument *Awaiter = Wrapper->getArg(0);
    auto IsAwaiter = [&](const Value *V) {
      if (const auto *Load = dyn_cast<LoadInst>(V)) // its slot at -O0
        for (const User *U : Load->getPointerOperand()->users())
          if (const auto *Store = dyn_cast<StoreInst>(U); Store && Store->getValueOperand() == Awaiter)
            return true;
      return V == Awaiter;
    };
    for (const Instruction &I : instructions(Wrapper))
      if (const auto *Call = dyn_cast<CallBase>(&I))
        for (unsigned Index = 0; Index < Call->arg_size(); ++Index)
          if (Call->getArgOperand(Index)->getType()->isPointerTy() && IsAwaiter(Call->getArgOperand(Index)))
            Size = std::max(Size, Call->getParamDereferenceableBytes(Index));
  }
  if (Size == 0 && S.Await)
    if (const auto *Slot = dyn_cast<AllocaInst>(S.Await->getArgOperand(0)->stripPointerCasts()))
      if (auto Bytes = Slot->getAllocationSize(F.getParent()->getDataLayout()); Bytes && !Bytes->isScalable())
        Size = Bytes->getFixedValue();
  return ConstantInt::get(Type::getInt64Ty(F.getContext()), Size);
}

void Coroutines::undo(const Suspension &S) {
  IRBuilder<> B(F.getContext());
  if (S.Thrown) {
    // Other calls may land here as well; without a suspension the call means nothing.
    B.SetInsertPoint(S.Thrown->getParent(), std::next(S.Thrown->getIterator()));
    setPlace(B, F, S.Await->getDebugLoc());
    Calls.call(B, "__corace_coro_suspend_undo", {Begin});
  }
  if (S.Await->getIntrinsicID() != Intrinsic::coro_await_suspend_bool || !positionAfter(B, *S.Await))
    return;
  setPlace(B, F, S.Await->getDebugLoc());
  Value *GoesOn = B.CreateNot(S.Await);
  Instruction *Then = SplitBlockAndInsertIfThen(GoesOn, B.GetInsertPoint(), /*Unreachable=*/false);
  B.SetInsertPoint(Then);
  setPlace(B, F, S.Await->getDebugLoc());
  Calls.call(B, "__corace_coro_suspend_undo", {Begin});
}

/// On the edge of case 0. At the first suspension the block behind it, which the coroutine also enters when it does not
/// suspend: there the body begins.
void Coroutines::resume(const Suspension &S, Constant *Site) {
  SwitchInst *Switch = switchOn(*S.Suspend);
  BasicBlock *Resumed = resumedBlock(*S.Suspend);
  if (!Switch || !Resumed)
    return;
  IRBuilder<> B(F.getContext());
  if (S.Initial) {
    B.SetInsertPoint(Resumed, Resumed->getFirstInsertionPt());
  } else {
    BasicBlock *Edge = BasicBlock::Create(F.getContext(), "", &F, Resumed);
    auto Case = Switch->findCaseValue(ConstantInt::get(B.getInt8Ty(), 0));
    Case->setSuccessor(Edge);
    for (PHINode &Phi : Resumed->phis()) // one entry for each edge: this one's moves along
      Phi.setIncomingBlock(Phi.getBasicBlockIndex(Switch->getParent()), Edge);
    B.SetInsertPoint(Edge);
    setPlace(B, F, S.Suspend->getDebugLoc());
    B.SetInsertPoint(B.CreateBr(Resumed));
  }
  setPlace(B, F, S.Suspend->getDebugLoc());
  Calls.call(B, "__corace_coro_resume", {Begin, Site});
}

/// With symmetric transfer the next coroutine is entered by a tail call right after the wrapper: this is the last place
/// that knows which one is left.
void Coroutines::leaveWrapper(const Suspension &S) {
  Function *Wrapper = wrapperOf(*S.Await);
  if (!Wrapper || Wrapper->isDeclaration() || Wrapper->arg_size() < 2 || !LeftWrappers.insert(Wrapper).second)
    return;
  for (BasicBlock &Block : *Wrapper)
    if (auto *Return = dyn_cast<ReturnInst>(Block.getTerminator())) {
      IRBuilder<> B(Return);
      setPlace(B, *Wrapper, Return->getDebugLoc());
      Calls.call(B, "__corace_coro_leave", {Wrapper->getArg(1)});
    }
}

} // namespace corace::pass
