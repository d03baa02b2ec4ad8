// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "detect/detector.h"
#include "report/notes.h"

#include <corace/detail/promise.h>

#include <cstdio>
#include <string>

namespace corace::detail {

void report_never_awaited(const creation &where) noexcept {
  report::note n{.kind = race_kind::never_awaited,
                 .site = where.call,
                 .file = where.coroutine.file_name(),
                 .function = where.coroutine.function_name(),
                 .line = static_cast<std::uint32_t>(where.coroutine.line()),
                 .message = {}};
  n.message = "coroutine '" + std::string(report::short_name(n.function)) + "' was never awaited";
  if (where.call)
    std::fprintf(stderr, "corace: %s; created at %s:%u\n", n.message.c_str(), detect::file_of(*where.call),
                 where.call->line);
  else
    std::fprintf(stderr, "corace: %s; it stands at %s:%u\n", n.message.c_str(), n.file.c_str(), n.line);
  report::add_note(std::move(n));
}

void refuse_second_await(const creation &where) {
  throw usage_error("corace::task: the coroutine '" + std::string(report::short_name(where.coroutine.function_name())) +
                    "' is awaited for the second time; create_task() gives a handle that can be awaited again");
}

} // namespace corace::detail
