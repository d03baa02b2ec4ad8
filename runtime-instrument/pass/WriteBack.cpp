// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "WriteBack.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace corace::pass {

static constexpr int MaxDepth = 12;
static constexpr unsigned MaxSlice = 600; // values looked at for one store; beyond it the answer is no

/// The value of a slot that is written once: parameters and references at -O0.
const Value *WriteBack::onlyStored(const AllocaInst &Slot) {
  const Value *Stored = nullptr;
  for (const User *U : Slot.users()) {
    const auto *Store = dyn_cast<StoreInst>(U);
    if (!Store || Store->getPointerOperand() != &Slot)
      continue;
    if (Stored)
      return nullptr;
    Stored = Store->getValueOperand();
  }
  return Stored;
}

const std::string &WriteBack::path(const Value *V, int Depth) {
  if (const auto Known = Paths.find(V); Known != Paths.end())
    return Known->second;
  std::string Spelt = spell(V, Depth);
  return Paths[V] = std::move(Spelt);
}

std::string WriteBack::spell(const Value *V, int Depth) {
  V = V->stripPointerCasts();
  const std::string Itself = "#" + std::to_string(reinterpret_cast<uintptr_t>(V));
  if (Depth > MaxDepth)
    return Itself;
  if (const auto *Number = dyn_cast<ConstantInt>(V))
    return std::to_string(Number->getLimitedValue());
  if (const auto *Load = dyn_cast<LoadInst>(V)) {
    const Value *From = Load->getPointerOperand();
    if (const auto *Slot = dyn_cast<AllocaInst>(From->stripPointerCasts()))
      if (const Value *Stored = onlyStored(*Slot))
        return path(Stored, Depth + 1);
    return "*(" + path(From, Depth + 1) + ")";
  }
  if (const auto *Element = dyn_cast<GEPOperator>(V)) {
    std::string Base = path(Element->getPointerOperand(), Depth + 1);
    APInt Offset(Layout.getIndexTypeSizeInBits(Element->getType()), 0);
    if (Element->accumulateConstantOffset(Layout, Offset))
      return Offset.isZero() ? Base : Base + "+" + std::to_string(Offset.getSExtValue());
    for (const Use &Index : Element->indices())
      Base += "[" + path(Index.get(), Depth + 1) + "]";
    return Base;
  }
  if (const auto *Cast = dyn_cast<CastInst>(V))
    return path(Cast->getOperand(0), Depth + 1);
  if (const auto *Call = dyn_cast<CallBase>(V)) {
    // operator[], get() and the like: the same function of the same things.
    if (Call->getIntrinsicID() == Intrinsic::threadlocal_address)
      return path(Call->getArgOperand(0), Depth + 1);
    const Function *Callee = Call->getCalledFunction();
    if (!Callee || !Call->getType()->isPointerTy())
      return Itself;
    std::string Text = Callee->getName().str() + "(";
    for (const Use &Argument : Call->args())
      Text += path(Argument.get(), Depth + 1) + ",";
    return Text + ")";
  }
  if (const auto *Binary = dyn_cast<BinaryOperator>(V))
    return std::string(Binary->getOpcodeName()) + "(" + path(Binary->getOperand(0), Depth + 1) + "," +
           path(Binary->getOperand(1), Depth + 1) + ")";
  return Itself;
}

namespace {

/// The values that one stored value is made of, found backwards through the function.
class Slice {
public:
  Slice(const Instruction &By, uint64_t Bytes, function_ref<bool(const Value *)> IsWanted)
      : Writer(By), Size(Bytes), IsTarget(IsWanted) {}

  bool reachesTarget(ArrayRef<const Value *> From) {
    for (const Value *V : From)
      visit(V);
    while (!Found && !Open.empty() && Seen.size() < MaxSlice)
      step(*cast<Instruction>(Open.pop_back_val()));
    return Found;
  }

private:
  void visit(const Value *V) {
    if (isa<Instruction>(V) && Seen.insert(V).second)
      Open.push_back(V);
  }

  /// A callee reads what it is given, be it by value or by address. A larger object that only begins at the target's
  /// address is another matter: `this`, for a function that is called on the object.
  void visitArguments(const CallBase &Call, const Value *Except = nullptr) {
    for (const Use &Argument : Call.args()) {
      if (Except && Argument->stripInBoundsOffsets() == Except)
        continue;
      if (Argument->getType()->isPointerTy()) {
        const uint64_t Given = Call.getParamDereferenceableBytes(Call.getArgOperandNo(&Argument));
        Found |= Given != 0 && Given <= Size && IsTarget(Argument.get());
      }
      visit(Argument.get());
    }
  }

  /// Whatever is put into a local variable, at any place of it, may be what is taken out again; a callee that gets its
  /// address may put in what it makes of its other arguments.
  void visitSlot(const Value *Slot) {
    if (!Slots.insert(Slot).second)
      return;
    SmallVector<const Value *, 8> Aliases{Slot};
    while (!Aliases.empty()) {
      const Value *Alias = Aliases.pop_back_val();
      for (const User *U : Alias->users()) {
        if (const auto *Store = dyn_cast<StoreInst>(U); Store && Store->getPointerOperand() == Alias)
          visit(Store->getValueOperand());
        else if (isa<GEPOperator>(U) || isa<CastInst>(U))
          Aliases.push_back(U);
        else if (const auto *Call = dyn_cast<CallBase>(U); Call && Call != &Writer && !Call->isLifetimeStartOrEnd())
          visitArguments(*Call, Slot);
      }
    }
  }

  void step(const Instruction &I) {
    if (isa<AllocaInst>(I)) { // given by address
      visitSlot(&I);
    } else if (const auto *Load = dyn_cast<LoadInst>(&I)) {
      const Value *From = Load->getPointerOperand();
      const Value *Base = From->stripInBoundsOffsets();
      if (IsTarget(From))
        Found = true;
      else if (isa<AllocaInst>(Base))
        visitSlot(Base);
      else if (isa<CallBase>(Base))
        visit(Base); // a reference that a function has chosen: std::max
    } else if (const auto *Call = dyn_cast<CallBase>(&I)) {
      visitArguments(*Call);
    } else {
      for (const Use &Operand : I.operands())
        visit(Operand.get());
    }
  }

  const Instruction &Writer;
  uint64_t Size;
  function_ref<bool(const Value *)> IsTarget;
  SmallPtrSet<const Value *, 32> Seen, Slots;
  SmallVector<const Value *, 32> Open;
  bool Found = false;
};

} // namespace

bool WriteBack::derives(const Instruction &Writer, const Value *Address, uint64_t Size,
                        ArrayRef<const Value *> Values) {
  const std::string Target = path(Address);
  return Slice(Writer, Size, [&](const Value *V) { return path(V) == Target; }).reachesTarget(Values);
}

} // namespace corace::pass
