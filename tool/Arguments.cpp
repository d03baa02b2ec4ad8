// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Arguments.h"

#include "tool/Support.h"

#include "llvm/Support/FileSystem.h"

using namespace llvm;

namespace corace::tool {

static const OptionSpec *find(ArrayRef<OptionSpec> Specs, StringRef Name) {
  for (const OptionSpec &Spec : Specs)
    if (Spec.Name == Name)
      return &Spec;
  return nullptr;
}

static Error unknownOption(ArrayRef<OptionSpec> Specs, StringRef Name, StringRef Word) {
  if (sys::fs::exists(Word))
    return inputError("unknown option '" + Word + "'", "to name the file, write './" + Word + "'");
  SmallVector<StringRef, 16> Names;
  for (const OptionSpec &Spec : Specs)
    Names.push_back(Spec.Name);
  const std::string Near = nearest(Name, Names);
  return inputError("unknown option '" + Name + "'",
                    Near.empty() ? Twine("--help lists the options") : "did you mean '" + Twine(Near) + "'?");
}

Expected<Arguments> Arguments::parse(ArrayRef<OptionSpec> Specs, ArrayRef<const char *> Words) {
  Arguments Result;
  for (size_t I = 0; I < Words.size(); ++I) {
    const StringRef Word = Words[I];
    if (Word == "--") {
      Result.HasRest = true;
      Result.Rest.assign(Words.begin() + I + 1, Words.end());
      break;
    }
    if (!Word.starts_with("-") || Word == "-") {
      Result.Words.push_back(Word.str());
      continue;
    }
    auto [Name, Value] = Word.split('=');
    bool HasValue = Word.contains('=');
    const OptionSpec *Spec = find(Specs, Name);
    // A short option's value may stand right behind it: -j4.
    if (!Spec && !Word.starts_with("--") && Word.size() > 2) {
      Name = Word.take_front(2);
      Value = Word.drop_front(2);
      HasValue = true;
      Spec = find(Specs, Name);
    }
    if (!Spec)
      return unknownOption(Specs, Name, Word);
    if (Spec->Uses == OptionSpec::Use::NotThereYet)
      return inputError("'" + Name + "' is not there yet", "leave it out");
    if (Spec->Value.empty() && HasValue)
      return inputError("'" + Name + "' takes no value", "leave out '=" + Value + "'");
    if (!Spec->Value.empty() && !HasValue) {
      if (I + 1 == Words.size() || StringRef(Words[I + 1]) == "--")
        return inputError("'" + Name + "' lacks its value", "write " + Name + " " + Spec->Value);
      Value = Words[++I];
    }
    // Standard output carries the text, which would break any other format.
    if (Spec->Value == "FILE" && Value == "-")
      return inputError("'" + Name + " -': neither standard input nor output will do", "name a file");
    std::vector<std::string> &Values = Result.Values[Name];
    if (!Values.empty() && !Spec->Value.empty() && Spec->Uses == OptionSpec::Use::Once)
      return inputError("'" + Name + "' is given twice", "keep one of them");
    Values.push_back(Value.str());
  }
  return Result;
}

std::string Arguments::get(StringRef Name, StringRef Fallback) const {
  auto It = Values.find(Name);
  return It == Values.end() ? Fallback.str() : It->second.back();
}

} // namespace corace::tool
