// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a process knows at its end, as plain data, and the two ways to hand it over: the evidence file for the corace
// command (docs/design.md, "Files between the halves"), and lines on stderr.
#pragma once

#include "explore/search.h"
#include "vocab/outcome.h"

#include <string>
#include <vector>

namespace corace::report {

struct evidence {
  outcome strength = outcome::observed; ///< of findings that are sure
  std::string token_fingerprint;        ///< empty: findings have no token
  bool searched = false;                ///< the fields that tell of the search count
  schedule::search_result result;
};

/// The text of an evidence file.
[[nodiscard]] std::string to_text(const evidence &e);
/// Replaces the file at once. Empty, or one line that says why it could not.
[[nodiscard]] std::string write_file(const std::string &path, const std::string &text);
/// Empty, or one line that says why write_file() could not.
[[nodiscard]] std::string check_writable(const std::string &path);
/// A line for each finding.
[[nodiscard]] std::string to_lines(const evidence &e);
/// "lost update on 'x': read at f.cpp:9, overwritten at f.cpp:11" or the failure's message.
[[nodiscard]] std::string headline(const schedule::finding &f);

} // namespace corace::report
