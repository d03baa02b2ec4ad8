// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/allowance.h"

#include "report/options.h"

#include <corace/explore.h>

#include <algorithm>
#include <stdexcept>

namespace corace::schedule {

namespace {
template <class Options> [[nodiscard]] allowance from(const Options &options) {
  if (options.timers != "strict" && options.timers != "free")
    throw std::invalid_argument("timers are strict or free, not '" + options.timers + "'");
  const auto most = [](std::uint64_t n) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(n, allowance::any_number));
  };
  allowance out;
  out.free_timers = options.timers == "free";
  out.cancellations = most(options.cancellations);
  out.timeouts = most(options.timeouts);
  out.full_queues = most(options.full_queues);
  out.spurious_wake_ups = most(options.spurious_wake_ups);
  out.exceptions = most(options.exceptions);
  return out;
}
} // namespace

allowance allowance_of(const explore_options &options) { return from(options); }
allowance allowance_of(const report::options &options) { return from(options); }

} // namespace corace::schedule
