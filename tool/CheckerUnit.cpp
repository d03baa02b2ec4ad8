// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/CheckerUnit.h"

#include "tool/Support.h"
#include "tool/Terminal.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "clang/Frontend/Utils.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/VirtualFileSystem.h"

using namespace llvm;

namespace corace::tool {

namespace {

class Consumer final : public clang::ASTConsumer {
public:
  Consumer(const ParseRequest &Of, clang::CompilerInstance &Compiler, const clang::DependencyCollector *Inputs,
           std::int64_t Started)
      : Request(Of), Compiler(Compiler), Inputs(Inputs), Started(Started) {}

  void HandleTranslationUnit(clang::ASTContext &Context) override {
    if (Context.getDiagnostics().hasUncompilableErrorOccurred())
      return;
    Request.Use(Context,
                Inputs ? inputsOf(Compiler, *Inputs, Request.What.Directory, Started) : std::vector<InputFile>());
  }

private:
  const ParseRequest &Request;
  clang::CompilerInstance &Compiler;
  const clang::DependencyCollector *Inputs;
  std::int64_t Started;
};

class Action final : public clang::ASTFrontendAction {
public:
  explicit Action(const ParseRequest &Of) : Request(Of) {}
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance &Compiler, StringRef) override {
    return std::make_unique<Consumer>(Request, Compiler, Inputs.get(), Started);
  }
  bool BeginInvocation(clang::CompilerInstance &Compiler) override {
    Compiler.setVerboseOutputStream(nulls()); // "2 errors generated" would come out of turn
    if (Request.WantInputs)
      Inputs = collectInputs(Compiler);
    return true;
  }

private:
  const ParseRequest &Request;
  std::shared_ptr<clang::DependencyCollector> Inputs;
  const std::int64_t Started = now();
};

/// The compiler's messages with the notes that belong to them; warnings are not ours to give.
class ErrorsOnly final : public clang::TextDiagnosticPrinter {
public:
  using TextDiagnosticPrinter::TextDiagnosticPrinter;
  void HandleDiagnostic(clang::DiagnosticsEngine::Level Level, const clang::Diagnostic &Info) override {
    if (Level != clang::DiagnosticsEngine::Note)
      Showing = Level >= clang::DiagnosticsEngine::Error;
    if (Showing)
      TextDiagnosticPrinter::HandleDiagnostic(Level, Info);
  }

private:
  bool Showing = false;
};

} // namespace

std::vector<std::string> parserArguments(const Unit &What, StringRef ResourceDirectory) {
  std::vector<std::string> Arguments = clang::tooling::getClangSyntaxOnlyAdjuster()(What.Arguments, What.File);
  std::vector<std::string> More = {"-w"};
  if (none_of(Arguments, [](StringRef A) { return A.starts_with("-resource-dir"); }))
    More.push_back("-resource-dir=" + ResourceDirectory.str());
  Arguments.insert(find(Arguments, "--"), More.begin(), More.end());
  // The driver looks for headers beside itself. Without its directory it would start from the root, and get names such
  // as "/../lib/gcc/..", which mean something else once the dots are taken out of them.
  if (!Arguments.empty() && !sys::path::has_parent_path(Arguments.front()))
    if (ErrorOr<std::string> Driver = sys::findProgramByName(Arguments.front()))
      Arguments.front() = std::move(*Driver);
  return Arguments;
}

