// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The site table of a module (interface/corace_interface.h) while it is being built.
#pragma once

#include "Sources.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugLoc.h"
#include "llvm/IR/Module.h"

#include <string>
#include <vector>

namespace corace::pass {

class SiteTable {
public:
  explicit SiteTable(llvm::Module &Of);

  /// The address of a new entry. Flags that follow from the place (CORACE_SITE_SYSTEM) are added here.
  llvm::Constant *add(llvm::Function &F, unsigned Kind, unsigned Flags, const llvm::DebugLoc &Place,
                      llvm::StringRef Object);
  size_t size() const { return Sites.size(); }

  /// Emits the table, its texts, and a constructor that announces them. Nothing, where there are no entries.
  void finish();

private:
  struct Site {
    uint32_t File, Function, Object; ///< offsets into Texts; 0: none
    uint32_t Line;
    uint16_t Column;
    uint8_t Kind, Flags;
    uint32_t Hash;
  };
  struct FunctionTexts {
    uint32_t Name;
    uint64_t Hash;
    uint32_t Ordinal;
  };

  uint32_t text(llvm::StringRef Text);
  FunctionTexts &textsOf(llvm::Function &F);

  llvm::Module &M;
  Sources Files;
  llvm::StructType *SiteType;
  llvm::GlobalVariable *Placeholder = nullptr; ///< stands for the table until its size is known
  std::vector<Site> Sites;
  std::string Texts = std::string(1, '\0');
  llvm::StringMap<uint32_t> TextAt;
  llvm::DenseMap<llvm::Function *, FunctionTexts> OfFunction;
};

} // namespace corace::pass
