// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "detect/detector.h"

#include <corace/detail/promise.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace corace::detail {

namespace {
/// "fetch" out of "corace::task<int> ns::fetch(int)": what a reader calls the coroutine.
[[nodiscard]] std::string_view short_name(std::string_view signature) {
  int depth = 0;
  std::size_t end = signature.size();
  for (std::size_t i = 0; i < signature.size(); ++i) { // up to the parameter list, which stands outside of all <>
    if (signature[i] == '<')
      ++depth;
    else if (signature[i] == '>')
      --depth;
    else if (signature[i] == '(' && depth == 0) {
      end = i;
      break;
    }
  }
  std::string_view name = signature.substr(0, end);
  for (std::size_t i = name.size(); i-- > 0;) {
    if (name[i] == '>')
      ++depth;
    else if (name[i] == '<')
      --depth;
    else if (depth == 0 && (name[i] == ' ' || name[i] == ':'))
      return name.substr(i + 1);
  }
  return name;
}
} // namespace

const corace_site *current_creation_call() noexcept { return detect::current_call(); }

void report_never_awaited(const creation &where) noexcept {
  const std::string name(short_name(where.coroutine.function_name()));
  if (where.call)
    std::fprintf(stderr, "corace: coroutine '%s' was never awaited; created at %s:%u\n", name.c_str(),
                 detect::file_of(*where.call), where.call->line);
  else
    std::fprintf(stderr, "corace: coroutine '%s' was never awaited; it stands at %s:%u\n", name.c_str(),
                 where.coroutine.file_name(), static_cast<unsigned>(where.coroutine.line()));
}

} // namespace corace::detail
