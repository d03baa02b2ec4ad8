// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How many schedules each strategy needs to find the bugs in bench/programs: Markdown tables, and JSON on demand. What
// counts is that the program itself fails, by what it throws or by a deadlock; a race that the detector reports earlier
// does not.
#include "bench/programs/programs.h"
#include "bench/programs/published.h"

#include <corace/errors.h>

#include <fnmatch.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {
using namespace corace;
using namespace corace::programs;

struct settings {
  std::string programs = "*";
  std::uint64_t seeds = 100, cap = 2000, classes = 20'000;
  std::string json;
};

/// A strategy makes one search for each program, or one for each seed.
struct strategy {
  const char *name;
  bool seeded;
};

/// What one strategy did with one program.
struct score {
  double sum = 0;          ///< of the runs in which the bug was found
  std::uint64_t found = 0; ///< in so many searches
  std::uint64_t searches = 0;
  std::string by; ///< the portfolio's strategy that found it
};

struct row {
  const program *of;
  std::vector<score> scores; ///< in the order of the strategies
  std::uint64_t classes = 0;
  bool complete = false;
  double seconds = 0;
};

/// The first run in which the program fails of itself. Nothing: it does not within `cap` runs.
std::optional<explore_failure> first_failure(const program &p, explore_options options, std::uint64_t cap) {
  options.footprints = true;
  options.stop_at_first = true;
  options.runs = cap;
  for (;;) {
    const auto result = explore(p.buggy, options);
    for (const auto &each : result.failures)
      if (each.kind == p.failure)
        return each;
    if (result.failures.empty() || (!options.stop_at_first && options.runs >= cap))
      return std::nullopt;
    // A race came first. The search goes on, in small steps at first, because reporting costs more than running.
    options.runs = options.stop_at_first ? 64 : options.runs * 4;
    options.runs = std::min(options.runs, cap);
    options.stop_at_first = false;
  }
}

score measure(const program &p, const strategy &s, const settings &wanted) {
  score out;
  const std::uint64_t seeds = s.seeded ? wanted.seeds : 1;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    explore_options options;
    options.strategy = s.name;
    options.seed = seed;
    options.seconds = 600;
    ++out.searches;
    if (const auto failure = first_failure(p, options, wanted.cap)) {
      ++out.found;
      out.sum += static_cast<double>(failure->found_in_run);
      out.by = failure->strategy;
    }
  }
  return out;
}

void count_classes(row &to, const settings &wanted) {
  explore_options options;
  options.strategy = "exhaustive";
  options.footprints = true;
  options.runs = wanted.classes;
  options.seconds = 600;
  const auto result = explore(to.of->buggy, options);
  to.classes = result.runs;
  to.complete = result.complete;
}

[[nodiscard]] bool is_known(const char *name) {
  explore_options options;
  options.strategy = name;
  options.runs = 1;
  try {
    (void)explore([]() -> task<void> { co_return; }, options);
  } catch (const usage_error &) {
    return false;
  }
  return true;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), value < 9.95 && value != static_cast<std::uint64_t>(value) ? "%.1f" : "%.0f",
                value);
  return text;
}

/// "4.2"; "4.2*": not for every seed; "-": never.
std::string mean(const score &s) {
  if (s.found == 0)
    return "-";
  return number(s.sum / static_cast<double>(s.found)) + (s.found < s.searches ? "*" : "");
}

std::string cell(const std::string &text) { return " " + text + " |"; }

void print_ours(const std::vector<strategy> &strategies, const std::vector<row> &rows) {
  std::string head = "| program | group | failure | classes |", line = "|---|---|---|---:|";
  for (const strategy &each : strategies) {
    head += cell(each.name);
    line += "---:|";
  }
  std::cout << head << " found by |\n" << line << "---|\n";
  for (const row &each : rows) {
    std::string text = "|" + cell(each.of->name) + cell(each.of->group) + cell(each.of->failure) +
                       cell((each.complete ? "" : ">") + std::to_string(each.classes));
    for (const score &s : each.scores)
      text += cell(mean(s));
    std::cout << text << cell(each.scores.back().by) << '\n';
  }
}

/// Ours beside the published ones, where there are some.
void print_published(const std::vector<strategy> &strategies, const std::vector<row> &rows) {
  struct column {
    std::string_view strategy;
    std::string_view published_numbers::*of;
  };
  constexpr column columns[] = {{"random", &published_numbers::random},
                                {"pct", &published_numbers::pct},
                                {"pos", &published_numbers::pos},
                                {"urw", &published_numbers::urw},
                                {"surw", &published_numbers::surw}};
  std::cout << "\n| program | original |";
  for (const column &c : columns)
    std::cout << ' ' << c.strategy << " | published |";
  std::cout << "\n|---|---|";
  for (std::size_t i = 0; i < std::size(columns); ++i)
    std::cout << "---:|---:|";
  std::cout << '\n';
  for (const row &each : rows) {
    const published_numbers *theirs = published_for(each.of->name);
    if (!theirs)
      continue;
    std::cout << '|' << cell(each.of->name) << cell(std::string(theirs->original));
    for (const column &c : columns) {
      const auto ours =
          std::find_if(strategies.begin(), strategies.end(), [&](const strategy &s) { return s.name == c.strategy; });
      const auto index = static_cast<std::size_t>(ours - strategies.begin());
      std::cout << cell(ours == strategies.end() ? "" : mean(each.scores[index])) << cell(std::string(theirs->*c.of));
    }
    std::cout << '\n';
  }
}

