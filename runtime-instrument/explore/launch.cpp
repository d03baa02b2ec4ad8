// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/run.h>

namespace corace::detail {

main_loop::main_loop() : loop_(new event_loop()) {}
main_loop::~main_loop() { delete loop_; }
void main_loop::run(task_state &main) { loop_->run(main); }

} // namespace corace::detail
