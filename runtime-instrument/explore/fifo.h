// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loop's own order, ticks included: what a plain run does.
#pragma once

#include "explore/strategy.h"

#include <utility>

namespace corace::schedule {

class fifo_picker final : public picker {
public:
  std::size_t pick(const choice &) override { return 0; }
  [[nodiscard]] bool loop_order() const noexcept override { return true; }
};

/// One run.
class fifo final : public strategy {
public:
  [[nodiscard]] std::string name() const override { return "fifo"; }
  bool next(plan &out) override {
    out = {static_cast<std::uint64_t>(picker_kind::fifo)};
    return !std::exchange(done_, true);
  }

private:
  bool done_ = false;
};

} // namespace corace::schedule