void print_summary(const std::vector<strategy> &strategies, const std::vector<row> &rows) {
  std::cout << '\n' << rows.size() << " programs; found for every seed:";
  for (std::size_t i = 0; i < strategies.size(); ++i) {
    const auto all = std::count_if(rows.begin(), rows.end(),
                                   [&](const row &each) { return each.scores[i].found == each.scores[i].searches; });
    std::cout << (i ? ", " : " ") << strategies[i].name << ' ' << all;
  }
  std::uint64_t latest = 0;
  double seconds = 0;
  std::map<std::string, int> shares;
  for (const row &each : rows) {
    const score &portfolio = each.scores.back();
    if (portfolio.found) {
      latest = std::max(latest, static_cast<std::uint64_t>(portfolio.sum));
      ++shares[portfolio.by];
    }
    seconds += each.seconds;
  }
  std::cout << ".\nThe portfolio's latest find is in run " << latest << "; what found them in it:";
  for (const auto &[by, times] : shares)
    std::cout << (by == shares.begin()->first ? " " : ", ") << by << ' ' << times;
  std::cout << ".\nAll searches took " << number(seconds) << " s.\n";
}

bool write_json(const std::string &file, const std::vector<strategy> &strategies, const std::vector<row> &rows,
                const settings &used) {
  std::ofstream out(file);
  out << "{\"seeds\": " << used.seeds << ", \"cap\": " << used.cap << ", \"programs\": [";
  for (const row &each : rows) {
    out << (&each == rows.data() ? "\n" : ",\n") << "  {\"name\": \"" << each.of->name << "\", \"group\": \""
        << each.of->group << "\", \"failure\": \"" << each.of->failure << "\", \"classes\": " << each.classes
        << ", \"complete\": " << (each.complete ? "true" : "false") << ", \"seconds\": " << each.seconds
        << ", \"found_by\": \"" << each.scores.back().by << "\", \"strategies\": {";
    for (std::size_t i = 0; i < strategies.size(); ++i) {
      const score &s = each.scores[i];
      out << (i ? ", " : "") << '"' << strategies[i].name << "\": {\"searches\": " << s.searches
          << ", \"found\": " << s.found << ", \"mean\": ";
      s.found ? out << s.sum / static_cast<double>(s.found) : out << "null";
      out << '}';
    }
    out << "}}";
  }
  out << "\n]}\n";
  return static_cast<bool>(out.flush());
}

[[noreturn]] void refuse(const std::string &problem) {
  std::cerr << "explore_programs: " << problem
            << "\nusage: explore_programs [--programs GLOB] [--seeds N] [--cap N] [--classes N] [--json FILE]\n";
  std::exit(2);
}

settings parse(int count, char **arguments) {
  settings out;
  const auto to_number = [](std::string_view name, std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value == 0)
      refuse(std::string(name) + " takes a number above 0, not '" + std::string(text) + "'");
    return value;
  };
  for (int i = 1; i < count; i += 2) {
    const std::string_view name = arguments[i];
    if (name != "--programs" && name != "--seeds" && name != "--cap" && name != "--classes" && name != "--json")
      refuse("there is no option '" + std::string(name) + "'");
    if (i + 1 == count)
      refuse(std::string(name) + " takes a value");
    const char *value = arguments[i + 1];
    if (name == "--programs")
      out.programs = value;
    else if (name == "--json")
      out.json = value;
    else
      (name == "--seeds" ? out.seeds : name == "--cap" ? out.cap : out.classes) = to_number(name, value);
  }
  return out;
}
} // namespace

int main(int count, char **arguments) {
  const settings wanted = parse(count, arguments);
  std::vector<program> all = all_programs();
  for (program &each : large_programs())
    all.push_back(std::move(each));
  std::vector<row> rows;
  for (const program &each : all)
    if (fnmatch(wanted.programs.c_str(), each.name, 0) == 0)
      rows.push_back({.of = &each, .scores = {}});
  if (rows.empty())
    refuse("no program is called '" + wanted.programs + "'");
  std::vector<strategy> strategies = {{"fifo", false},      {"serial", false},  {"site-hold", false},
                                      {"task-hold", false}, {"bounded", false}, {"exhaustive", false},
                                      {"random", true},     {"pct", true},      {"pos", true},
                                      {"urw", true},        {"surw", true},     {"portfolio", false}};
  std::erase_if(strategies, [](const strategy &each) {
    const bool known = is_known(each.name);
    if (!known)
      std::cerr << "explore_programs: there is no strategy '" << each.name << "', its column is left out\n";
    return !known;
  });
  for (row &each : rows) {
    const auto begin = std::chrono::steady_clock::now();
    for (const strategy &s : strategies)
      each.scores.push_back(measure(*each.of, s, wanted));
    count_classes(each, wanted);
    each.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  print_ours(strategies, rows);
  print_published(strategies, rows);
  print_summary(strategies, rows);
  if (!wanted.json.empty() && !write_json(wanted.json, strategies, rows, wanted)) {
    std::cerr << "explore_programs: cannot write '" << wanted.json << "'\n";
    return 1;
  }
}
