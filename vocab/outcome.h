// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace corace {

/// What became of a finding. Ordered by the strength of the evidence, strongest first: reports sort by it.
enum class outcome : std::uint8_t {
  confirmed,     ///< the explorer forced the interleaving and the printed schedule replays it
  observed,      ///< the interleaving happened in a run that is not under the explorer's control
  predicted,     ///< it did not happen, but a reordering that the program's own synchronisation allows makes it happen
  not_confirmed, ///< both accesses ran, no explored schedule broke the window
  not_reached,   ///< no run came through both accesses
  not_instrumented, ///< the code was not compiled with the pass
  suppressed,       ///< the user said so, with a reason
};

inline constexpr std::array<std::pair<outcome, std::string_view>, 7> outcome_names{{
    {outcome::confirmed, "confirmed"},
    {outcome::observed, "observed"},
    {outcome::predicted, "predicted"},
    {outcome::not_confirmed, "not-confirmed"},
    {outcome::not_reached, "not-reached"},
    {outcome::not_instrumented, "not-instrumented"},
    {outcome::suppressed, "suppressed"},
}};

/// The kebab-case spelling, as it stands in reports and files.
[[nodiscard]] constexpr std::string_view to_string(outcome value) noexcept {
  for (const auto &[key, name] : outcome_names)
    if (key == value)
      return name;
  return "unknown";
}

/// The outcome with this spelling; nothing when there is none.
[[nodiscard]] constexpr std::optional<outcome> outcome_from(std::string_view text) noexcept {
  for (const auto &[key, name] : outcome_names)
    if (name == text)
      return key;
  return std::nullopt;
}

} // namespace corace