/// The flags with the text of a header in place of its precompiled form. Nothing if there is none, or no such header.
static std::optional<std::vector<std::string>> withoutPrecompiled(const Unit &What) {
  std::vector<std::string> Left;
  bool Any = false;
  const std::vector<std::string> &Words = What.Arguments;
  for (size_t I = 0; I < Words.size(); ++I) {
    const bool Wrapped = Words[I] == "-Xclang" && I + 1 < Words.size() && Words[I + 1] == "-include-pch";
    if (!Wrapped && Words[I] != "-include-pch") {
      Left.push_back(Words[I]);
      continue;
    }
    I += Wrapped ? 3 : 1; // -Xclang -include-pch -Xclang FILE
    if (I >= Words.size())
      return std::nullopt;
    SmallString<256> Header(Words[I]);
    sys::path::replace_extension(Header, ""); // all.h.pch
    // CMake names the header as well, for compilers that look for its precompiled form by themselves.
    const bool Named = is_contained(Words, Header);
    SmallString<256> There(Header);
    sys::fs::make_absolute(What.Directory, There);
    if (!sys::fs::exists(There))
      return std::nullopt;
    Any = true;
    if (!Named)
      Left.insert(Left.end(), {"-Xclang", "-include", "-Xclang", std::string(Header)}); // the driver would look for one
  }
  if (!Any)
    return std::nullopt;
  return Left;
}

/// A precompiled header that the flags name and nobody has built; empty: none.
static std::string missingPrecompiled(const Unit &What) {
  for (size_t I = 1; I < What.Arguments.size(); ++I) {
    const StringRef Before =
        What.Arguments[I - 1] == "-Xclang" && I > 1 ? What.Arguments[I - 2] : What.Arguments[I - 1];
    SmallString<256> Path(What.Arguments[I]);
    sys::fs::make_absolute(What.Directory, Path);
    if (Before == "-include-pch" && What.Arguments[I] != "-Xclang" && !sys::fs::exists(Path))
      return std::string(Path);
  }
  return {};
}

static bool parseOnce(const ParseRequest &Request, std::string &Errors);

bool parse(const ParseRequest &Request, std::string &Errors) {
  const Unit &What = Request.What;
  if (!sys::fs::exists(What.File)) {
    Errors += shownPath(What.File) + ": no such file; write the compilation database again\n";
    return false;
  }
  if (What.Arguments.size() < 2) {
    Errors += shownPath(What.File) + ": the compilation database has an empty command for it; write it again\n";
    return false;
  }
  const std::string Missing = missingPrecompiled(What);
  if (Missing.empty() && parseOnce(Request, Errors))
    return true;
  // Not built yet, or by another compiler: the header itself will do.
  const std::optional<std::vector<std::string>> Arguments = withoutPrecompiled(What);
  if (!Arguments) {
    if (!Missing.empty())
      Errors += shownPath(What.File) + ": its precompiled header '" + Missing +
                "' has not been built; build the project once\n";
    return false;
  }
  Errors.clear();
  const Unit Plain{What.File, What.Directory, *Arguments};
  return parseOnce({Plain, Request.ResourceDirectory, Request.WantInputs, Request.Use}, Errors);
}

static bool parseOnce(const ParseRequest &Request, std::string &Errors) {
  raw_string_ostream OS(Errors);
  auto DiagnosticOptions = makeIntrusiveRefCnt<clang::DiagnosticOptions>();
  DiagnosticOptions->ShowColors = Style::of(errs()).Color;
  ErrorsOnly Printer(OS, DiagnosticOptions.get());
  // Each thread has a working directory of its own.
  IntrusiveRefCntPtr<vfs::FileSystem> FS = vfs::createPhysicalFileSystem();
  if (FS->setCurrentWorkingDirectory(Request.What.Directory)) {
    OS << shownPath(Request.What.File) << ": it is compiled in '" << Request.What.Directory
       << "', which is no directory; build the project once, or write the compilation database again\n";
    return false;
  }
  auto Files = makeIntrusiveRefCnt<clang::FileManager>(clang::FileSystemOptions(), FS);
  clang::tooling::ToolInvocation Invocation(parserArguments(Request.What, Request.ResourceDirectory),
                                            std::make_unique<Action>(Request), Files.get());
  Invocation.setDiagnosticConsumer(&Printer);
  return Invocation.run();
}

} // namespace corace::tool
