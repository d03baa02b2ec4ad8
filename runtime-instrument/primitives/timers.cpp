// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Call-backs and timers of the loop.
#include <corace/context.h>
#include <corace/event_loop.h>

namespace corace {

namespace detail {

void callback_state::cancel() noexcept {
  if (std::exchange(cancelled, true) || !loop)
    return;
  call = nullptr;
  if (!timed || linked())
    return; // it stands in the ready queue; its turn comes
  stop();
  loop = nullptr;
  release();
}

void callback_state::run_or_drop(ready_node &node, bool run) {
  auto &self = static_cast<callback_state &>(static_cast<timer &>(node));
  const auto kept = pointer<callback_state>::adopt(&self); // the loop's reference
  event_loop *in = std::exchange(self.loop, nullptr);
  if (!run || self.cancelled)
    return;
  context_slot *before = std::exchange(here.values, &self.values);
  const auto restore = [&] { here.values = before; };
  try {
    const auto call = std::move(self.call);
    call();
  } catch (const fatal_exit &) {
    restore();
    throw;
  } catch (...) {
    loop_report report{
        .message = "a call-back failed", .exception = std::current_exception(), .callback = callback_handle(kept)};
    if (self.has_place)
      report.created = self.created;
    try {
      in->call_exception_handler(report);
    } catch (...) {
      restore();
      throw;
    }
  }
  restore();
}

void timer::start(event_loop &loop, loop_clock::time_point deadline, purpose what,
                  void (*expired)(ready_node &, bool)) {
  stop();
  loop_ = &loop;
  if (loop.scheduler_) [[unlikely]]
    deadline += loop.scheduler_->latency(loop, deadline.time_since_epoch());
  deadline_ = deadline;
  purpose_ = what;
  if (loop.watched()) [[unlikely]]
    loop.name_timer(*this);
  fire = expired;
  loop.insert(*this);
}

void timer::stop() noexcept {
  unlink(); // it may have been due, and wait for its turn
  if (!loop_)
    return;
  if (loop_->scheduler_ && loop_->scheduler_->offered()) [[unlikely]] // it might have fired instead
    loop_->note(sync_event::change, reinterpret_cast<const void *>(key() & ~std::uint64_t{15}));
  loop_->erase(*this);
}

} // namespace detail

callback_handle event_loop::call_soon(std::function<void()> f, std::source_location where) {
  return enqueue(std::move(f), detail::context_slot(detail::current_context().values()), where);
}

callback_handle event_loop::call_soon(std::function<void()> f, const context &in, std::source_location where) {
  return enqueue(std::move(f), detail::context_slot(in.object()), where);
}

callback_handle event_loop::enqueue(std::function<void()> f, detail::context_slot values, std::source_location where) {
  check_usable("call_soon()");
  check_thread("call_soon()");
  auto state = detail::pointer<detail::callback_state>::adopt(
      new detail::callback_state(std::move(f), std::move(values), where, debug_));
  state->loop = this;
  state->retain();
  post(*state);
  return callback_handle(std::move(state));
}

callback_handle event_loop::call_at(loop_clock::time_point deadline, std::function<void()> f,
                                    std::source_location where) {
  check_usable("call_at()");
  check_thread("call_at()");
  auto state = detail::pointer<detail::callback_state>::adopt(new detail::callback_state(
      std::move(f), detail::context_slot(detail::current_context().values()), where, debug_));
  state->timed = true;
  state->start(*this, deadline, detail::timer::purpose::call, detail::callback_state::run_or_drop);
  state->loop = this;
  state->retain();
  return callback_handle(std::move(state));
}

namespace {
/// On its way from another thread into the loop's queue.
struct posted_call : detail::ready_node {
  std::function<void()> call;
};
} // namespace

void event_loop::call_soon_threadsafe(std::function<void()> f) {
  if (current() == this) {
    (void)call_soon(std::move(f));
    return;
  }
  auto *node = new posted_call;
  node->call = std::move(f);
  node->fire = [](detail::ready_node &fired, bool run) {
    const std::unique_ptr<posted_call> self(&static_cast<posted_call &>(fired));
    if (!run)
      return;
    // Runs as a call-back of the loop would.
    auto state = new detail::callback_state(std::move(self->call), detail::context_slot(), {}, false);
    state->loop = event_loop::current();
    detail::callback_state::run_or_drop(*state, true);
  };
  if (!post_threadsafe(*node)) {
    delete node;
    throw usage_error("corace::event_loop::call_soon_threadsafe(): the event loop is closed");
  }
}

// Timers: a binary heap in which each timer knows its place.

namespace {
[[nodiscard]] bool later(loop_clock::time_point a, std::uint64_t a_sequence, loop_clock::time_point b,
                         std::uint64_t b_sequence) noexcept {
  return a != b ? a > b : a_sequence > b_sequence;
}
} // namespace

void event_loop::place(std::size_t index, detail::timer &timer) noexcept {
  timers_[index] = &timer;
  timer.index_ = index;
}

void event_loop::sift(std::size_t index) noexcept {
  detail::timer &moved = *timers_[index];
  const auto after = [](const detail::timer &a, const detail::timer &b) {
    return later(a.deadline_, a.sequence_, b.deadline_, b.sequence_);
  };
  while (index > 0 && after(*timers_[(index - 1) / 2], moved)) {
    place(index, *timers_[(index - 1) / 2]);
    index = (index - 1) / 2;
  }
  for (;;) {
    std::size_t child = 2 * index + 1;
    if (child >= timers_.size())
      break;
    if (child + 1 < timers_.size() && after(*timers_[child], *timers_[child + 1]))
      ++child;
    if (!after(moved, *timers_[child]))
      break;
    place(index, *timers_[child]);
    index = child;
  }
  place(index, moved);
}

void event_loop::insert(detail::timer &timer) {
  timer.sequence_ = timer_sequence_++;
  timers_.push_back(&timer);
  sift(timers_.size() - 1);
}

void event_loop::erase(detail::timer &timer) noexcept {
  const std::size_t index = timer.index_;
  timer.index_ = detail::timer::nowhere;
  timer.loop_ = nullptr;
  detail::timer *last = timers_.back();
  timers_.pop_back();
  if (last == &timer)
    return;
  place(index, *last);
  sift(index);
}

void event_loop::fire_timers() noexcept {
  while (!timers_.empty() && timers_.front()->deadline_ <= now_) {
    detail::timer &due = *timers_.front();
    erase(due);
    post(due);
  }
}

void event_loop::hurry(detail::task_state &sleeper) noexcept {
  for (detail::timer *each : timers_)
    if (each->purpose_ == detail::timer::purpose::sleep && each->owner_ == sleeper.watched->key) {
      now_ = std::max(now_, each->deadline_);
      break;
    }
}

} // namespace corace
