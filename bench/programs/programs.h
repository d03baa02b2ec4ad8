// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All programs.
#pragma once

#include "bench/programs/everyday.h"
#include "bench/programs/sctbench_locks.h"
#include "bench/programs/sctbench_order.h"
#include "bench/programs/sctbench_values.h"

namespace corace::programs {

[[nodiscard]] inline std::vector<program> all_programs() {
  std::vector<program> all;
  add_sctbench_values(all);
  add_sctbench_order(all);
  add_sctbench_locks(all);
  add_everyday(all);
  return all;
}

} // namespace corace::programs
