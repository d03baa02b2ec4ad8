// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Uses a little of everything, so that templates are instantiated.
#include <corace/corace.h>

#include <chrono>
#include <string>

using namespace std::chrono_literals;

namespace {
corace::context_var<std::string> variable{"variable", "none"};

corace::task<int> number(corace::mutex &mutex, corace::counting_semaphore &semaphore, corace::event &event) {
  auto lock = co_await mutex.lock();
  auto unit = co_await semaphore.acquire();
  event.set();
  co_await event.wait();
  co_await corace::sleep_for(1ms);
  variable.set(corace::this_task::name());
  co_return static_cast<int>(variable.get().size());
}

corace::task<int> all() {
  corace::mutex mutex;
  corace::counting_semaphore semaphore{2};
  corace::event event;
  auto handle = corace::create_task(number(mutex, semaphore, event), "name");
  auto [one, two] = co_await corace::gather(number(mutex, semaphore, event), handle);
  corace::task_group group;
  auto three = group.create_task(number(mutex, semaphore, event));
  co_await group.join();
  corace::queue<int> queue(2);
  corace::lifo_queue<std::string> stack;
  corace::priority_queue<int> heap;
  co_await queue.put(1);
  co_await stack.put("a");
  co_await heap.put(co_await queue.get());
  queue.task_done();
  co_await queue.join();
  co_return one + two + three.result() + heap.get_nowait() + static_cast<int>(to_string(stack).size());
}
} // namespace

int main() { return corace::run(all()) > 0 ? 0 : 1; }
