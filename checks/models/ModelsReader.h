// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads models files. Only Models.cpp uses it.
#pragma once

#include "checks/models/Models.h"

#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLParser.h"

#include <map>

namespace corace::checks {

struct Models::Tables {
  std::map<std::string, TypeModel, std::less<>> Types; // by qualified name; sorted, so that lists are stable
  std::map<std::string, OpModel, std::less<>> Ops;
  std::map<std::string, MemberModel, std::less<>> Members;
  std::map<std::string, std::string, std::less<>> Effects; // by method name
  std::vector<Library> Libraries;
};

/// Reads one file into tables. Stops at the first error; what is merely unknown is a warning.
class ModelsReader {
public:
  ModelsReader(Models::Tables &T, bool BuiltIn, Models::Warn Warning) : T(T), BuiltIn(BuiltIn), Warning(Warning) {}

  llvm::Error read(llvm::StringRef Text, llvm::StringRef Name);

private:
  using Fields = std::vector<std::pair<std::string, llvm::yaml::Node *>>;

  bool readDocument(llvm::yaml::Node *Root);
  bool readLibrary(llvm::yaml::Node *Node);
  bool readLibraryField(llvm::StringRef Key, llvm::yaml::Node *Value, Models::Library &Lib);
  bool readTypes(llvm::yaml::Node *Node, const Models::Library &Lib);
  bool readOps(llvm::yaml::Node *Node, const Models::Library &Lib);
  bool readMembers(llvm::yaml::Node *Node, const Models::Library &Lib);
  bool readEffects(llvm::yaml::Node *Node);
  bool readTypeField(llvm::StringRef Key, llvm::yaml::Node *Value, TypeModel &Type);
  bool readOpField(llvm::StringRef Key, llvm::yaml::Node *Value, OpModel &Op);
  bool readSpawn(llvm::yaml::Node *Value, OpModel &Op);

  bool each(llvm::yaml::Node *Node, llvm::StringRef What,
            llvm::function_ref<bool(llvm::StringRef, llvm::yaml::Node *KeyNode, llvm::yaml::Node *Value)> Fn);
  bool strings(llvm::yaml::Node *Node, std::vector<std::string> &Out);
  std::optional<std::string> scalar(llvm::yaml::Node *Node);
  bool text(llvm::yaml::Node *Node, std::string &Out);
  bool role(llvm::yaml::Node *Node, std::string &Out);
  bool number(llvm::yaml::Node *Node, std::optional<unsigned> &Out);
  bool boolean(llvm::yaml::Node *Node, bool &Out);
  bool await(llvm::yaml::Node *Node, std::optional<AwaitEffect> &Out);
  bool threads(llvm::yaml::Node *Node, bool &One);
  bool failure(llvm::yaml::Node *Node, std::string &Out);
  bool mode(llvm::yaml::Node *Node, std::optional<LockMode> &Out);
  bool fail(llvm::yaml::Node *At, const llvm::Twine &Message);
  void warn(llvm::yaml::Node *At, const llvm::Twine &Message);
  void unknownKey(llvm::yaml::Node *At, llvm::StringRef Key, llvm::StringRef What);

  Models::Tables &T;
  bool BuiltIn;
  Models::Warn Warning;
  llvm::yaml::Stream *Stream = nullptr;
  std::string Name;
  std::string FirstError;
  bool Failing = false;
};

} // namespace corace::checks
