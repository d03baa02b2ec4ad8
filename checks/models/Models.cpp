// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/models/Models.h"

#include "checks/models/ModelsReader.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MemoryBuffer.h"

namespace corace::checks {

// The text of library_models.yaml; cmake/EmbedFile.cmake makes the definition.
extern const char BuiltinModels[];
extern const unsigned long BuiltinModelsSize;

Models::Models() : T(std::make_unique<Tables>()) {}
Models::~Models() = default;
Models::Models(Models &&) noexcept = default;
Models &Models::operator=(Models &&) noexcept = default;

Models Models::loadBuiltin() {
  Models M;
  ModelsReader Reader(*M.T, /*BuiltIn=*/true, {});
  // The file is part of the source and a test reads it with warnings on, so this cannot fail in a build that passed.
  if (llvm::Error E = Reader.read({BuiltinModels, BuiltinModelsSize}, "library_models.yaml"))
    llvm::report_fatal_error(std::move(E), /*gen_crash_diag=*/false);
  return M;
}

llvm::Error Models::addFile(llvm::StringRef Path, Warn Warning) {
  auto Buffer = llvm::MemoryBuffer::getFile(Path, /*IsText=*/true);
  if (!Buffer)
    return llvm::createStringError(Buffer.getError(), "%s: %s; give the path of a models file (YAML, schema 1)",
                                   Path.str().c_str(), Buffer.getError().message().c_str());
  return addText((*Buffer)->getBuffer(), Path, Warning);
}

llvm::Error Models::addText(llvm::StringRef Text, llvm::StringRef Name, Warn Warning) {
  // Read into a copy first: a file with an error changes nothing.
  auto Copy = std::make_unique<Tables>(*T);
  ModelsReader Reader(*Copy, /*BuiltIn=*/false, Warning);
  if (llvm::Error E = Reader.read(Text, Name))
    return E;
  T = std::move(Copy);
  return llvm::Error::success();
}

const TypeModel *Models::type(llvm::StringRef QualifiedName) const {
  auto It = T->Types.find(QualifiedName);
  return It == T->Types.end() ? nullptr : &It->second;
}

const OpModel *Models::op(llvm::StringRef QualifiedName) const {
  auto It = T->Ops.find(QualifiedName);
  return It == T->Ops.end() ? nullptr : &It->second;
}

const MemberModel *Models::member(llvm::StringRef QualifiedName) const {
  auto It = T->Members.find(QualifiedName);
  return It == T->Members.end() ? nullptr : &It->second;
}

bool Models::hasMembers() const { return !T->Members.empty(); }

llvm::StringRef Models::effectOfMethod(llvm::StringRef Method) const {
  auto It = T->Effects.find(Method);
  return It == T->Effects.end() ? llvm::StringRef() : llvm::StringRef(It->second);
}

llvm::ArrayRef<Models::Library> Models::libraries() const { return T->Libraries; }

void Models::forEachType(llvm::StringRef LibraryId, llvm::function_ref<void(const TypeModel &)> Fn) const {
  for (const auto &[Name, Type] : T->Types)
    if (Type.Library == LibraryId)
      Fn(Type);
}

void Models::forEachOp(llvm::StringRef LibraryId, llvm::function_ref<void(const OpModel &)> Fn) const {
  for (const auto &[Name, Op] : T->Ops)
    if (Op.Library == LibraryId)
      Fn(Op);
}

} // namespace corace::checks
