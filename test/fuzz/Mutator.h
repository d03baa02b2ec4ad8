// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mutations of C++ that keep much of it compiling: they work on words, statements and blocks, not on bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace corace::fuzz {

/// One mutation, or a few, of a source. The same seed gives the same result.
std::string mutate(std::string_view Source, std::uint32_t Seed);
/// The first source with a statement or a block of the second.
std::string cross(std::string_view Into, std::string_view From, std::uint32_t Seed);

} // namespace corace::fuzz
