// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/session.h"

#include "explore/fork_runner.h"
#include "explore/random.h"
#include "explore/replay.h"
#include "explore/serial.h"
#include "report/start.h"

#include <pthread.h>
#include <unistd.h>

namespace corace::schedule {

session &session::get() {
  static auto *only = new session; // outlives static destructors, which may run loops
  return *only;
}

void session::start_single_run(strategy &s) {
  own_memory_ = std::make_unique<run_memory>();
  memory_ = own_memory_.get();
  plan p;
  s.next(p);
  for (std::uint64_t each : p)
    memory_->plan.push(each);
  memory_->flags[0].most_steps = ~std::uint64_t{0};
  memory_->flags[0].history = true;
  memory_->flags[0].allowed = allowance_of(report::current_options());
  conductor_ = std::make_unique<conductor>(*memory_);
  conductor_->begin();
}

void session::start() {
  report::at_start();
  const report::options &options = report::current_options();
  if (options.mode == "explore") {
    memory_ = &search_in_forks();
    forked_run_ = true;
    ::pthread_atfork(nullptr, nullptr, [] { get().memory_->keep_to_itself(); });
    conductor_ = std::make_unique<conductor>(*memory_, [] { // no handler of the program may see it
      get().conductor_->end();
      ::_exit(0);
    });
    conductor_->begin();
  } else if (options.mode == "replay") {
    auto parsed = parse_own_token(options.token);
    if (const auto *problem = std::get_if<std::string>(&parsed))
      report::refuse(*problem);
    if (of_another_test(std::get<token>(parsed), {}))
      return; // some explore() will follow it
    replayed_ = std::get<token>(std::move(parsed));
    replay s(replayed_->deviations);
    start_single_run(s);
  } else if (options.strategy == "serial") {
    serial s;
    start_single_run(s);
  } else if (options.strategy == "random") {
    random s(options.seed);
    start_single_run(s);
  }
}

void session::enter_loop() {
  if (!std::exchange(started_, true))
    start();
  ++loops_;
}

void session::leave_loop() noexcept {
  if (conductor_)
    conductor_->harvest();
}

} // namespace corace::schedule
