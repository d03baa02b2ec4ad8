// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "OpaqueCalls.h"

#include "Names.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Function.h"

using namespace llvm;

namespace corace::pass {
namespace {

constexpr uint64_t TreeNode = 32; // std::_Rb_tree_node_base
constexpr uint64_t ListNode = 16; // std::__detail::_List_node_base

/// Functions of libstdc++.so that relink nodes of the caller's container: each of these arguments is written.
struct NodeFunction {
  StringLiteral Name;
  uint64_t Size;
  unsigned Arguments[3];
  unsigned Count;
};
constexpr NodeFunction NodeFunctions[] = {
    {"_ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_", TreeNode, {1, 2, 3}, 3},
    {"_ZSt28_Rb_tree_rebalance_for_erasePSt18_Rb_tree_node_baseRS_", TreeNode, {0, 1}, 2},
    {"_ZNSt8__detail15_List_node_base7_M_hookEPS0_", ListNode, {0, 1}, 2},
    {"_ZNSt8__detail15_List_node_base9_M_unhookEv", ListNode, {0}, 1},
    {"_ZNSt8__detail15_List_node_base11_M_transferEPS0_S1_", ListNode, {0, 1, 2}, 3},
    {"_ZNSt8__detail15_List_node_base10_M_reverseEv", ListNode, {0}, 1},
    {"_ZNSt8__detail15_List_node_base4swapERS0_S1_", ListNode, {0, 1}, 2},
};

/// A string is one value to its user: its members read it or write it as a whole, in the line that calls them. (Before
/// C++20 their bodies are in the library, from C++20 on in every object; this makes no difference.)
bool isStringMember(StringRef Name, bool &Const) {
  Const = Name.consume_front("_ZNK");
  if (!Const && !Name.consume_front("_ZN"))
    return false;
  for (StringRef Class : {"St7__cxx1112basic_string", "St3__112basic_string", "Ss"})
    if (Name.starts_with(Class))
      return true;
  return false;
}

/// Members that hand out a reference or a position: non-const as they may be, they change nothing.
bool isAccessor(StringRef Member) {
  return StringSwitch<bool>(Member)
      .Cases("begin", "end", "rbegin", "rend", "data", true)
      .Cases("operator[]", "at", "front", "back", true)
      .Default(false);
}

void addStringAccesses(const CallBase &Call, bool Const, SmallVectorImpl<OpaqueAccess> &Result) {
  const std::string Member = calleeName(Call);
  if (Member.empty() || Member.front() == '~' || Call.arg_size() == 0)
    return;
  // A string that is returned by value comes first; the object follows.
  const unsigned Object = Call.hasStructRetAttr() ? 1 : 0;
  const bool Writes = !Const && !isAccessor(Member);
  for (unsigned I = Object; I < Call.arg_size(); ++I) {
    Value *Argument = Call.getArgOperand(I);
    const uint64_t Size = Call.getParamDereferenceableBytes(I);
    // Other arguments by reference are strings that are read; smaller ones are characters and allocators.
    if (Argument->getType()->isPointerTy() && Size != 0 && (I == Object || Size >= 24))
      Result.push_back({Argument, Size, I == Object && Writes});
  }
}

} // namespace

SmallVector<OpaqueAccess, 4> opaqueAccesses(const CallBase &Call) {
  SmallVector<OpaqueAccess, 4> Result;
  const Function *Callee = Call.getCalledFunction();
  if (!Callee || !Callee->hasName())
    return Result;
  const StringRef Name = Callee->getName();
  for (const NodeFunction &Known : NodeFunctions)
    if (Name == Known.Name)
      for (unsigned I = 0; I < Known.Count && Known.Arguments[I] < Call.arg_size(); ++I)
        if (Value *Argument = Call.getArgOperand(Known.Arguments[I]); Argument->getType()->isPointerTy())
          Result.push_back({Argument, Known.Size, true});
  if (bool Const; isStringMember(Name, Const))
    addStringAccesses(Call, Const, Result);
  return Result;
}

bool isOpaque(const Function &F) {
  bool Const;
  return isStringMember(F.getName(), Const);
}

Value *freedPointer(const CallBase &Call) {
  const Function *Callee = Call.getCalledFunction();
  if (!Callee || Call.arg_size() == 0 || !Call.getArgOperand(0)->getType()->isPointerTy())
    return nullptr;
  const StringRef Name = Callee->getName();
  if (Name == "free" || Name.starts_with("_ZdlPv") || Name.starts_with("_ZdaPv"))
    return Call.getArgOperand(0);
  return nullptr;
}

Value *allocatedSize(const CallBase &Call) {
  const Function *Callee = Call.getCalledFunction();
  if (!Callee || Call.arg_size() == 0 || !Call.getType()->isPointerTy() ||
      !Call.getArgOperand(0)->getType()->isIntegerTy())
    return nullptr;
  const StringRef Name = Callee->getName();
  if (Name == "malloc" || Name.starts_with("_Znwm") || Name.starts_with("_Znam"))
    return Call.getArgOperand(0);
  return nullptr;
}

} // namespace corace::pass
