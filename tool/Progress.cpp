// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Progress.h"

#include "tool/Support.h"
#include "tool/Terminal.h"

#include <cstdlib>

using namespace llvm;

namespace corace::tool {

static bool canDraw() {
  const char *Terminal = std::getenv("TERM");
  return errs().is_displayed() && Terminal && StringRef(Terminal) != "dumb";
}

Progress::Progress(const std::vector<Unit> &Units)
    : Units(Units), Shown(canDraw()), Width(Shown ? Style::of(errs()).Width : 0) {}

std::function<void()> Progress::ticker() {
  if (!Shown)
    return {};
  return [this] { draw(); };
}

void Progress::clear() {
  if (!Line.empty())
    errs() << "\r\x1b[K";
  Line.clear();
}

void Progress::draw() {
  if (std::chrono::steady_clock::now() - Start < std::chrono::seconds(2))
    return;
  std::string Now = "corace: ";
  if (Units.size() == 1)
    Now += "checking " + printable(shownPath(Units.front().File));
  else
    Now += grouped(Done) + " of " + counted(Units.size(), "file");
  // A line that fills the last column would not be taken away as a whole.
  Now = cutTo(Now, Width - 1, Style());
  if (Now == Line)
    return;
  clear();
  errs() << Now;
  Line = std::move(Now);
}

} // namespace corace::tool
