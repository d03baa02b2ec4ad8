// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each ready task with the same probability. The n-th run of a seed is always the same.
#pragma once

#include "explore/strategy.h"

namespace corace::schedule {

/// What SplitMix64 counts by.
inline constexpr std::uint64_t golden = 0x9e3779b97f4a7c15u;
/// SplitMix64's finaliser: numbers that look as if drawn, from what they are drawn for.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t z) noexcept {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  return mix(a + mix(b + golden));
}
/// A number below `count`, by multiplication instead of a division (Lemire); the bias is far below what a search could
/// notice.
[[nodiscard]] constexpr std::size_t below(std::uint64_t count, std::uint64_t drawn) noexcept {
  return static_cast<std::size_t>(((drawn >> 32) * count) >> 32);
}
/// The seed of the n-th run of a search.
[[nodiscard]] constexpr std::uint64_t run_seed(std::uint64_t seed, std::uint64_t run) noexcept {
  return seed * 0xd1342543de82ef95u + run;
}

/// Plan: the seed of the run.
class random_picker final : public picker {
public:
  explicit random_picker(std::span<const std::uint64_t> numbers) noexcept : state_(numbers[0]) {}
  std::size_t pick(const choice &now) override { return now.ready.size() == 1 ? 0 : draw(now.ready.size()); }
  extras prepare(allowance &) const noexcept override { return extras::drawn; }
  [[nodiscard]] bool blind() const noexcept override { return true; }
  std::size_t draw(std::size_t count) override { return below(count, next()); }

private:
  std::uint64_t next() noexcept { return mix(state_ += golden); }
  std::uint64_t state_;
};

/// As many runs as asked for.
class random final : public strategy {
public:
  explicit random(std::uint64_t seed) noexcept : seed_(seed) {}
  [[nodiscard]] std::string name() const override { return "random"; }
  bool next(plan &out) override {
    out = {static_cast<std::uint64_t>(picker_kind::random), run_seed(seed_, runs_++)};
    return true;
  }
  [[nodiscard]] bool wants_steps() const noexcept override { return false; }
  [[nodiscard]] schedule_source source() const noexcept override { return schedule_source::random; }

private:
  std::uint64_t seed_, runs_ = 0;
};

} // namespace corace::schedule
