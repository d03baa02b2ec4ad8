// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/session.h"

#include <corace/errors.h>
#include <corace/runner.h>

namespace corace::detail {

main_loop::main_loop(const run_options &options) {
  auto &session = schedule::session::get();
  session.enter_loop();
  if (options.loop_factory && !session.decider()) {
    loop_ = options.loop_factory();
    if (!loop_)
      throw usage_error("corace::run: the loop factory has made no loop");
    return;
  }
  loop_ = std::make_unique<event_loop>(options, supervision{.observe = session.decider() || detect::instrumented(),
                                                            .order = session.decider(),
                                                            .ordinal = session.loops()});
}

main_loop::~main_loop() {
  // What is destroyed with the loop was not done by a task.
  detect::pause(true);
  loop_.reset();
  detect::pause(false);
  schedule::session::get().leave_loop();
}

} // namespace corace::detail
