// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Accesses.h"

#include "Names.h"
#include "OpaqueCalls.h"

#include "interface/corace_interface.h"

#include "llvm/Analysis/CaptureTracking.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace corace::pass {

const char *toString(LeftOut Reason) {
  switch (Reason) {
  case LeftOut::PrivateVariable: return "private variable";
  case LeftOut::Constant: return "constant";
  case LeftOut::VTable: return "virtual table";
  case LeftOut::Guard: return "guard of a static";
  case LeftOut::Coroutine: return "coroutine's own bookkeeping";
  case LeftOut::OtherAddressSpace: return "other address space";
  case LeftOut::Count: break;
  }
  return "";
}

void setPlace(IRBuilder<> &B, const Function &F, const DebugLoc &Place) {
  if (Place)
    B.SetCurrentDebugLocation(Place);
  else if (DISubprogram *Subprogram = F.getSubprogram())
    B.SetCurrentDebugLocation(DILocation::get(F.getContext(), 0, 0, Subprogram));
}

bool positionAfter(IRBuilder<> &B, Instruction &I) {
  if (auto *Call = dyn_cast<CallInst>(&I); Call && Call->isMustTailCall())
    return false;
  if (auto *Invoke = dyn_cast<InvokeInst>(&I)) {
    BasicBlock *Next = Invoke->getNormalDest();
    if (!Next->getSinglePredecessor())
      Next = SplitEdge(Invoke->getParent(), Next);
    B.SetInsertPoint(Next, Next->getFirstInsertionPt());
    return true;
  }
  if (I.isTerminator()) // callbr and what may come
    return false;
  B.SetInsertPoint(I.getParent(), std::next(I.getIterator()));
  return true;
}

Value *Accesses::bytes(uint64_t Size) { return ConstantInt::get(Type::getInt64Ty(F.getContext()), Size); }

/// Nobody else gets to know the address: not by a call, not by being stored. What is merely read back through it is
/// fine.
bool Accesses::isPrivate(const AllocaInst &Slot) {
  auto [Known, Fresh] = Private.try_emplace(&Slot, false);
  if (Fresh)
    Known->second = !PointerMayBeCaptured(&Slot, /*ReturnCaptures=*/true, /*StoreCaptures=*/true);
  return Known->second;
}

/// The pointer to the virtual table, or an entry of one: what is loaded is called, at once or through an index.
static bool isVirtualTableRead(const Instruction &I) {
  if (const MDNode *Tag = I.getMetadata(LLVMContext::MD_tbaa); Tag && Tag->isTBAAVtableAccess())
    return true;
  const auto *Load = dyn_cast<LoadInst>(&I);
  if (!Load || !Load->getType()->isPointerTy())
    return false;
  auto IsCalled = [](const Value *V) {
    return any_of(V->users(), [&](const User *U) {
      const auto *Call = dyn_cast<CallBase>(U);
      return Call && Call->getCalledOperand() == V;
    });
  };
  auto LoadsWhatIsCalled = [&](const User *U) { return isa<LoadInst>(U) && IsCalled(U); };
  return any_of(Load->users(), [&](const User *U) {
    return LoadsWhatIsCalled(U) || (isa<GetElementPtrInst>(U) && any_of(U->users(), LoadsWhatIsCalled));
  });
}

bool Accesses::leaveOut(const Instruction &I, const Value *Address) {
  auto Because = [&](LeftOut Reason) {
    ++Counts.Skipped[static_cast<size_t>(Reason)];
    return true;
  };
  if (Address->getType()->getPointerAddressSpace() != 0 || Address->isSwiftError())
    return Because(LeftOut::OtherAddressSpace);
  const Value *Object = getUnderlyingObject(Address, /*MaxLookup=*/0);
  if (const auto *Call = dyn_cast<IntrinsicInst>(Object);
      Call && Call->getIntrinsicID() == Intrinsic::threadlocal_address)
    Object = Call->getArgOperand(0);
  if (Object == Promise && Promise)
    return Because(LeftOut::Coroutine);
  if (const auto *Slot = dyn_cast<AllocaInst>(Object); Slot && isPrivate(*Slot))
    return Because(LeftOut::PrivateVariable);
  if (const auto *Global = dyn_cast<GlobalVariable>(Object)) {
    if (Global->isConstant())
      return Because(LeftOut::Constant);
    if (Global->getName().starts_with("_ZGV") || Global->getName() == "__tls_guard")
      return Because(LeftOut::Guard);
  }
  if (isVirtualTableRead(I))
    return Because(LeftOut::VTable);
  if (const auto *Store = dyn_cast<StoreInst>(&I))
    if (const auto *Table = dyn_cast<GlobalVariable>(getUnderlyingObject(Store->getValueOperand()));
        Table && Table->getName().starts_with("_ZT"))
      return Because(LeftOut::VTable);
  return false;
}

