// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Finding.h"

#include <algorithm>
#include <tuple>

namespace corace::tool {

const Place *Finding::place(llvm::StringRef Role) const {
  if (Role == "second" && Main.Line)
    return &Main;
  for (const Place &Where : Places)
    if (Role == Where.Role)
      return &Where;
  for (const Place &Note : Notes)
    if (Role == Note.Role)
      return &Note;
  if (Shown)
    for (const Place &Where : Shown->Places)
      if (Role == Where.Role)
        return &Where;
  return nullptr;
}

llvm::StringRef shapeOf(race_kind Kind) {
  switch (Kind) {
#define KIND(enumerator, spelling, shape, meaning)                                                                     \
  case race_kind::enumerator: return shape;
#include "vocab/race_kinds.def"
  }
  return "-";
}

bool isRace(race_kind Kind) { return shapeOf(Kind) != "-"; }

std::string words(race_kind Kind) {
  std::string Text(to_string(Kind));
  std::replace(Text.begin(), Text.end(), '-', ' ');
  return Text;
}

llvm::StringRef toString(Confidence Sure) {
  static constexpr llvm::StringLiteral Words[] = {"low", "medium", "high"};
  return Words[static_cast<unsigned>(Sure)];
}

bool standsBefore(const Finding &A, const Finding &B) {
  return std::tie(A.Main.File, A.Main.Line, A.Main.Column, A.Id) <
         std::tie(B.Main.File, B.Main.Line, B.Main.Column, B.Id);
}

} // namespace corace::tool
