// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How this process runs its event loops: plainly, under one schedule, or as one of many forked runs of a search.
#pragma once

#include "explore/conductor.h"
#include "explore/search.h"
#include "explore/token.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace corace::schedule {

class session {
public:
  [[nodiscard]] static session &get();
  /// Before an event loop is made for run(). Under mode=explore the first call forks; the calling process becomes the
  /// coordinator of the search and ends here, each forked run returns.
  void enter_loop();
  /// The loop of a run() has ended, in whatever way.
  void leave_loop() noexcept;
  /// Who decides in this process; null: the loop itself.
  [[nodiscard]] conductor *decider() noexcept { return conductor_.get(); }
  [[nodiscard]] run_memory *memory() noexcept { return memory_; }
  [[nodiscard]] std::uint32_t loops() const noexcept { return loops_; }
  /// This process is a forked run: it tells its parent what happened, and nobody else.
  [[nodiscard]] bool forked_run() const noexcept { return forked_run_; }
  /// Under mode=replay explore() has followed the token itself.
  void followed(search_result found) { followed_ = std::move(found); }
  [[nodiscard]] const std::optional<search_result> &followed() const noexcept { return followed_; }
  /// With mode=replay, and a token that no test's explore() has made: what it says.
  [[nodiscard]] const std::optional<token> &replayed() const noexcept { return replayed_; }

private:
  void start();
  void start_single_run(strategy &s);

  bool started_ = false, forked_run_ = false;
  std::uint32_t loops_ = 0;
  std::unique_ptr<run_memory> own_memory_;
  run_memory *memory_ = nullptr;
  std::unique_ptr<conductor> conductor_;
  std::optional<token> replayed_;
  std::optional<search_result> followed_;
};

} // namespace corace::schedule
