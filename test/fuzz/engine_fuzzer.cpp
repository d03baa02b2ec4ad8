// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Coroutine sources through the engine, in this process: parse, summarize, check as the front ends do, also where the
// source has errors (clang-tidy goes on after some). The mock library's header and a few lines in place of the standard
// library's headers are all that sources can include, so that thousands are done in a second.

#include "checks/Analyze.h"
#include "checks/models/Models.h"
#include "checks/summaries/Summary.h"
#include "test/fuzz/Mutator.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/VirtualFileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <cstring>

using namespace llvm;

extern "C" size_t LLVMFuzzerMutate(uint8_t *Data, size_t Size, size_t MaxSize);

namespace {

using namespace corace::checks;

std::string fileText(const Twine &Path) {
  auto Buffer = MemoryBuffer::getFile(Path);
  if (!Buffer) {
    errs() << Path << ": " << Buffer.getError().message() << '\n';
    std::abort();
  }
  return (*Buffer)->getBuffer().str();
}

const Models &library() {
  static const Models Library = [] {
    Models M = Models::loadBuiltin();
    cantFail(M.addFile(CORACE_SOURCE_DIR "/test/Inputs/mock.yaml"));
    return M;
  }();
  return Library;
}

class Consumer final : public clang::ASTConsumer {
  void HandleTranslationUnit(clang::ASTContext &Context) override {
    UnitAnalysis Analysis(Context, library());
    std::string Text;
    raw_string_ostream OS(Text);
    writeSummary(OS, Analysis.summary());
    if (Expected<UnitSummary> Again = readSummary(Text); !Again) {
      errs() << "a summary that cannot be read: " << toString(Again.takeError()) << '\n' << Text << '\n';
      std::abort();
    }
    CheckOptions Options;
    Options.Pedantic = true;
    analyzeTranslationUnit(Context, library(), Options, [](Finding F) {
      if (F.Message.empty() || F.Id.empty() || !F.Main.isValid()) {
        errs() << "a finding without a message, an id or a place: " << F.Check << '\n';
        std::abort();
      }
    });
  }
};

class Action final : public clang::ASTFrontendAction {
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance &, StringRef) override {
    return std::make_unique<Consumer>();
  }
};

/// Clang itself crashes on some sources with errors; those that do not even nearly compile teach nothing about us.
class Quiet final : public clang::DiagnosticConsumer {};

} // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *Data, size_t Size, size_t MaxSize, unsigned Seed) {
  if (Seed % 16 == 0)
    return LLVMFuzzerMutate(Data, Size, MaxSize);
  const std::string Next = corace::fuzz::mutate({reinterpret_cast<const char *>(Data), Size}, Seed);
  const size_t Fits = std::min(Next.size(), MaxSize);
  std::memcpy(Data, Next.data(), Fits);
  return Fits;
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t *First, size_t FirstSize, const uint8_t *Second,
                                            size_t SecondSize, uint8_t *Out, size_t MaxSize, unsigned Seed) {
  const std::string Next = corace::fuzz::cross({reinterpret_cast<const char *>(First), FirstSize},
                                               {reinterpret_cast<const char *>(Second), SecondSize}, Seed);
  const size_t Fits = std::min(Next.size(), MaxSize);
  std::memcpy(Out, Next.data(), Fits);
  return Fits;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  static const std::string Mock = fileText(CORACE_SOURCE_DIR "/test/Inputs/mock.h");
  static const std::string Std = fileText(CORACE_SOURCE_DIR "/test/fuzz/std.h");
  auto Files = makeIntrusiveRefCnt<vfs::InMemoryFileSystem>();
  const auto Add = [&](StringRef Name, StringRef Text) {
    Files->addFile(Name, 0, MemoryBuffer::getMemBuffer(Text, Name));
  };
  Add("/in/mock.h", Mock);
  for (const char *Header :
       {"coroutine", "utility", "memory", "mutex", "functional", "vector", "map", "string", "optional", "atomic",
        "deque", "set", "unordered_map", "shared_mutex", "string_view", "span", "array"})
    Add(std::string("/in/") + Header, Std);
  const std::string Source(reinterpret_cast<const char *>(Data), Size);
  Add("/in/input.cpp", Source);
  auto Manager = makeIntrusiveRefCnt<clang::FileManager>(clang::FileSystemOptions(), Files);
  clang::tooling::ToolInvocation Invocation({"clang++", "-std=c++20", "-nostdinc", "-nostdinc++", "-I/in", "-w",
                                             "-fsyntax-only", "-ferror-limit=3", "-fbracket-depth=128",
                                             "-ftemplate-depth=32", "-fconstexpr-steps=10000", "/in/input.cpp"},
                                            std::make_unique<Action>(), Manager.get());
  Quiet Diagnostics;
  Invocation.setDiagnosticConsumer(&Diagnostics);
  Invocation.run();
  return 0;
}
