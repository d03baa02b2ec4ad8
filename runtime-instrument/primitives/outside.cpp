// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loop and what lies outside of it: other threads, the operating system, time.
#include <corace/detail/reactor.h>
#include <corace/detail/thread_pool.h>
#include <corace/event_loop.h>

#include <algorithm>
#include <cstdio>

namespace corace {

bool event_loop::post_threadsafe(detail::ready_node &node) noexcept {
  const std::lock_guard guard(posts_lock_);
  if (closed_)
    return false;
  posts_.push_back(node);
  posts_waiting_.store(true, std::memory_order_release);
  if (asleep_)
    reactor_->wake();
  return true;
}

void event_loop::take_posts() {
  {
    const std::lock_guard guard(posts_lock_);
    take_posts_locked();
  }
  if (interrupted_.exchange(false) && interrupt_handler_)
    interrupt_handler_();
}

void event_loop::interrupt() noexcept {
  interrupted_.store(true);
  posts_waiting_.store(true);
  if (reactor_)
    reactor_->wake();
}

void event_loop::take_posts_locked() noexcept {
  posts_waiting_.store(false, std::memory_order_relaxed);
  while (detail::ready_node *node = posts_.pop_front()) {
    if (!node->fire) {
      auto &task = static_cast<detail::task_state &>(*node);
      task.now = detail::task_state::phase::ready;
      if (task.parked_at)
        task.parked_at->outcome = detail::wait_node::state::woken;
    }
    ready_.push_back(*node);
  }
}

detail::reactor &event_loop::outside() {
  if (!reactor_) {
    auto fresh = std::make_unique<detail::reactor>();
    const std::lock_guard guard(posts_lock_); // post_threadsafe() may look
    reactor_ = std::move(fresh);
  }
  return *reactor_;
}

void event_loop::forget_descriptor(int descriptor) noexcept {
  if (reactor_)
    reactor_->forget(descriptor);
}

detail::thread_pool &event_loop::threads() {
  check_usable("threads()");
  if (!threads_)
    threads_ = std::make_unique<detail::thread_pool>();
  return *threads_;
}

// Something outside of the loop may make it ready: then time passes at its real speed.
bool event_loop::expects_outside() const noexcept { return outside_ != 0 || (reactor_ && reactor_->watching()); }

// Nothing is ready: time passes, up to the next deadline. False: there is none, and nothing outside is awaited.
bool event_loop::pass_time() {
  if (!real_time_ && !expects_outside()) {
    if (timers_.empty())
      return false;
    now_ = std::max(now_, timers_.front()->deadline_);
    return true;
  }
  if (timers_.empty() && !expects_outside())
    return false;
  wait_outside();
  return true;
}

void event_loop::wait_outside() {
  detail::reactor &system = outside();
  {
    const std::lock_guard guard(posts_lock_);
    if (posts_waiting_) // a post, or an interrupt, that came when there was no reactor to wake yet
      return;
    asleep_ = true;
  }
  const auto before = std::chrono::steady_clock::now();
  std::optional<std::chrono::nanoseconds> limit;
  if (!timers_.empty())
    limit = timers_.front()->deadline_ - now();
  // In debug mode a long silence is broken once.
  const auto silence = 100 * slow_segment_;
  const bool tell = debug_ && !told_of_silence_ && (!limit || *limit > silence);
  system.wait(tell ? silence : limit);
  if (tell && !posts_waiting_ && std::chrono::steady_clock::now() - before >= silence) {
    told_of_silence_ = true;
    std::fprintf(stderr, "corace: nothing has run for %.3f s; %s\n", std::chrono::duration<double>(silence).count(),
                 pending_tasks().c_str());
  }
  if (!real_time_)
    now_ += std::chrono::steady_clock::now() - before;
  const std::lock_guard guard(posts_lock_);
  asleep_ = false;
}

// Takes in what has come from outside, and sees to it that something is ready. False: nothing can be.
bool event_loop::collect() {
  for (;;) {
    if (posts_waiting_.load(std::memory_order_relaxed)) [[unlikely]]
      take_posts();
    if (reactor_ && reactor_->watching())
      reactor_->wait(std::chrono::nanoseconds(0));
    if (real_time_)
      now_ = now();
    fire_timers();
    if (!ready_.empty() || (scheduler_ && !scheduler_->idle))
      return true;
    if (!pass_time())
      return false;
  }
}

} // namespace corace
