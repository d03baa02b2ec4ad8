// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/thread_pool.h>

#include <algorithm>
#include <csignal>

namespace corace::detail {

namespace {
[[nodiscard]] std::size_t most_threads() noexcept {
  return std::min<std::size_t>(32, std::thread::hardware_concurrency() + 4);
}

/// Threads that are made meanwhile get no signals: those are for the program's own ones.
class signals_blocked {
public:
  signals_blocked() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  signals_blocked(const signals_blocked &) = delete;
  signals_blocked &operator=(const signals_blocked &) = delete;
  ~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
  sigset_t before_;
};
} // namespace

void thread_pool::add(std::unique_ptr<job> work) {
  bool one_more = false;
  {
    const std::lock_guard guard(lock_);
    one_more = jobs_ + 1 > idle_ && threads_.size() < most_threads();
  }
  if (one_more) {
    try {
      const signals_blocked quiet;
      threads_.emplace_back([this] { serve(); });
    } catch (...) {
      if (threads_.empty())
        throw;
    }
  }
  {
    const std::lock_guard guard(lock_);
    waiting_.push_back(*work.release());
    ++jobs_;
  }
  changed_.notify_one();
}

void thread_pool::serve() noexcept {
  std::unique_lock guard(lock_);
  for (;;) {
    ++idle_;
    changed_.wait(guard, [this] { return stopping_ || jobs_ != 0; });
    --idle_;
    if (stopping_)
      return;
    const std::unique_ptr<job> work(waiting_.pop_front());
    --jobs_;
    guard.unlock();
    work->run();
    guard.lock();
  }
}

thread_pool::~thread_pool() {
  {
    const std::lock_guard guard(lock_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread &each : threads_)
    each.join();
  while (job *each = waiting_.pop_front())
    delete each;
}

} // namespace corace::detail
