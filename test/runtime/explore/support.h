// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs for the explorer. What the pass would report of plain memory is reported by hand, through cells.
#pragma once

#include "interface/corace_interface.h"

#include <corace/corace.h>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace corace::test {

/// A site as the pass would emit it, without texts.
constexpr corace_site site(corace_site_kind kind, std::uint32_t hash, std::uint8_t flags = 0) {
  return {.file = 0,
          .function = 0,
          .object = 0,
          .line = hash,
          .column = 1,
          .kind = static_cast<std::uint8_t>(kind),
          .flags = flags,
          .hash = hash};
}
inline const corace_site read_site = site(CORACE_SITE_READ, 101);
inline const corace_site write_site = site(CORACE_SITE_WRITE, 102, CORACE_SITE_WRITE_BACK);

/// A variable whose accesses are observed.
struct alignas(8) cell {
  int value = 0;
  [[nodiscard]] int get() {
    __corace_read(&value, sizeof(value), &read_site);
    return value;
  }
  void set(int v) {
    value = v;
    __corace_write(&value, sizeof(value), &write_site);
  }
};

inline explore_options exhaustively(bool footprints, std::uint64_t runs = 10'000'000) {
  explore_options options;
  options.strategy = "exhaustive";
  options.footprints = footprints;
  options.runs = runs;
  options.seconds = 300;
  return options;
}

/// Runs `tasks` copies of `make(i)` concurrently.
template <class Make> task<void> concurrently(int tasks, Make make) {
  std::vector<task<void>> all;
  for (int i = 0; i < tasks; ++i)
    all.push_back(make(i));
  co_await gather(std::move(all));
}

} // namespace corace::test
