// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All programs.
//
// Left out of the usual collections: qsort_mt and the PARSEC and SPLASH-2 programs, whose bugs hang on the whole of a
// large program; ctrace-test and what else needs two threads in one instruction, or a signal handler in the middle of
// one, since tasks change places at awaits only (aget's handler has become a task); SafeStack, whose threads spin.
#pragma once

#include "bench/programs/chess.h"
#include "bench/programs/everyday.h"
#include "bench/programs/real_programs.h"
#include "bench/programs/sctbench_locks.h"
#include "bench/programs/sctbench_order.h"
#include "bench/programs/sctbench_values.h"

namespace corace::programs {

[[nodiscard]] inline std::vector<program> all_programs() {
  std::vector<program> all;
  add_sctbench_values(all);
  add_sctbench_order(all);
  add_sctbench_locks(all);
  add_chess(all);
  add_real_programs(all);
  add_everyday(all);
  return all;
}

/// Those with very many tasks, where a run takes long.
[[nodiscard]] inline std::vector<program> large_programs() {
  std::vector<program> all;
  add_sctbench_hundreds(all);
  return all;
}

} // namespace corace::programs
