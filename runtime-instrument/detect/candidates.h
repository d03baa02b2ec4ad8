// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The static half's candidates and the sites that belong to their two places.
#pragma once

#include "detect/detector.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace corace::detect {

/// A site stands at one of a candidate's places.
struct role {
  std::uint32_t candidate;
  bool first, second; ///< both where the two places share a line
};

/// What an access has to be, by the kind's shape.
struct shape {
  bool first_written, rival_written, second_written;
};
[[nodiscard]] shape shape_of(race_kind kind) noexcept;

class candidate_table {
public:
  [[nodiscard]] std::string load(const std::string &path);
  [[nodiscard]] const std::vector<candidate> &all() const noexcept { return candidates_; }
  [[nodiscard]] bool empty() const noexcept { return candidates_.empty(); }
  /// Whether a window of some candidate is broken by a read, so that reads have to be remembered.
  [[nodiscard]] bool wants_reads() const noexcept { return wants_reads_; }
  [[nodiscard]] std::span<const role> roles_of(const corace_site *site);

private:
  void index();

  std::vector<candidate> candidates_;
  bool wants_reads_ = false;
  std::size_t indexed_modules_ = 0;
  std::unordered_map<const corace_site *, std::vector<role>> roles_;
};

/// Whether two spellings of a source file mean the same: equal, or one is a tail of the other's path.
[[nodiscard]] bool same_file(std::string_view a, std::string_view b) noexcept;
/// The last name of a function without template arguments and parameters: "Session::get<int>(char)" gives "get".
[[nodiscard]] std::string_view last_name(std::string_view function) noexcept;
/// Whether a demangled name is one of the standard library's, whatever its parameters are.
[[nodiscard]] bool in_standard_library(std::string_view function) noexcept;

} // namespace corace::detect
