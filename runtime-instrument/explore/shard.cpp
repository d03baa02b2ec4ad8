// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "vocab/records.h"

#include <corace/errors.h>
#include <corace/explore_shard.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>

namespace corace {

namespace {
[[nodiscard]] const char *variable(const char *name) {
  const char *value = std::getenv(name);
  return value && *value ? value : nullptr;
}

template <class Number> [[nodiscard]] std::optional<Number> number(std::string_view text) {
  Number n{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return n;
}

/// A test runner's variables; their index counts from 0.
[[nodiscard]] std::optional<explore_shard> runner_shard(const char *index, const char *total) {
  const char *i = variable(index), *n = variable(total);
  if (!i || !n)
    return std::nullopt;
  const auto at = number<std::uint32_t>(i), of = number<std::uint32_t>(n);
  if (!at || !of || *at >= *of)
    throw usage_error(std::string(index) + "=" + i + " and " + total + "=" + n + " name no part of a search");
  return explore_shard{*at + 1, *of};
}

/// Tells the runner that the test program knows of shards.
void touch_status_files() {
  for (const char *name : {"TEST_SHARD_STATUS_FILE", "GTEST_SHARD_STATUS_FILE"})
    if (const char *path = variable(name))
      if (std::FILE *file = std::fopen(path, "a"))
        std::fclose(file);
}

constexpr std::string_view header = "corace-statement-1";
} // namespace

explore_shard parse_shard(std::string_view text) {
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto at = number<std::uint32_t>(text.substr(0, slash)), of = number<std::uint32_t>(text.substr(slash + 1));
    if (at && of && *at >= 1 && *at <= *of)
      return {*at, *of};
  }
  throw usage_error("'" + std::string(text) +
                    "' is no part of a search; write 1/4 for the first of four parts, up to 4/4");
}

std::string to_string(const explore_shard &part) { return std::to_string(part.number) + '/' + std::to_string(part.of); }

explore_shard shard_of_environment() {
  const char *text = variable("CORACE_SHARD");
  if (!text)
    return {};
  if (std::string_view(text) != "runner") {
    try {
      return parse_shard(text);
    } catch (const usage_error &e) {
      throw usage_error(std::string("CORACE_SHARD: ") + e.what());
    }
  }
  auto part = runner_shard("TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS");
  if (!part)
    part = runner_shard("GTEST_SHARD_INDEX", "GTEST_TOTAL_SHARDS");
  if (!part)
    return {}; // a runner that does not split
  touch_status_files();
  return *part;
}

bool detail::take_over_sharding() noexcept {
  try {
    const char *text = variable("CORACE_SHARD");
    if (!text || std::string_view(text) != "runner")
      return false;
    ::setenv("CORACE_SHARD", to_string(shard_of_environment()).c_str(), 1);
    ::unsetenv("GTEST_SHARD_INDEX");
    ::unsetenv("GTEST_TOTAL_SHARDS");
    return true;
  } catch (...) {
    return false; // the first test says what is wrong
  }
}

std::string to_text(std::span<const explore_statement> statements) {
  std::string text;
  for (const explore_statement &each : statements)
    text += std::string(header) + '\t' + records::escape(each.test) + '\t' + to_string(each.part) + '\t' +
            std::to_string(each.runs) + '\t' + std::to_string(each.failures) + '\t' +
            (each.complete ? "complete" : "incomplete") + '\n';
  return text;
}

std::vector<explore_statement> parse_statements(std::string_view text) {
  std::vector<explore_statement> all;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const auto end = text.find('\n');
    const std::string_view whole = text.substr(0, end);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
    if (whole.empty())
      continue;
    const std::vector<std::string> fields = records::split(whole);
    const auto bad = [&](const std::string &why) {
      return usage_error("line " + std::to_string(line) + " of the statements: " + why);
    };
    if (fields.size() != 6 || fields[0] != header)
      throw bad("this is no statement of a part of a search");
    const auto runs = number<std::uint64_t>(fields[3]), failures = number<std::uint64_t>(fields[4]);
    if (!runs || !failures || (fields[5] != "complete" && fields[5] != "incomplete"))
      throw bad("its numbers cannot be read");
    try {
      all.push_back({fields[1], parse_shard(fields[2]), *runs, *failures, fields[5] == "complete"});
    } catch (const usage_error &e) {
      throw bad(e.what());
    }
  }
  return all;
}

std::vector<explore_statement> merge(std::span<const explore_statement> statements) {
  std::vector<explore_statement> merged;
  std::map<std::string, std::map<std::uint32_t, const explore_statement *>> tests;
  std::vector<std::string> order;
  for (const explore_statement &each : statements) {
    auto &parts = tests[each.test];
    if (parts.empty())
      order.push_back(each.test);
    else if (parts.begin()->second->part.of != each.part.of)
      throw usage_error("the search of '" + each.test + "' was split into " +
                        std::to_string(parts.begin()->second->part.of) + " parts and into " +
                        std::to_string(each.part.of) + "; statements of one split are needed");
    const explore_statement *&known = parts[each.part.number];
    if (!known || (each.complete && !known->complete))
      known = &each;
  }
  for (const std::string &test : order) {
    const auto &parts = tests[test];
    explore_statement all{test, {}, 0, 0, parts.size() == parts.begin()->second->part.of};
    for (const auto &[number, each] : parts) {
      all.runs += each->runs;
      all.failures += each->failures;
      all.complete &= each->complete;
    }
    merged.push_back(std::move(all));
  }
  return merged;
}

} // namespace corace
