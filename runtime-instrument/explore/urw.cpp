// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/urw.h"

namespace corace::schedule {

std::size_t urw_picker::pick(const choice &now) {
  if (now.ready.size() == 1)
    return 0;
  std::uint64_t sum = 0;
  for (const ready_task &each : now.ready)
    sum += weight(each);
  std::uint64_t drawn = below(sum, mix(state_ += golden));
  for (std::size_t i = 0;; ++i) {
    const std::uint64_t own = weight(now.ready[i]);
    if (drawn < own || i + 1 == now.ready.size())
      return i;
    drawn -= own;
  }
}

bool urw::next(plan &out) {
  if (plan_.empty() || learned_ != known_.runs()) {
    plan_ = {static_cast<std::uint64_t>(picker_kind::urw), 0};
    task_table::append(plan_, known_.to_come([](std::size_t, std::size_t) { return 1; }));
    learned_ = known_.runs();
  }
  plan_[1] = run_seed(seed_, runs_++);
  out = plan_;
  return true;
}

} // namespace corace::schedule
