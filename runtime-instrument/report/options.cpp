// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/options.h"

#include "explore/strategy_names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <numeric>
#include <utility>
#include <vector>

namespace corace::report {

namespace {
[[nodiscard]] std::string quoted(std::string_view s) { return "'" + std::string(s) + "'"; }

/// Each returns what was expected instead, or nothing.
[[nodiscard]] const char *assign(flag &to, std::string_view value) {
  if (value != "0" && value != "1")
    return "0 or 1";
  to = value == "1";
  return nullptr;
}
[[nodiscard]] const char *assign(number &to, std::string_view value) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), to);
  return value.empty() || error != std::errc() || end != value.data() + value.size() ? "a number" : nullptr;
}
[[nodiscard]] const char *assign(text &to, std::string_view value) {
  to = value;
  return nullptr;
}

/// Levenshtein's distance.
[[nodiscard]] std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t change = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

constexpr std::array names{
#define FLAG(type, name, default_value, sentence) std::string_view(#name),
#include "flags.inc"
};

[[nodiscard]] std::string unknown(std::string_view name) {
  const auto nearest = std::min_element(names.begin(), names.end(), [&](std::string_view a, std::string_view b) {
    return distance(a, name) < distance(b, name);
  });
  return "there is no option " + quoted(name) + "; did you mean " + quoted(*nearest) + "?";
}

/// One name=value; an empty text when all is well.
[[nodiscard]] std::string set(options &all, std::string_view setting) {
  const auto equals = setting.find('=');
  const std::string_view name = setting.substr(0, equals);
  const bool has_value = equals != std::string_view::npos;
  const std::string_view value = has_value ? setting.substr(equals + 1) : std::string_view();
  const char *expected = nullptr;
  bool found = false;
#define FLAG(type, flag_name, default_value, sentence)                                                                 \
  if (name == #flag_name) {                                                                                            \
    found = true;                                                                                                      \
    if (has_value)                                                                                                     \
      expected = assign(all.flag_name, value);                                                                         \
  }
#include "flags.inc"
  if (!found)
    return unknown(name);
  if (!has_value)
    return "the option " + quoted(name) + " has no value; write " + std::string(name) + "=...";
  if (expected)
    return "the option " + quoted(name) + " takes " + expected + ", not " + quoted(value);
  return {};
}

/// The settings, with \: and \\ undone.
[[nodiscard]] std::vector<std::string> split(std::string_view given) {
  std::vector<std::string> settings(1);
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i] == '\\' && i + 1 < given.size() && (given[i + 1] == ':' || given[i + 1] == '\\'))
      settings.back() += given[++i];
    else if (given[i] == ':')
      settings.emplace_back();
    else
      settings.back() += given[i];
  }
  return settings;
}

[[nodiscard]] std::string check(const options &all) {
  constexpr auto one_of = [](const std::string &value, std::initializer_list<const char *> choices) {
    return std::any_of(choices.begin(), choices.end(), [&](const char *choice) { return value == choice; });
  };
  if (!one_of(all.mode, {"run", "explore", "replay"}))
    return "the option 'mode' takes run, explore or replay, not " + quoted(all.mode);
  if (!schedule::is_strategy(all.strategy))
    return "the option 'strategy' takes " + schedule::listed(schedule::strategy_names, "or") + ", not " +
           quoted(all.strategy);
  if (all.mode == "replay" && all.token.empty())
    return "mode=replay needs the option 'token'";
  if (all.mode != "replay" && (all.lenient || all.stop))
    return std::string("the option '") + (all.lenient ? "lenient" : "stop") + "' needs mode=replay";
  if (all.mode == "run" && !one_of(all.strategy, {"portfolio", "fifo", "serial", "random"}))
    return "strategy=" + all.strategy + " needs mode=explore";
  if (!one_of(all.bound, {"delays", "preemptions"}))
    return "the option 'bound' takes delays or preemptions, not " + quoted(all.bound);
  if (!one_of(all.timers, {"strict", "free"}))
    return "the option 'timers' takes strict or free, not " + quoted(all.timers);
  if (all.runs == 0)
    return "the option 'runs' takes a number above 0";
  return {};
}
} // namespace

std::variant<options, std::string> parse_options(std::string_view given) {
  options all;
  for (const std::string &setting : split(given))
    if (!setting.empty())
      if (std::string problem = set(all, setting); !problem.empty())
        return problem;
  if (std::string problem = check(all); !problem.empty())
    return problem;
  return all;
}

std::string help_text() {
  std::string lines = "CORACE_OPTIONS, name=value joined by ':'\n";
#define FLAG(type, name, default_value, sentence)                                                                      \
  lines += "  " #name " (" #type ", " #default_value "): " sentence "\n";
#include "flags.inc"
  return lines;
}

} // namespace corace::report
