// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/errors.h>
#include <corace/runner.h>

#include <atomic>
#include <csignal>

namespace corace {

namespace detail {

// The signal belongs to the guard that was made last.
struct interrupt_guard::state {
  pointer<task_state> main;
  event_loop &loop;
  struct sigaction before = {};
  bool cancelled = false; ///< by the signal, and nothing else had done it before
};

namespace {
std::atomic<event_loop *> interrupted_loop{nullptr};
static_assert(std::atomic<event_loop *>::is_always_lock_free);

void on_interrupt(int signal) {
  if (event_loop *loop = interrupted_loop.exchange(nullptr)) {
    loop->interrupt();
    return;
  }
  std::signal(signal, SIG_DFL); // once more: the user means it
  std::raise(signal);
}
} // namespace

interrupt_guard::interrupt_guard(event_loop &loop, task_state &main, bool wanted) {
  if (!wanted)
    return;
  state_ = std::make_unique<state>(state{pointer<task_state>::share(main), loop});
  loop.set_interrupt_handler([s = state_.get()] { s->cancelled = s->main->cancel() && s->main->cancel_requests == 1; });
  (void)loop.outside(); // the signal handler needs something to wake
  interrupted_loop = &loop;
  struct sigaction ours = {};
  ours.sa_handler = on_interrupt;
  ::sigemptyset(&ours.sa_mask);
  ::sigaction(SIGINT, &ours, &state_->before);
}

interrupt_guard::~interrupt_guard() {
  if (!state_)
    return;
  ::sigaction(SIGINT, &state_->before, nullptr);
  interrupted_loop = nullptr;
  state_->loop.set_interrupt_handler(nullptr);
}

bool interrupt_guard::interrupted() const noexcept { return state_ && state_->cancelled; }

} // namespace detail

runner::~runner() {
  try {
    close();
  } catch (...) { // there is no way out of a destructor, and mostly something else is on its way already
  }
}

event_loop &runner::get_loop() {
  if (closed_)
    throw usage_error("corace::runner: the runner is closed");
  if (event_loop::current())
    throw usage_error("corace::run: the calling thread runs an event loop already");
  if (!loop_)
    loop_ = std::make_unique<detail::main_loop>(options_);
  return loop_->loop();
}

context runner::ready_context() {
  (void)get_loop();
  if (!context_)
    context_ = copy_context();
  return *context_;
}

void runner::run_to_the_end_of(detail::task_state &main) {
  try {
    loop_->loop().run_until(main);
  } catch (const fatal_exit &) {
    throw;
  } catch (...) {
    broken_ = true; // what is left waits for something that will not come
    throw;
  }
}

void runner::close() {
  if (std::exchange(closed_, true) || !loop_)
    return;
  const auto own = std::move(loop_);
  if (!broken_)
    own->loop().cancel_all_tasks();
}

} // namespace corace
