// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SiteTable.h"

#include "Names.h"

#include "interface/corace_interface.h"
#include "vocab/stable_hash.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

#include <algorithm>
#include <limits>

using namespace llvm;

namespace corace::pass {

// The layout is part of the interface: keep in step with corace_site.
static_assert(sizeof(corace_site) == 24);
enum Field : unsigned { FileField, FunctionField, ObjectField };

SiteTable::SiteTable(Module &Of) : M(Of), Files(Of) {
  LLVMContext &C = M.getContext();
  Type *I8 = Type::getInt8Ty(C), *I16 = Type::getInt16Ty(C), *I32 = Type::getInt32Ty(C);
  SiteType = StructType::get(C, {I32, I32, I32, I32, I16, I8, I8, I32});
}

uint32_t SiteTable::text(StringRef Text) {
  if (Text.empty())
    return 0;
  auto [At, Fresh] = TextAt.try_emplace(Text, static_cast<uint32_t>(Texts.size()));
  if (Fresh) {
    Texts.append(Text.data(), Text.size());
    Texts.push_back('\0');
  }
  return At->second;
}

SiteTable::FunctionTexts &SiteTable::textsOf(Function &F) {
  auto [At, Fresh] = OfFunction.try_emplace(&F);
  if (Fresh) {
    // Internal functions of the same name stand in different files; their module tells them apart at run time.
    stable_hash Hash;
    Hash.add(std::string_view(F.getName()));
    At->second = {text(readable(F.getName())), Hash.value(), 0};
  }
  return At->second;
}

Constant *SiteTable::add(Function &F, unsigned Kind, unsigned Flags, const DebugLoc &Place, StringRef Object) {
  if (!Placeholder)
    Placeholder =
        new GlobalVariable(M, SiteType, true, GlobalValue::ExternalLinkage, nullptr, "corace.sites.placeholder");
  FunctionTexts &InFunction = textsOf(F);
  const SourcePlace At = Files.placeOf(F, Place);
  stable_hash Hash;
  Hash.add(Kind).add(InFunction.Hash).add(InFunction.Ordinal++);
  Site New{};
  New.File = text(At.File);
  New.Function = InFunction.Name;
  New.Object = text(Object);
  New.Line = At.Line;
  New.Column = static_cast<uint16_t>(std::min<unsigned>(At.Column, std::numeric_limits<uint16_t>::max()));
  New.Kind = static_cast<uint8_t>(Kind);
  New.Flags = static_cast<uint8_t>(Flags | (At.System ? CORACE_SITE_SYSTEM : 0) |
                                   (F.isPresplitCoroutine() ? CORACE_SITE_IN_COROUTINE : 0));
  New.Hash = static_cast<uint32_t>(Hash.value());
  Sites.push_back(New);
  Constant *Index = ConstantInt::get(Type::getInt64Ty(M.getContext()), Sites.size() - 1);
  return ConstantExpr::getInBoundsGetElementPtr(SiteType, cast<Constant>(Placeholder), Index);
}

void SiteTable::finish() {
  if (Sites.empty())
    return;
  LLVMContext &C = M.getContext();
  Type *I32 = Type::getInt32Ty(C), *I64 = Type::getInt64Ty(C);

  Constant *Blob = ConstantDataArray::getString(C, Texts, /*AddNull=*/false);
  auto *TextsGlobal = new GlobalVariable(M, Blob->getType(), true, GlobalValue::PrivateLinkage, Blob, "corace.texts");
  TextsGlobal->setAlignment(Align(1));

  auto *TableType = ArrayType::get(SiteType, Sites.size());
  auto *Table = new GlobalVariable(M, TableType, true, GlobalValue::PrivateLinkage, nullptr, "corace.sites");
  Table->setSection("corace_sites");
  Table->setAlignment(Align(4));

  const StructLayout *Layout = M.getDataLayout().getStructLayout(SiteType);
  Constant *TextBase = ConstantExpr::getPtrToInt(TextsGlobal, I64), *TableBase = ConstantExpr::getPtrToInt(Table, I64);
  Constant *Distance = ConstantExpr::getSub(TextBase, TableBase);
  std::vector<Constant *> Entries;
  Entries.reserve(Sites.size());
  for (size_t I = 0; I < Sites.size(); ++I) {
    const Site &S = Sites[I];
    auto Relative = [&](uint32_t Text, Field F) -> Constant * {
      if (Text == 0)
        return ConstantInt::get(I32, 0);
      const uint64_t At = I * Layout->getSizeInBytes() + Layout->getElementOffset(F).getFixedValue();
      Constant *Offset = ConstantInt::get(I64, uint64_t{Text} - At, true);
      return ConstantExpr::getTrunc(ConstantExpr::getAdd(Distance, Offset), I32);
    };
    Entries.push_back(ConstantStruct::get(
        SiteType, {Relative(S.File, FileField), Relative(S.Function, FunctionField), Relative(S.Object, ObjectField),
                   ConstantInt::get(I32, S.Line), ConstantInt::get(Type::getInt16Ty(C), S.Column),
                   ConstantInt::get(Type::getInt8Ty(C), S.Kind), ConstantInt::get(Type::getInt8Ty(C), S.Flags),
                   ConstantInt::get(I32, S.Hash)}));
  }
  Table->setInitializer(ConstantArray::get(TableType, Entries));
  Placeholder->replaceAllUsesWith(Table);
  Placeholder->eraseFromParent();

  auto *Constructor = Function::Create(FunctionType::get(Type::getVoidTy(C), false), GlobalValue::InternalLinkage,
                                       "corace.module_constructor", M);
  Constructor->setDoesNotThrow();
  Constructor->addFnAttr(Attribute::DisableSanitizerInstrumentation);
  IRBuilder<> B(BasicBlock::Create(C, "", Constructor));
  // The load keeps the reference to the version alive: a foreign runtime fails to link.
  B.CreateLoad(I32, M.getOrInsertGlobal("__corace_abi_1", I32), /*isVolatile=*/true);
  PointerType *Pointer = PointerType::getUnqual(C);
  FunctionCallee Announce = M.getOrInsertFunction("__corace_module", Type::getVoidTy(C), Pointer, Pointer);
  B.CreateCall(Announce, {Table, ConstantExpr::getInBoundsGetElementPtr(SiteType, cast<Constant>(Table),
                                                                        ConstantInt::get(I64, Sites.size()))});
  B.CreateRetVoid();
  appendToGlobalCtors(M, Constructor, /*Priority=*/0);
}

} // namespace corace::pass
