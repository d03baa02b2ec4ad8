// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Terminal.h"

#include "llvm/Support/Process.h"
#include "llvm/Support/Unicode.h"

#include <algorithm>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace llvm;

namespace corace::tool {

static bool localeIsUtf8() {
  // The order in which the C library looks for the character set.
  for (const char *Name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (const char *Value = std::getenv(Name); Value && *Value)
      return StringRef(Value).contains_insensitive("utf-8") || StringRef(Value).contains_insensitive("utf8");
  return false;
}

Style Style::of(raw_fd_ostream &OS) {
  Style Result;
  Result.Utf8 = localeIsUtf8();
  const char *NoColor = std::getenv("NO_COLOR");
  Result.Color = OS.is_displayed() && OS.has_colors() && !(NoColor && *NoColor);
  unsigned Columns = 0;
  if (const char *Given = std::getenv("COLUMNS"); !Given || StringRef(Given).getAsInteger(10, Columns))
    Columns = 0;
  winsize Size{};
  if (Columns == 0 && OS.is_displayed() &&
      ioctl(&OS == &outs() ? STDOUT_FILENO : STDERR_FILENO, TIOCGWINSZ, &Size) == 0)
    Columns = Size.ws_col;
  if (Columns != 0)
    Result.Width = std::clamp(Columns, 20u, 200u);
  return Result;
}

/// The first character of a text, in bytes: a whole UTF-8 sequence, or one byte where it is none.
static size_t firstCharacter(StringRef Text) {
  const auto Lead = static_cast<unsigned char>(Text[0]);
  const size_t Length = Lead < 0xc0 ? 1 : Lead < 0xe0 ? 2 : Lead < 0xf0 ? 3 : 4;
  return Length <= Text.size() && sys::unicode::columnWidthUTF8(Text.take_front(Length)) >= 0 ? Length : 1;
}

static unsigned columnsOfCharacter(StringRef Character) {
  return static_cast<unsigned>(std::max(1, sys::unicode::columnWidthUTF8(Character)));
}

unsigned columnsOf(StringRef Text) {
  if (const int Width = sys::unicode::columnWidthUTF8(Text); Width >= 0)
    return static_cast<unsigned>(Width);
  unsigned Columns = 0;
  for (; !Text.empty(); Text = Text.drop_front(firstCharacter(Text)))
    Columns += columnsOfCharacter(Text.take_front(firstCharacter(Text)));
  return Columns;
}

std::string cutTo(StringRef Text, unsigned Columns, const Style &Look) {
  if (columnsOf(Text) <= Columns)
    return Text.str();
  const unsigned Room = Columns - std::min(Columns, columnsOf(Look.ellipsis()));
  std::string Result;
  for (unsigned Used = 0; !Text.empty();) {
    const StringRef Character = Text.take_front(firstCharacter(Text));
    Used += columnsOfCharacter(Character);
    if (Used > Room)
      break;
    Result += Character;
    Text = Text.drop_front(Character.size());
  }
  return Result + Look.ellipsis().str();
}

void paint(raw_ostream &OS, const Style &Look, raw_ostream::Colors Color, StringRef Text, bool Bold) {
  if (!Look.Color) {
    OS << Text;
    return;
  }
  // Written out rather than by changeColor(), so that it works on a string as well.
  OS << "\x1b[" << (Bold ? "1;" : "0;") << (Color == raw_ostream::SAVEDCOLOR ? 39 : 30 + static_cast<int>(Color)) << 'm'
     << Text << "\x1b[0m";
}

} // namespace corace::tool
