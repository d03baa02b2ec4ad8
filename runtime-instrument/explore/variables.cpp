// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/variables.h"

#include <link.h>

#include <cstring>

namespace corace::schedule {

namespace {
struct range {
  std::uintptr_t begin, end;
};

/// Stops at the module whose writable part holds the range.
int holds(dl_phdr_info *module, std::size_t, void *argument) {
  const auto &asked = *static_cast<const range *>(argument);
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const auto &part = module->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || !(part.p_flags & PF_W))
      continue;
    const std::uintptr_t begin = module->dlpi_addr + part.p_vaddr;
    if (asked.begin >= begin && asked.end <= begin + part.p_memsz)
      return 1;
  }
  return 0;
}
} // namespace

bool read_variable(std::uintptr_t address, std::uint32_t size, std::uint64_t &value) noexcept {
  if (size == 0 || size > sizeof(value))
    return false;
  range asked{address, address + size};
  if (!::dl_iterate_phdr(holds, &asked))
    return false;
  value = 0;
  std::memcpy(&value, reinterpret_cast<const void *>(address), size);
  return true;
}

} // namespace corace::schedule
