// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "vocab/race_kind.h"
#include "vocab/stable_hash.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace corace {

/// The last `digits` digits of a number in Crockford's base 32 (no I, L, O, U: nothing to misread).
[[nodiscard]] inline std::string base32(std::uint64_t number, int digits) {
  constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string text(static_cast<std::size_t>(digits), '0');
  for (std::size_t i = text.size(); i-- > 0; number >>= 5)
    text[i] = alphabet[number & 31];
  return text;
}

/// A finding's identity, for example `lost-update-7Q3K9F2D`. It survives edits elsewhere: no line numbers go in.
/// `ordinal` tells apart findings that are otherwise alike, in the order of the source.
[[nodiscard]] inline std::string finding_id(race_kind kind, std::string_view file_name, std::string_view function,
                                            std::string_view object, std::uint64_t ordinal) {
  stable_hash hash;
  hash.add(to_string(kind)).add(file_name).add(function).add(object).add(ordinal);
  return std::string(to_string(kind)) + '-' + base32(hash.value(), 8);
}

} // namespace corace
