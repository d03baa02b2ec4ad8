// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/SourceLines.h"

#include "tool/Support.h"

#include "llvm/Support/FileSystem.h"

using namespace llvm;

namespace corace::tool {

StringRef SourceLines::line(StringRef File, unsigned Number) {
  std::unique_ptr<Text> &Entry = Files[File];
  if (!Entry) {
    Entry = std::make_unique<Text>();
    // The name may come from a hostile file: reading must neither wait on a pipe nor fill the memory.
    if (!sys::fs::is_regular_file(File))
      return StringRef();
    if (Expected<std::string> Whole = readInput(File, "", 64u << 20)) {
      Entry->Whole = std::move(*Whole);
      for (StringRef Rest = Entry->Whole; !Rest.empty();) {
        auto [Line, Tail] = Rest.split('\n');
        Entry->Lines.push_back(Line.rtrim('\r'));
        Rest = Tail;
      }
    } else {
      consumeError(Whole.takeError());
    }
  }
  return Number >= 1 && Number <= Entry->Lines.size() ? Entry->Lines[Number - 1] : StringRef();
}

} // namespace corace::tool
