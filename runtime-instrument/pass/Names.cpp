// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Names.h"

#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace corace::pass {
namespace {

struct Named {
  std::string Name;             ///< empty: not known
  const DIType *Type = nullptr; ///< of the object that the address means
};

const DIType *stripped(const DIType *T) {
  while (const auto *Derived = dyn_cast_or_null<DIDerivedType>(T)) {
    const unsigned Tag = Derived->getTag();
    if (Tag != dwarf::DW_TAG_typedef && Tag != dwarf::DW_TAG_const_type && Tag != dwarf::DW_TAG_volatile_type)
      break;
    T = Derived->getBaseType();
  }
  return T;
}

const DIType *pointee(const DIType *T) {
  const auto *Derived = dyn_cast_or_null<DIDerivedType>(stripped(T));
  if (!Derived)
    return nullptr;
  switch (Derived->getTag()) {
  case dwarf::DW_TAG_pointer_type:
  case dwarf::DW_TAG_reference_type:
  case dwarf::DW_TAG_rvalue_reference_type: return stripped(Derived->getBaseType());
  default: return nullptr;
  }
}

/// The member at `Offset` bits, as deep as its members are structures; `owner` is the class that declares it.
Named memberAt(const DIType *T, uint64_t Offset, Named Whole, int Depth = 0) {
  const auto *Class = dyn_cast_or_null<DICompositeType>(stripped(T));
  if (!Class || Depth > 8)
    return Whole;
  if (Class->getTag() == dwarf::DW_TAG_array_type)
    return {Whole.Name, stripped(Class->getBaseType())};
  const DIDerivedType *Best = nullptr;
  for (const DINode *Element : Class->getElements()) {
    const auto *Member = dyn_cast_or_null<DIDerivedType>(Element);
    if (!Member || Member->isStaticMember() || Member->getOffsetInBits() > Offset)
      continue;
    if (Member->getTag() != dwarf::DW_TAG_member && Member->getTag() != dwarf::DW_TAG_inheritance)
      continue;
    const DIType *Of = stripped(Member->getBaseType());
    const uint64_t Size = Member->getSizeInBits() ? Member->getSizeInBits() : Of ? Of->getSizeInBits() : 0;
    if (Offset < Member->getOffsetInBits() + Size && (!Best || Member->getOffsetInBits() > Best->getOffsetInBits()))
      Best = Member;
  }
  if (!Best)
    return Whole;
  const DIType *Of = stripped(Best->getBaseType());
  const uint64_t Rest = Offset - Best->getOffsetInBits();
  if (Best->getTag() == dwarf::DW_TAG_inheritance)
    return memberAt(Of, Rest, {Whole.Name, Of}, Depth + 1);
  const std::string Name =
      Class->getName().empty() ? Best->getName().str() : (Class->getName() + "::" + Best->getName()).str();
  return {Name, Of};
}

Named named(const Value *Address, const DataLayout &Layout, int Depth);
std::string objectName(const Value *Address, uint64_t Size, const DataLayout &Layout, int Depth);

Named ofGlobal(const GlobalVariable &Global) {
  SmallVector<DIGlobalVariableExpression *, 1> Described;
  Global.getDebugInfo(Described);
  const DIType *Type = Described.empty() ? nullptr : stripped(Described.front()->getVariable()->getType());
  return {Global.hasPrivateLinkage() ? std::string() : readable(Global.getName()), Type};
}

Named ofVariable(const DILocalVariable &Variable) { return {Variable.getName().str(), stripped(Variable.getType())}; }

Named ofAlloca(const AllocaInst &ConstSlot) {
  auto &Slot = const_cast<AllocaInst &>(ConstSlot);
  for (const DbgVariableRecord *Record : findDVRDeclares(&Slot))
    return ofVariable(*Record->getVariable());
  for (const DbgDeclareInst *Declare : findDbgDeclares(&Slot))
    return ofVariable(*Declare->getVariable());
  // From -O1 on, clang's assignment tracking has replaced the declarations by then.
  for (const DbgVariableRecord *Record : at::getDVRAssignmentMarkers(&Slot))
    return ofVariable(*Record->getVariable());
  for (const DbgAssignIntrinsic *Assignment : at::getAssignmentMarkers(&Slot))
    return ofVariable(*Assignment->getVariable());
  return {};
}

/// The address that a pointer variable holds. `this` and references are named by what they point to.
Named ofLoaded(const LoadInst &Load, const DataLayout &Layout, int Depth) {
  const Value *From = Load.getPointerOperand();
  // Copies of `this` and of parameters: at -O0 they go through more than one slot.
  if (const auto *Slot = dyn_cast<AllocaInst>(From->stripPointerCasts()); Slot && ofAlloca(*Slot).Name.empty())
    for (const User *U : Slot->users())
      if (const auto *Store = dyn_cast<StoreInst>(U); Store && Store->getPointerOperand() == Slot)
        return named(Store->getValueOperand(), Layout, Depth + 1);
  Named Pointer = named(From, Layout, Depth + 1);
  Pointer.Type = pointee(Pointer.Type);
  return Pointer;
}

/// What a smart pointer or a container hands out goes by its name: `*state`, `state->count`, `used_[tenant]`.
Named ofHandedOut(const CallBase &Call, const DataLayout &Layout, int Depth) {
  const unsigned Object = Call.hasStructRetAttr() ? 1 : 0;
  if (!Call.getType()->isPointerTy() || Call.arg_size() <= Object ||
      !Call.getArgOperand(Object)->getType()->isPointerTy())
    return {};
  const std::string Callee = calleeName(Call);
  for (StringRef Accessor : {"operator*", "operator->", "operator[]", "at", "get", "front", "back", "value"})
    if (Callee == Accessor)
      return {objectName(Call.getArgOperand(Object), Call.getParamDereferenceableBytes(Object), Layout, Depth + 1),
              nullptr};
  return {};
}

Named named(const Value *Address, const DataLayout &Layout, int Depth) {
  if (Depth > 8)
    return {};
  Address = Address->stripPointerCasts();
  if (const auto *Global = dyn_cast<GlobalVariable>(Address))
    return ofGlobal(*Global);
  if (const auto *Slot = dyn_cast<AllocaInst>(Address))
    return ofAlloca(*Slot);
  if (const auto *Load = dyn_cast<LoadInst>(Address))
    return ofLoaded(*Load, Layout, Depth);
  if (const auto *Call = dyn_cast<IntrinsicInst>(Address);
      Call && Call->getIntrinsicID() == Intrinsic::threadlocal_address)
    return named(Call->getArgOperand(0), Layout, Depth + 1);
  if (const auto *Call = dyn_cast<CallBase>(Address))
    return ofHandedOut(*Call, Layout, Depth);
  if (const auto *Element = dyn_cast<GEPOperator>(Address)) {
    Named Base = named(Element->getPointerOperand(), Layout, Depth + 1);
    APInt Offset(Layout.getIndexTypeSizeInBits(Element->getType()), 0);
    if (Element->accumulateConstantOffset(Layout, Offset))
      return memberAt(Base.Type, Offset.getZExtValue() * 8, Base);
    if (const auto *Array = dyn_cast_or_null<DICompositeType>(Base.Type);
        Array && Array->getTag() == dwarf::DW_TAG_array_type)
      Base.Type = stripped(Array->getBaseType());
    return Base;
  }
  return {};
}

std::string objectName(const Value *Address, uint64_t Size, const DataLayout &Layout, int Depth) {
  Named Result = named(Address, Layout, Depth);
  // An object and its first member have one address; the size tells which is meant.
  while (const auto *Class = dyn_cast_or_null<DICompositeType>(Result.Type)) {
    if (Size == 0 || Class->getTag() == dwarf::DW_TAG_array_type || Class->getSizeInBits() < Size * 8)
      break;
    const Named Member = memberAt(Class, 0, Result);
    const bool IsWhole = Class->getSizeInBits() == Size * 8 && isa_and_nonnull<DICompositeType>(Member.Type) &&
                         !Class->getName().empty(); // a lambda's only capture is what its author named
    if (Member.Type == Result.Type || IsWhole)
      break;
    Result = Member;
  }
  return Result.Name == "this" ? std::string() : Result.Name;
}

} // namespace

