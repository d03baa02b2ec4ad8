// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/replay.h"

namespace corace::schedule {

std::string replay::unapplied(const std::vector<deviation> &deviations, const run_memory &run) {
  for (std::size_t i = 0; i < deviations.size() && i < run.marks.size(); ++i) {
    const deviation &each = deviations[i];
    const std::string after = "task " + to_label(each.after) + " has run " + std::to_string(each.segments) +
                              (each.segments == 1 ? " segment" : " segments");
    if (run.marks[i] == replay_picker::not_ready)
      return "the deviation " + to_string(each) + " does not apply: when " + after + ", task " + to_label(each.to) +
             " cannot run";
    if (run.marks[i] == replay_picker::not_reached)
      return "the deviation " + to_string(each) + " does not apply: there is no decision after which " + after;
  }
  return {};
}

} // namespace corace::schedule
