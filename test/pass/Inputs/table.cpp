// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints the write sites of the file that is named, as the running program sees its own table.
#include "detect/detector.h"

#include <cstdio>
#include <string_view>

extern "C" const corace_site __start_corace_sites[], __stop_corace_sites[];

int main(int, char **arguments) {
  for (const corace_site *site = __start_corace_sites; site != __stop_corace_sites; ++site) {
    if (site->kind != CORACE_SITE_WRITE || !std::string_view(corace::detect::file_of(*site)).ends_with(arguments[1]))
      continue;
    std::printf("%s%s %u: %s\n", (site->flags & CORACE_SITE_SYSTEM) != 0 ? "library's " : "",
                (site->flags & CORACE_SITE_WRITE_BACK) != 0 ? "write back" : "write", site->line,
                corace::detect::object_of(*site));
  }
}
