// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/future_wait.h>
#include <corace/future.h>

#include <cstdio>

namespace corace {

namespace detail {

event_loop *future_state::live_loop() const noexcept {
  return here.loop == loop || event_loop::alive(loop_serial) ? loop : nullptr;
}

void future_state::drop_completions() noexcept {
  while (completion *each = completions.pop_front())
    if (each->dropped)
      each->dropped(*each);
}

void place(future_state &state, std::source_location where) noexcept {
  if (state.loop->debug()) {
    state.created = where;
    state.has_place = true;
  }
}

void check_pending(const future_state &state) {
  if (state.done())
    throw invalid_state("corace::promise: " + state.title() + " has ended already");
}

void end_future(future_state &state) noexcept {
  note(sync_event::wake, state.identity());
  state.complete();
}

void fail_future(future_state &state, std::exception_ptr error) {
  check_pending(state);
  if (!error)
    throw std::invalid_argument("corace::promise::set_exception: there is no exception");
  state.error = std::move(error);
  end_future(state);
}

bool cancel_future(future_state &state, std::string message) noexcept {
  if (state.done()) {
    state.retrieved = true;
    return false;
  }
  if (!message.empty())
    state.error = std::make_exception_ptr(cancelled_error(std::move(message)));
  state.was_cancelled = true;
  end_future(state);
  return true;
}

void throw_outcome(const future_state &state) {
  if (!state.done())
    throw invalid_state(state.title() + " has not ended");
  if (state.error)
    std::rethrow_exception(state.error);
  throw cancelled_error();
}

std::exception_ptr outcome_exception(future_state &state) {
  if (!state.done() || state.was_cancelled)
    rethrow_outcome(state);
  state.retrieved = true;
  return state.error;
}

void future_state::report_unretrieved() noexcept {
  retain(); // the handler may take hold of it for a while
  context_slot *const before = here.values;
  if (is_task)
    here.values = &static_cast<task_state *>(this)->values;
  loop_report report{.message = "failed, and nobody asked for its result", .exception = error};
  report.object = title();
  if (has_place)
    report.created = created;
  try {
    if (event_loop *in = live_loop())
      in->call_exception_handler(report);
    else
      std::fprintf(stderr, "corace: %s\n", to_string(report).c_str());
  } catch (...) { // a fatal_exit has no way out of a destructor
  }
  here.values = before;
  --references_;
}

void future_wait::hook::wake(completion &node, future_state &) noexcept {
  future_wait &wait = static_cast<hook &>(node).self;
  wait.outcome = state::woken;
  wait.task->loop->wake(*wait.task);
}

const wait_operations future_wait::operations = {
    // The wait goes on until the awaited task, which is cancelled in turn, has ended. A future ends at once.
    [](wait_node &node) noexcept {
      auto &self = static_cast<future_wait &>(node);
      task_state &waiting = *node.task;
      if (self.target_.is_task && static_cast<task_state &>(self.target_).being_cancelled) {
        self.hook_.unlink(); // they wait for one another: somebody has to go first
        node.outcome = state::cancelled;
        waiting.loop->wake(waiting);
        return true;
      }
      return self.target_.cancel(waiting.cancel_message ? *waiting.cancel_message : std::string());
    },
    [](const wait_node &node) { return static_cast<const future_wait &>(node).target_.title(); }, nullptr,
    [](const wait_node &node, wait_reason &why) noexcept {
      if (const future_state &target = static_cast<const future_wait &>(node).target_; target.is_task)
        why.task = static_cast<const task_state *>(&target);
    }};

void future_wait::note_join(event_loop &loop) noexcept {
  note(sync_event::join, target_.identity());
  if (target_.done() && loop.running())
    target_.order_before(*loop.running());
}

void future_wait::suspend_specially(task_state &waiting, std::coroutine_handle<> innermost) {
  if (&waiting == &target_)
    throw usage_error("task '" + waiting.name() + "' awaits itself");
  if (!target_.done())
    throw usage_error("task '" + waiting.name() + "' awaits " + target_.title() +
                      ", which belongs to another event loop");
  waiting.loop->yield(*this, innermost); // the loop is strict
}

} // namespace detail

namespace {
/// A done call-back: waits in the future's list, then in the loop.
struct done_callback : detail::completion {
  std::function<void(const any_future &)> call;
  detail::context_slot values;
  any_future::callback_id name = 0;
};

void run_later(detail::future_state &state, std::function<void(const any_future &)> call, detail::context_slot values) {
  event_loop *loop = state.live_loop();
  if (!loop || loop->is_closed())
    return;
  auto run = [f = std::move(call), target = any_future(detail::pointer<>::share(state))] { f(target); };
  loop->call_soon(std::move(run), context(values.object()));
}

[[nodiscard]] any_future::callback_id next_callback() noexcept {
  thread_local any_future::callback_id last = 0;
  return ++last;
}
} // namespace

any_future::callback_id any_future::add_done_callback(std::function<void(const any_future &)> f) const {
  const callback_id name = next_callback();
  add_done_callback(std::move(f), name);
  return name;
}

void any_future::add_done_callback(std::function<void(const any_future &)> f, callback_id name) const {
  detail::context_slot values(detail::current_context().values());
  if (done())
    return run_later(*state(), std::move(f), std::move(values));
  auto *added = new done_callback;
  added->call = std::move(f);
  added->values = std::move(values);
  added->name = name;
  added->completed = [](detail::completion &node, detail::future_state &ended) noexcept {
    const std::unique_ptr<done_callback> self(&static_cast<done_callback &>(node));
    run_later(ended, std::move(self->call), std::move(self->values));
  };
  added->dropped = [](detail::completion &node) noexcept { delete &static_cast<done_callback &>(node); };
  state()->completions.push_back(*added);
}

std::size_t any_future::remove_done_callback(callback_id name) const {
  std::size_t removed = 0;
  auto &all = state()->completions;
  for (detail::completion *each = all.first(); each;) {
    detail::completion *next = all.after(*each);
    // Whoever can be dropped was made above.
    if (each->dropped && static_cast<done_callback *>(each)->name == name) {
      each->unlink();
      each->dropped(*each);
      ++removed;
    }
    each = next;
  }
  return removed;
}

} // namespace corace
