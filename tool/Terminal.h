// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the reader's terminal can show.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <string>

namespace corace::tool {

/// How text is to look. Colour only on a terminal (and not under NO_COLOR); other characters than ASCII only where the
/// locale is UTF-8.
struct Style {
  bool Color = false;
  bool Utf8 = false;
  unsigned Width = 110;

  static Style of(llvm::raw_fd_ostream &OS);

  [[nodiscard]] llvm::StringRef pick(llvm::StringRef Fancy, llvm::StringRef Plain) const {
    return Utf8 ? Fancy : Plain;
  }
  [[nodiscard]] llvm::StringRef readArrow() const { return pick("\u2192", "->"); }
  [[nodiscard]] llvm::StringRef writeArrow() const { return pick("\u2190", "<-"); }
  [[nodiscard]] llvm::StringRef dash() const { return pick("\u2500\u2500", "--"); }
  [[nodiscard]] llvm::StringRef dot() const { return pick("\u00b7", "-"); }
  [[nodiscard]] llvm::StringRef ellipsis() const { return pick("\u2026", "..."); }
};

/// How many columns the text takes. Bytes that are no UTF-8 count as one each.
unsigned columnsOf(llvm::StringRef Text);
/// The longest beginning that fits, with the ellipsis if something was cut off.
std::string cutTo(llvm::StringRef Text, unsigned Columns, const Style &Look);

/// Prints in a colour, where the style has colours.
void paint(llvm::raw_ostream &OS, const Style &Look, llvm::raw_ostream::Colors Color, llvm::StringRef Text,
           bool Bold = true);

} // namespace corace::tool
