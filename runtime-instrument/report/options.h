// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The options of a program, from the variable CORACE_OPTIONS. The list is flags.inc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace corace::report {

using flag = bool;
using number = std::uint64_t;
using text = std::string;

struct options {
#define FLAG(type, name, default_value, sentence) type name = default_value;
#include "flags.inc"
};

/// The options in the text, or one line that says what is wrong with it.
[[nodiscard]] std::variant<options, std::string> parse_options(std::string_view given);
/// A line for each option.
[[nodiscard]] std::string help_text();

} // namespace corace::report
