// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The threads of a loop, for to_thread(): made when they are needed, at most a few more than there are cores.
#pragma once

#include <corace/detail/list.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace corace::detail {

class thread_pool {
public:
  struct job : link {
    job() = default;
    job(const job &) = delete;
    job &operator=(const job &) = delete;
    virtual ~job() = default;
    virtual void run() noexcept = 0;
  };

  thread_pool() = default;
  thread_pool(const thread_pool &) = delete;
  thread_pool &operator=(const thread_pool &) = delete;
  /// Drops what has not begun, and waits for what has.
  ~thread_pool();
  /// Throws std::system_error where there is no thread to be had at all.
  void add(std::unique_ptr<job> work);

private:
  void serve() noexcept;

  std::mutex lock_;
  std::condition_variable changed_;
  list<job> waiting_; ///< owned
  std::size_t jobs_ = 0, idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_; ///< of the loop's thread
};

} // namespace corace::detail
