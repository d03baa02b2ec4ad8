// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/token.h"

#include "vocab/finding_id.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>

namespace corace::schedule {

namespace {
constexpr int build_digits = 4, test_digits = 2;
constexpr std::string_view version = "c2";

[[nodiscard]] std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

[[nodiscard]] bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] bool is_letter(char c) noexcept { return c >= 'a' && c <= 'z'; }

/// A number from 1 on at the end of the text, which is cut off it; 0: there is none.
[[nodiscard]] std::uint32_t cut_number(std::string_view &text) noexcept {
  std::size_t begin = text.size();
  while (begin > 0 && is_digit(text[begin - 1]))
    --begin;
  const std::string_view digits = text.substr(begin);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || digits[0] == '0' || error != std::errc() || end != digits.data() + digits.size())
    return 0;
  text.remove_suffix(digits.size());
  return number;
}

using parsed_deviation = std::variant<deviation, std::string>;

/// "A1" into place and number; else what is wrong.
[[nodiscard]] std::string parse_place(std::string_view text, std::string_view part, deviation &to) {
  to.segments = cut_number(part);
  if (to.segments == 0)
    return "the deviation " + quoted(text) + " has no number of segments; it should read like A1-B";
  const auto place = from_label(part);
  if (!place)
    return quoted(part) + " in the deviation " + quoted(text) + " names no task";
  to.after = *place;
  return {};
}

/// "A1v2", "A1q" or "A1e".
[[nodiscard]] parsed_deviation parse_choice(std::string_view text) {
  const auto at = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_letter) - text.begin());
  if (at == text.size())
    return "the deviation " + quoted(text) + " has no '-'; it should read like A1-B";
  constexpr std::string_view kinds = "vqe"; // in the order of detail::choice_kind
  const auto kind = kinds.find(text[at]);
  if (kind == std::string_view::npos)
    return quoted(text.substr(at, 1)) + " in the deviation " + quoted(text) +
           " is no choice; there are v, q and e, as in A1v2, A1q and A1e";
  deviation d;
  d.choice = static_cast<detail::choice_kind>(kind);
  d.value = 1;
  if (*d.choice == detail::choice_kind::value) {
    std::string_view rest = text.substr(at + 1);
    d.value = cut_number(rest);
    if (d.value == 0 || !rest.empty())
      return "the deviation " + quoted(text) + " has no value above 0; it should read like A1v2";
  } else if (at + 1 != text.size()) {
    return "the deviation " + quoted(text) + " goes on after its " + quoted(text.substr(at, 1));
  }
  if (std::string problem = parse_place(text, text.substr(0, at), d); !problem.empty())
    return problem;
  return d;
}

/// "A1-B", "A1-Bx", "A1-Bw" or "A1-Bt2".
[[nodiscard]] parsed_deviation parse_deviation(std::string_view text) {
  using detail::move_kind;
  const auto dash = text.find('-');
  if (dash == std::string_view::npos)
    return parse_choice(text);
  deviation d;
  if (std::string problem = parse_place(text, text.substr(0, dash), d); !problem.empty())
    return problem;
  std::string_view right = text.substr(dash + 1);
  if (right.ends_with('x') || right.ends_with('w')) {
    d.move = right.back() == 'x' ? move_kind::cancel : move_kind::wake;
    right.remove_suffix(1);
  } else if (right.find('t') != std::string_view::npos) {
    d.move = move_kind::timer;
    d.timer = cut_number(right);
    if (d.timer == 0 || !right.ends_with('t'))
      return "the deviation " + quoted(text) + " has no number of a timer; it should read like A1-Bt1";
    right.remove_suffix(1);
  }
  const auto to = from_label(right);
  if (!to)
    return quoted(right) + " in the deviation " + quoted(text) + " names no task";
  d.to = *to;
  return d;
}
} // namespace

std::string to_string(const deviation &d) {
  using detail::choice_kind;
  using detail::move_kind;
  const std::string place = to_label(d.after) + std::to_string(d.segments);
  if (d.choice)
    switch (*d.choice) {
    case choice_kind::value: return place + 'v' + std::to_string(d.value);
    case choice_kind::full: return place + 'q';
    case choice_kind::exception: return place + 'e';
    }
  const std::string move = place + '-' + to_label(d.to);
  switch (d.move) {
  case move_kind::task: break;
  case move_kind::cancel: return move + 'x';
  case move_kind::wake: return move + 'w';
  case move_kind::timer: return move + 't' + std::to_string(d.timer);
  }
  return move;
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
    return which + "it should read like c2.k3f9.A1-B";
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

namespace {
/// Writes a run's decisions down as deviations.
class recorder {
public:
  explicit recorder(const run_memory &run) : run_(run) {
    for (const task_entry &each : run.tasks.all())
      places_.emplace(each.key, from_label(each.label).value_or(task_place{}));
  }

  void add(std::size_t at) {
    const step_entry &step = run_.steps[at];
    if (step.last == 0)
      return; // nothing has run: there is no place to name
    if (step.deviates) {
      out_.insert(out_.end(), passed_.begin(), passed_.end());
      passed_.clear();
      out_.push_back(move(step, step.owner, step.timer));
    } else if (step.what == detail::move_kind::timer) {
      // That time passes goes without saying, but not that it does so before something else at the same place.
      if (step.timer)
        passed_.push_back(move(step, step.owner, step.timer));
      for (const expiry_entry &each : run_.expiries.all())
        if (each.step == at)
          passed_.push_back(move(step, each.owner, each.timer));
    }
    if (step.what == detail::move_kind::task)
      passed_.clear();
  }
  void add(const value_entry &each) {
    if (each.value == 0)
      return;
    deviation d{.after = places_[each.asker], .segments = each.number};
    d.choice = each.what;
    d.value = each.value;
    out_.push_back(std::move(d));
  }
  [[nodiscard]] std::vector<deviation> take() { return std::move(out_); }

private:
  [[nodiscard]] deviation move(const step_entry &step, task_key owner, std::uint32_t timer) {
    return {.after = places_[step.last],
            .segments = step.last_segments,
            .to = places_[owner],
            .move = step.what,
            .timer = timer,
            .choice = {},
            .value = 0};
  }

  const run_memory &run_;
  std::unordered_map<task_key, task_place> places_;
  std::vector<deviation> out_;
  std::vector<deviation> passed_; ///< canonical moves since the last segment
};
} // namespace

std::vector<deviation> deviations_of(const run_memory &run) {
  recorder all(run);
  const auto values = run.values.all();
  auto value = values.begin();
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    all.add(i);
    for (; value != values.end() && value->step == i; ++value)
      all.add(*value);
  }
  return all.take();
}

} // namespace corace::schedule
