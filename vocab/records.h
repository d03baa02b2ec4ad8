// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the two halves talk through files: one record a line, fields parted by tabs, the first field names the record.
// The records themselves are listed in docs/design.md ("Files between the halves").
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace corace::records {

inline constexpr std::string_view evidence_header = "corace-evidence\t1";
inline constexpr std::string_view candidates_header = "corace-candidates\t1";
inline constexpr std::string_view end_record = "end"; ///< the last line; a file without it was cut off

/// Makes any text fit into one field: tab, newline, carriage return and backslash become \t \n \r \\.
[[nodiscard]] inline std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    switch (c) {
    case '\t': out += "\\t"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\\': out += "\\\\"; break;
    default: out += c;
    }
  }
  return out;
}

/// Undoes escape(). An unknown escape stands for its own character, so no input is refused.
[[nodiscard]] inline std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    switch (char c = text[++i]) {
    case 't': out += '\t'; break;
    case 'n': out += '\n'; break;
    case 'r': out += '\r'; break;
    default: out += c;
    }
  }
  return out;
}

/// The fields of one line, unescaped. An empty line has one empty field.
[[nodiscard]] inline std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> fields;
  for (;;) {
    const auto tab = line.find('\t');
    fields.push_back(unescape(line.substr(0, tab)));
    if (tab == std::string_view::npos)
      return fields;
    line.remove_prefix(tab + 1);
  }
}

} // namespace corace::records