void Accesses::add(Instruction &I, Value *Address, Value *Size, unsigned Kind, bool After,
                   ArrayRef<const Value *> Stored) {
  if (leaveOut(I, Address))
    return;
  const auto *Known = dyn_cast<ConstantInt>(Size);
  const bool WritesBack = !Stored.empty() && Derivation.derives(I, Address, Known ? Known->getZExtValue() : 0, Stored);
  Found.push_back({&I, Address, Size, Kind, After, WritesBack});
}

void Accesses::collectFrom(CallBase &Call) {
  if (auto *Set = dyn_cast<MemSetInst>(&Call)) {
    add(Call, Set->getDest(), Set->getLength(), CORACE_SITE_WRITE, true);
    return;
  }
  if (auto *Copy = dyn_cast<MemTransferInst>(&Call)) {
    add(Call, Copy->getSource(), Copy->getLength(), CORACE_SITE_READ, false);
    add(Call, Copy->getDest(), Copy->getLength(), CORACE_SITE_WRITE, true, {Copy->getSource()});
    return;
  }
  if (isa<IntrinsicInst>(Call))
    return;
  if (freedPointer(Call))
    Frees.push_back(&Call);
  if (allocatedSize(Call))
    Allocations.push_back(&Call);
  for (const OpaqueAccess &Each : opaqueAccesses(Call)) {
    SmallVector<const Value *, 4> Given;
    for (const Use &Argument : Call.args())
      if (Argument.get() != Each.Address)
        Given.push_back(Argument.get());
    add(Call, Each.Address, bytes(Each.Size), Each.Write ? CORACE_SITE_WRITE : CORACE_SITE_READ, Each.Write,
        Each.Write ? ArrayRef<const Value *>(Given) : ArrayRef<const Value *>());
  }
}

void Accesses::collectFrom(Instruction &I) {
  auto SizeOf = [&](const Value *V) { return Layout.getTypeStoreSize(V->getType()); };
  if (auto *Load = dyn_cast<LoadInst>(&I)) {
    if (const TypeSize Size = SizeOf(Load); !Size.isScalable())
      add(I, Load->getPointerOperand(), bytes(Size), CORACE_SITE_READ, false);
  } else if (auto *Store = dyn_cast<StoreInst>(&I)) {
    if (const TypeSize Size = SizeOf(Store->getValueOperand()); !Size.isScalable())
      add(I, Store->getPointerOperand(), bytes(Size), CORACE_SITE_WRITE, true, {Store->getValueOperand()});
  } else if (auto *Update = dyn_cast<AtomicRMWInst>(&I)) {
    add(I, Update->getPointerOperand(), bytes(SizeOf(Update->getValOperand())), CORACE_SITE_UPDATE, true);
  } else if (auto *Exchange = dyn_cast<AtomicCmpXchgInst>(&I)) {
    add(I, Exchange->getPointerOperand(), bytes(SizeOf(Exchange->getNewValOperand())), CORACE_SITE_UPDATE, true);
  } else if (auto *Call = dyn_cast<CallBase>(&I)) {
    collectFrom(*Call);
  }
}

void Accesses::collect() {
  for (const Instruction &I : instructions(F))
    if (const auto *Id = dyn_cast<IntrinsicInst>(&I); Id && Id->getIntrinsicID() == Intrinsic::coro_id)
      Promise = Id->getArgOperand(1)->stripPointerCasts();
  for (Instruction &I : instructions(F))
    collectFrom(I);
}

void Accesses::instrument() {
  IRBuilder<> B(F.getContext());
  for (const Access &Each : Found) {
    if (!Each.After)
      B.SetInsertPoint(Each.At);
    else if (!positionAfter(B, *Each.At))
      continue;
    setPlace(B, F, Each.At->getDebugLoc());
    const auto *Size = dyn_cast<ConstantInt>(Each.Size);
    Constant *Site = Sites.add(F, Each.Kind, Each.WriteBack ? CORACE_SITE_WRITE_BACK : 0, Each.At->getDebugLoc(),
                               objectName(Each.Address, Size ? Size->getZExtValue() : 0, Layout));
    switch (Each.Kind) {
    case CORACE_SITE_READ:
      ++Counts.Reads;
      Calls.access(B, "__corace_read", Each.Address, Each.Size, Site);
      break;
    case CORACE_SITE_WRITE:
      ++Counts.Writes;
      Calls.access(B, "__corace_write", Each.Address, Each.Size, Site);
      break;
    default: ++Counts.Updates; Calls.access(B, "__corace_update", Each.Address, Each.Size, Site);
    }
  }
}

void Accesses::instrumentAllocations() {
  IRBuilder<> B(F.getContext());
  for (CallBase *Free : Frees) {
    B.SetInsertPoint(Free);
    setPlace(B, F, Free->getDebugLoc());
    Calls.call(B, "__corace_free", {freedPointer(*Free)});
  }
  for (CallBase *Allocation : Allocations) {
    if (!positionAfter(B, *Allocation))
      continue;
    setPlace(B, F, Allocation->getDebugLoc());
    Calls.call(B, "__corace_alloc", {Allocation, B.CreateZExtOrTrunc(allocatedSize(*Allocation), B.getInt64Ty())});
  }
}

} // namespace corace::pass
