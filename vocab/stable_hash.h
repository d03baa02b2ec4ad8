// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string_view>

namespace corace {

/// A 64-bit hash that is the same on every machine, compiler and run: FNV-1a (Fowler, Noll, Vo) over bytes, finished
/// with the mixer of SplitMix64 so that its low bits can be cut off. Not for hostile input.
class stable_hash {
public:
  /// Adds the text and a terminator, so that ("ab", "c") and ("a", "bc") differ.
  constexpr stable_hash &add(std::string_view text) noexcept {
    for (char c : text)
      byte(static_cast<unsigned char>(c));
    byte(0xff); // in no UTF-8 text
    return *this;
  }
  constexpr stable_hash &add(std::uint64_t number) noexcept {
    for (int shift = 0; shift < 64; shift += 8)
      byte(static_cast<unsigned char>(number >> shift));
    return *this;
  }
  [[nodiscard]] constexpr std::uint64_t value() const noexcept {
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

private:
  constexpr void byte(unsigned char b) noexcept { state_ = (state_ ^ b) * 0x100000001b3u; }
  std::uint64_t state_ = 0xcbf29ce484222325u;
};

} // namespace corace
