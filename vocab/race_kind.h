// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace corace {

/// What a finding claims. The list, with the meaning of each, is race_kinds.def.
enum class race_kind : std::uint8_t {
#define KIND(enumerator, spelling, shape, meaning) enumerator,
#include "vocab/race_kinds.def"
};

/// The kebab-case spelling, as it stands in reports, ids and files.
[[nodiscard]] constexpr std::string_view to_string(race_kind kind) noexcept {
  switch (kind) {
#define KIND(enumerator, spelling, shape, meaning)                                                                     \
  case race_kind::enumerator: return spelling;
#include "vocab/race_kinds.def"
  }
  return "unknown";
}

/// One sentence for a reader who has never met the kind.
[[nodiscard]] constexpr std::string_view meaning_of(race_kind kind) noexcept {
  switch (kind) {
#define KIND(enumerator, spelling, shape, meaning)                                                                     \
  case race_kind::enumerator: return meaning;
#include "vocab/race_kinds.def"
  }
  return "unknown";
}

/// The kind with this spelling; nothing when there is none.
[[nodiscard]] constexpr std::optional<race_kind> race_kind_from(std::string_view text) noexcept {
#define KIND(enumerator, spelling, shape, meaning)                                                                     \
  if (text == spelling)                                                                                                \
    return race_kind::enumerator;
#include "vocab/race_kinds.def"
  return std::nullopt;
}

} // namespace corace
