// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The site tables of this process, one for each instrumented module, as their constructors announce them.
#pragma once

#include "detect/detector.h"

#include <cstddef>
#include <vector>

namespace corace::detect {

struct module_sites {
  const corace_site *begin, *end;
};

/// Every module that announced itself so far. Callers hold no lock: constructors run before the threads that ask.
[[nodiscard]] const std::vector<module_sites> &modules() noexcept;
/// Grows with each new module, so that what was derived from the tables can be found out of date.
[[nodiscard]] std::size_t modules_generation() noexcept;

/// The same function text of the same module stands at the same address: cheap to compare on every access.
[[nodiscard]] inline const char *text_at(const std::int32_t &field) noexcept {
  return field == 0 ? "" : reinterpret_cast<const char *>(&field) + field;
}
[[nodiscard]] inline bool same_function(const corace_site &a, const corace_site &b) noexcept {
  return text_at(a.function) == text_at(b.function) && a.function != 0;
}
[[nodiscard]] inline bool is_system(const corace_site *site) noexcept {
  return site == nullptr || (site->flags & CORACE_SITE_SYSTEM) != 0;
}

} // namespace corace::detect
