// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Schedules out of bytes, for fuzzers: each decision between several tasks takes one byte, and where there are none
// left, the task that runs goes on. The same bytes give the same run.
//
//   extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
//     static corace::byte_explorer explorer(program);
//     if (const auto result = explorer.run({data, size}); !result.clean())
//       corace::abort_with(result.failures.front());
//     return 0;
//   }
#pragma once

#include <corace/explore.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace corace {

/// Runs one body under many schedules, one at a time. For one thread.
class byte_explorer {
public:
  /// Of the options, `steps` and `footprints` count; `runs` and `seconds` limit the shrinking of what a run shows.
  explicit byte_explorer(std::function<task<void>()> body, explore_options options = {});
  byte_explorer(const byte_explorer &) = delete;
  byte_explorer &operator=(const byte_explorer &) = delete;
  ~byte_explorer();

  /// One run, and when it fails those that shrink and verify its schedule. What an earlier run has shown is shown
  /// again.
  [[nodiscard]] explore_result run(std::span<const std::uint8_t> bytes);

private:
  struct state;
  std::unique_ptr<state> state_;
};

/// One run of a body.
[[nodiscard]] explore_result explore_bytes(const std::function<task<void>()> &body, std::span<const std::uint8_t> bytes,
                                           const explore_options &options = {});

/// Tells the failure on stderr, with its interleaving and its token, and aborts, as fuzzers want it.
[[noreturn]] void abort_with(const explore_failure &failure);

} // namespace corace
