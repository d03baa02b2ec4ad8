// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/token.h"

#include "vocab/finding_id.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace corace::schedule {

namespace {
constexpr int build_digits = 4, test_digits = 2;
constexpr std::string_view version = "c1";

[[nodiscard]] std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

/// "A1-B"
[[nodiscard]] std::variant<deviation, std::string> parse_deviation(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos)
    return "the deviation " + quoted(text) + " has no '-'; it should read like A1-B";
  const std::string_view left = text.substr(0, dash), right = text.substr(dash + 1);
  std::size_t digits = left.size();
  while (digits > 0 && left[digits - 1] >= '0' && left[digits - 1] <= '9')
    --digits;
  deviation d;
  const std::string_view number = left.substr(digits);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), d.segments);
  if (number.empty() || error != std::errc() || end != number.data() + number.size() || number[0] == '0')
    return "the deviation " + quoted(text) + " has no number of segments; it should read like A1-B";
  const auto after = from_label(left.substr(0, digits)), to = from_label(right);
  if (!after || !to)
    return quoted(after ? right : left.substr(0, digits)) + " in the deviation " + quoted(text) + " names no task";
  d.after = *after;
  d.to = *to;
  return d;
}
} // namespace

std::string to_string(const deviation &d) {
  return to_label(d.after) + std::to_string(d.segments) + '-' + to_label(d.to);
}

std::string to_string(const token &t) {
  std::string text = std::string(version) + '.' + t.fingerprint + '.';
  for (std::size_t i = 0; i < t.deviations.size(); ++i)
    text += (i ? "," : "") + to_string(t.deviations[i]);
  return t.deviations.empty() ? text + '-' : text;
}

std::variant<token, std::string> parse_token(std::string_view text) {
  const std::string which = "the token " + quoted(text) + " is malformed: ";
  const auto first = text.find('.');
  const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos)
    return which + "it should read like c1.k3f9.A1-B";
  if (text.substr(0, first) != version)
    return "the token " + quoted(text) + " is of version " + quoted(text.substr(0, first)) + ", this program reads " +
           std::string(version);
  token t;
  t.fingerprint = text.substr(first + 1, second - first - 1);
  constexpr std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";
  if ((t.fingerprint.size() != build_digits && t.fingerprint.size() != build_digits + test_digits) ||
      t.fingerprint.find_first_not_of(digits) != std::string::npos)
    return which + quoted(t.fingerprint) + " is no fingerprint";
  std::string_view rest = text.substr(second + 1);
  if (rest == "-")
    return t;
  for (;;) {
    const auto comma = rest.find(',');
    auto parsed = parse_deviation(rest.substr(0, comma));
    if (auto *problem = std::get_if<std::string>(&parsed))
      return which + *problem;
    t.deviations.push_back(std::get<deviation>(std::move(parsed)));
    if (comma == std::string_view::npos)
      return t;
    rest.remove_prefix(comma + 1);
  }
}

[[nodiscard]] static std::string digits_of(std::uint64_t number, int count) {
  std::string text = base32(number, count);
  for (char &c : text)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string program_fingerprint() { return digits_of(detect::fingerprint(), build_digits); }

std::string test_fingerprint(std::string_view test) {
  return program_fingerprint() + (test.empty() ? "" : digits_of(stable_hash().add(test).value(), test_digits));
}

bool of_another_test(const token &t, std::string_view test) {
  return t.fingerprint.size() > build_digits && t.fingerprint != test_fingerprint(test);
}

std::variant<token, std::string> parse_own_token(std::string_view text) {
  auto parsed = parse_token(text);
  if (const auto *t = std::get_if<token>(&parsed))
    if (const std::string own = program_fingerprint(); !t->fingerprint.starts_with(own))
      return "the token " + quoted(text) + " was made by another build: its fingerprint is " +
             quoted(t->fingerprint.substr(0, build_digits)) + ", this program's is " + quoted(own) +
             "; search again with this build";
  return parsed;
}

task_key canonical(std::span<const task_key> ready, task_key last) noexcept {
  return std::find(ready.begin(), ready.end(), last) != ready.end() ? last : ready.front();
}

std::vector<deviation> deviations_of(const run_memory &run) {
  std::unordered_map<task_key, task_place> places;
  for (const task_entry &each : run.tasks.all())
    places.emplace(each.key, from_label(each.label).value_or(task_place{}));
  std::vector<deviation> out;
  for (const step_entry &step : run.steps.all())
    if (step.last && step.deviates)
      out.push_back({places[step.last], step.last_segments, places[step.chosen]});
  return out;
}

} // namespace corace::schedule
