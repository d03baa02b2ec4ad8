// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/errors.h>
#include <corace/sleep.h>

namespace corace::detail {

const wait_operations sleep_awaiter::operations = {
    [](wait_node &node) noexcept {
      auto &self = static_cast<sleep_awaiter &>(node);
      if (self.outcome != state::waiting)
        return false;
      self.alarm_.stop();
      self.outcome = state::cancelled;
      self.task->loop->wake(*self.task);
      return true;
    },
    [](const wait_node &) { return std::string("the end of its sleep"); }};

void sleep_awaiter::await_suspend(detail::task_coroutine innermost) {
  task_state &sleeper = running_task("sleep_for()");
  if (delay_ <= std::chrono::nanoseconds(0)) {
    sleeper.loop->yield(*this, innermost);
    return;
  }
  alarm_.start(*sleeper.loop, sleeper.loop->now() + delay_, timer::purpose::sleep, [](ready_node &node, bool run) {
    if (!run)
      return;
    auto &self = static_cast<alarm &>(static_cast<timer &>(node)).self;
    self.outcome = state::woken;
    self.task->loop->wake(*self.task);
  });
  sleeper.loop->park(*this, innermost);
}

void sleep_awaiter::await_resume() {
  alarm_.stop();
  if (end_wait(*this))
    throw_cancelled();
}

} // namespace corace::detail
