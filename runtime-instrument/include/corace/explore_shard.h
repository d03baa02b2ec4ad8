// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A search that is split over machines: each runs one part of the same search, and what they say of their parts is put
// together.
//
// An enumeration is split without overlap, and is complete when all its parts are. Random schedules are dealt out in
// turn. The few schedules that a portfolio begins with are those of the first part.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace corace {

/// The n-th of m parts, from 1.
struct explore_shard {
  std::uint32_t number = 1, of = 1;
  bool operator==(const explore_shard &) const = default;
};

/// "2/5". Throws usage_error when the text is no such thing.
[[nodiscard]] explore_shard parse_shard(std::string_view text);
[[nodiscard]] std::string to_string(const explore_shard &part);

/// What the environment asks for. CORACE_SHARD=2/5 says it; with CORACE_SHARD=runner it is what Bazel
/// (TEST_SHARD_INDEX, TEST_TOTAL_SHARDS) or GoogleTest's runner (GTEST_SHARD_INDEX, GTEST_TOTAL_SHARDS) say, and their
/// status file is touched. These variables alone deal out whole tests and do not split searches. Throws usage_error.
[[nodiscard]] explore_shard shard_of_environment();

/// What one part of a search says of itself, or all that are known together.
struct explore_statement {
  std::string test;
  explore_shard part;
  std::uint64_t runs = 0, failures = 0;
  bool complete = false; ///< nothing of its part was left out
};

/// A line for each, to be kept in files; the lines of several files may be joined.
[[nodiscard]] std::string to_text(std::span<const explore_statement> statements);
/// Throws usage_error that names the line.
[[nodiscard]] std::vector<explore_statement> parse_statements(std::string_view text);
/// One statement for each test, as of a search that was not split: complete when every part of it is there and
/// complete. A part that is there twice counts once. Throws usage_error when a test was split in different ways.
[[nodiscard]] std::vector<explore_statement> merge(std::span<const explore_statement> statements);

namespace detail {
/// With CORACE_SHARD=runner: from here on GoogleTest runs all tests, and each search is split instead.
bool take_over_sharding() noexcept;
} // namespace detail

} // namespace corace
