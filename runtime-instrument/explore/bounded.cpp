// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/bounded.h"

#include <algorithm>

namespace corace::schedule {

std::size_t bounded_picker::pick(const choice &now) {
  const std::size_t base = canonical(now);
  if (left_.empty() || left_[0] != now.step)
    return base;
  const std::uint64_t passed = left_[1];
  left_ = left_.subspan(2);
  return passed < now.ready.size() ? (base + passed) % now.ready.size() : give_up; // learn() finds out
}

bool bounded::next(plan &out) {
  if (exhausted_)
    return false;
  out = {static_cast<std::uint64_t>(picker_kind::bounded)};
  for (std::size_t i = 0; i < stack_.size(); ++i)
    if (stack_[i].passed)
      out.insert(out.end(), {i, stack_[i].passed});
  return true;
}

void bounded::learn(const run_memory &run) {
  const run_flags &flags = run.flags[0];
  cut_ |= flags.cut_off || flags.left_out || run.steps.overflowed() || run.ready.overflowed();
  const bool same = run.steps.size() >= stack_.size() &&
                    std::equal(stack_.begin(), stack_.empty() ? stack_.end() : std::prev(stack_.end()),
                               run.steps.all().begin(), [](const node &expected, const step_entry &step) {
                                 return expected.chosen == step.chosen && expected.ready == step.ready_count;
                               });
  if (!same) {
    nondeterminism_ = "the same schedule led to other decisions when it was run again";
    cut_ = true;
  } else {
    if (!stack_.empty())
      stack_.back().chosen = run.steps[stack_.size() - 1].chosen;
    for (std::size_t i = stack_.size(); i < run.steps.size(); ++i) {
      const step_entry &step = run.steps[i];
      const auto ready = run.ready_at(step);
      stack_.push_back(
          {step.chosen, step.ready_count, 0, std::find(ready.begin(), ready.end(), step.last) != ready.end()});
    }
  }
  if (backtrack())
    return;
  exhausted_ = !kept_out_;
  if (kept_out_)
    ++bound_; // and the canonical run once more: it tells where the schedule can be left
  kept_out_ = false;
}

bool bounded::backtrack() {
  for (; !stack_.empty(); stack_.pop_back()) {
    node &top = stack_.back();
    spent_ -= cost(top, top.passed);
    if (++top.passed < top.ready) {
      if (spent_ + cost(top, top.passed) <= bound_) {
        spent_ += cost(top, top.passed);
        return true;
      }
      kept_out_ = true;
    }
  }
  return false;
}

} // namespace corace::schedule