std::string objectName(const Value *Address, uint64_t Size, const DataLayout &Layout) {
  return objectName(Address, Size, Layout, 0);
}

std::string readable(StringRef Mangled) {
  std::string Name = demangle(Mangled);
  const std::pair<StringRef, StringRef> Replacements[] = {
      {"[abi:cxx11]", ""},
      {"std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char>>", "std::string"},
      {"std::__cxx11::", "std::"},
  };
  for (const auto &[From, To] : Replacements)
    for (size_t At = 0; (At = Name.find(From.data(), At)) != std::string::npos; At += To.size())
      Name.replace(At, From.size(), To.data(), To.size());
  return Name;
}

std::string lastName(StringRef Demangled) {
  size_t Begin = 0, End = Demangled.size();
  int Depth = 0;
  for (size_t I = 0; I < Demangled.size(); ++I) {
    const char C = Demangled[I];
    if (Depth == 0 && Demangled.substr(I).starts_with("operator") &&
        (I == 0 || Demangled[I - 1] == ':' || Demangled[I - 1] == ' ')) {
      const size_t From = I + 8 + (Demangled.substr(I + 8).starts_with("()") ? 2 : 0);
      return Demangled.slice(I, Demangled.find('(', From)).str();
    }
    if (C == '<' || C == '(' || C == '[' || C == '{') {
      if (Depth++ == 0 && End == Demangled.size() && I != Begin)
        End = I;
    } else if (C == '>' || C == ')' || C == ']' || C == '}') {
      --Depth;
    } else if (Depth == 0 && (C == ':' || C == ' ') &&
               Demangled.substr(I + 1).find_first_not_of(" const&") != StringRef::npos) {
      Begin = I + 1;
      End = Demangled.size();
    }
  }
  return Demangled.slice(Begin, End).str();
}

std::string calleeName(const CallBase &Call) {
  const Function *Callee = Call.getCalledFunction();
  return Callee ? lastName(readable(Callee->getName())) : std::string();
}

} // namespace corace::pass
