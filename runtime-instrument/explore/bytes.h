// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A schedule that is made of any bytes: each decision between several tasks or moves, and each choice, takes one byte,
// and where there are no more, the canonical choice. So a fuzzer that changes one byte changes one decision, zeros are
// the canonical schedule, and nothing is malformed.
#pragma once

#include "explore/strategy.h"

#include <cstdint>
#include <span>
#include <utility>

namespace corace::schedule {

/// Plan: the number of bytes, and these, eight to a number.
class bytes_picker final : public picker {
public:
  explicit bytes_picker(std::span<const std::uint64_t> numbers) noexcept
      : left_(numbers[0]), numbers_(numbers.subspan(1)) {}
  std::size_t pick(const choice &now) override {
    const std::size_t first = canonical(now);
    if (now.ready.size() == 1 || taken_ == left_)
      return first;
    // The canonical choice stands at 0, the others follow in their order.
    std::size_t skip = byte() % now.ready.size();
    if (now.ready.size() > 256 && taken_ < left_)
      skip = (skip * 256 + byte()) % now.ready.size();
    if (skip == 0)
      return first;
    return skip <= first ? skip - 1 : skip;
  }

  extras prepare(allowance &) const noexcept override { return extras::asked; }
  std::uint32_t answer(const question &asked) noexcept override {
    if (taken_ == left_)
      return 0;
    std::size_t value = byte();
    for (std::uint32_t rest = (asked.count - 1) >> 8; rest > 0 && taken_ < left_; rest >>= 8)
      value = value << 8 | byte();
    return static_cast<std::uint32_t>(value % asked.count);
  }

private:
  [[nodiscard]] std::size_t byte() noexcept {
    const std::uint64_t at = taken_++;
    return static_cast<std::size_t>((numbers_[at / 8] >> (at % 8 * 8)) & 0xff);
  }
  std::uint64_t left_, taken_ = 0;
  std::span<const std::uint64_t> numbers_;
};

/// One run.
class bytes final : public strategy {
public:
  explicit bytes(std::span<const std::uint8_t> given) noexcept : given_(given) {}
  [[nodiscard]] std::string name() const override { return "bytes"; }
  bool next(plan &out) override {
    out = {static_cast<std::uint64_t>(picker_kind::bytes), given_.size()};
    for (std::size_t i = 0; i < given_.size(); ++i) {
      if (i % 8 == 0)
        out.push_back(0);
      out.back() |= std::uint64_t{given_[i]} << (i % 8 * 8);
    }
    return !std::exchange(done_, true);
  }
  [[nodiscard]] bool wants_steps() const noexcept override { return false; }

private:
  std::span<const std::uint8_t> given_;
  bool done_ = false;
};

} // namespace corace::schedule
