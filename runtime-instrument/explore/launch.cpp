// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/session.h"

#include <corace/errors.h>
#include <corace/run.h>

namespace corace::detail {

main_loop::main_loop() {
  if (event_loop::current())
    throw usage_error("corace::run: the calling thread runs an event loop already");
  auto &session = schedule::session::get();
  session.enter_loop();
  loop_ = new event_loop(session.decider() || detect::instrumented_sites() > 0, session.decider(), session.loops());
}

main_loop::~main_loop() {
  // What is destroyed with the loop was not done by a task.
  detect::pause(true);
  delete loop_;
  detect::pause(false);
  schedule::session::get().leave_loop();
}

void main_loop::run(task_state &main) { loop_->run(main); }

} // namespace corace::detail
