// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Globals and statics of a program that is run again and again in one process: a run that reads one before it writes it
// has to find there what the other runs found. Where it does not, an earlier run has left something behind.
#pragma once

#include "detect/flat_map.h"

#include <cstdint>
#include <string>
#include <vector>

namespace corace::detect {

class globals {
public:
  /// Finds the writable segments of the program and of the modules with sites.
  globals();
  void begin_run() noexcept { ++run_; }
  [[nodiscard]] bool contains(std::uintptr_t address) const noexcept {
    return address - low_ < high_ - low_ && in_segment(address);
  }
  /// A read is told before it is done. The name and the file are copied.
  void touched(std::uintptr_t address, std::uint64_t size, bool reads, const char *name, const char *file,
               std::uint32_t line);
  /// A sentence for each variable that a run found as an earlier run left it.
  [[nodiscard]] const std::vector<std::string> &notes() const noexcept { return notes_; }
  /// Some run began with other values than another one.
  [[nodiscard]] bool leaked() const noexcept { return leaked_; }

private:
  struct segment {
    std::uintptr_t begin, end;
  };
  /// Eight bytes, a bit for each in the masks.
  struct cell {
    std::uint32_t run = 0;      ///< of `touched`
    std::uint8_t touched = 0;   ///< in this run
    std::uint8_t known = 0;     ///< which of `first` are known
    std::uint8_t first[8] = {}; ///< what the first run found that read before it wrote
  };
  [[nodiscard]] bool in_segment(std::uintptr_t address) const noexcept;
  [[nodiscard]] bool differs(std::uintptr_t granule, cell &known, std::uint8_t mask) const noexcept;

  std::vector<segment> segments_;
  std::uintptr_t low_ = 0, high_ = 0; ///< of all segments
  flat_map<cell> cells_;              ///< by granule
  std::vector<std::string> notes_;
  std::uint32_t run_ = 0;
  bool leaked_ = false;
};

} // namespace corace::detect
