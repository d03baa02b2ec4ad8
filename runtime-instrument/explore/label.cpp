// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/label.h"

#include <corace/detail/task_state.h>

#include <algorithm>
#include <charconv>

namespace corace::schedule {

namespace {
/// 1 is A, 26 is Z, 27 is AA.
[[nodiscard]] std::string letters(std::uint32_t ordinal) {
  std::string text;
  for (; ordinal; ordinal = (ordinal - 1) / 26)
    text += static_cast<char>('A' + (ordinal - 1) % 26);
  std::reverse(text.begin(), text.end());
  return text;
}

[[nodiscard]] std::optional<std::uint32_t> ordinal_of(std::string_view text) {
  std::uint64_t ordinal = 0;
  for (char c : text) {
    if (c < 'A' || c > 'Z')
      return std::nullopt;
    ordinal = ordinal * 26 + static_cast<std::uint64_t>(c - 'A' + 1);
    if (ordinal > 0xffffffffu)
      return std::nullopt;
  }
  return ordinal ? std::optional(static_cast<std::uint32_t>(ordinal)) : std::nullopt;
}
} // namespace

std::string to_label(const task_place &place) {
  std::string text = place.loop == 1 ? "" : std::to_string(place.loop) + '/';
  if (place.path.empty())
    return text + '_';
  for (std::size_t i = 0; i < place.path.size(); ++i)
    text += (i ? "." : "") + letters(place.path[i]);
  return text;
}

std::optional<task_place> from_label(std::string_view label) {
  task_place place;
  if (const auto slash = label.find('/'); slash != std::string_view::npos) {
    const auto [end, error] = std::from_chars(label.data(), label.data() + slash, place.loop);
    if (error != std::errc() || end != label.data() + slash || place.loop < 2 || label[0] == '0')
      return std::nullopt;
    label.remove_prefix(slash + 1);
  }
  if (label == "_")
    return place;
  for (;;) {
    const auto dot = label.find('.');
    const auto ordinal = ordinal_of(label.substr(0, dot));
    if (!ordinal)
      return std::nullopt;
    place.path.push_back(*ordinal);
    if (dot == std::string_view::npos)
      return place;
    label.remove_prefix(dot + 1);
  }
}

task_key key_of(const task_place &place) {
  task_key key = detail::watched_task::key_of_child(0, place.loop);
  for (std::uint32_t ordinal : place.path)
    key = detail::watched_task::key_of_child(key, ordinal);
  return key;
}

std::string nth(std::uint32_t n) {
  const bool teen = n / 10 % 10 == 1;
  constexpr const char *endings[] = {"th", "st", "nd", "rd"};
  return std::to_string(n) + endings[teen || n % 10 > 3 ? 0 : n % 10];
}

} // namespace corace::schedule
