// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/foreign.h>
#include <corace/detail/promise.h>
#include <corace/event_loop.h>

namespace corace::detail {

struct stand_in::promise_type {
  explicit promise_type(wait_node &waits) noexcept
      : node(waits), loop(*waits.task->loop), waiting(waits.task->innermost) {}
  static void *operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void *frame, std::size_t size) noexcept { release_frame(frame, size); }

  struct frame {
    using promise_type = stand_in::promise_type;
    std::coroutine_handle<promise_type> handle;
  };
  frame get_return_object() noexcept { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
  std::suspend_always initial_suspend() noexcept { return {}; }

  // The task is queued when this coroutine stands still already: from then on the loop's thread may destroy it.
  struct queue_task {
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<promise_type> self) noexcept {
      const promise_type &promise = self.promise();
      task_state &task = *promise.node.task;
      if (event_loop::current() != &promise.loop) {
        promise.loop.post_threadsafe(task);
        return;
      }
      promise.node.outcome = wait_node::state::woken;
      task.innermost = promise.waiting; // a primitive that was awaited further in has been here meanwhile
      task.parked_at = &promise.node;
      task.special = false;
      promise.loop.wake(task);
    }
    void await_resume() noexcept {}
  };
  queue_task final_suspend() noexcept { return {}; }
  void return_void() noexcept {}
  void unhandled_exception() noexcept {}

  wait_node &node;
  event_loop &loop;
  std::coroutine_handle<> waiting;
};

namespace {
stand_in::promise_type::frame stand_for(wait_node &) { co_return; }
} // namespace

std::coroutine_handle<> stand_in::make(wait_node &node) {
  coroutine_ = stand_for(node).handle;
  return coroutine_;
}

const wait_operations foreign_node::operations_ = {
    [](wait_node &) noexcept { return false; },
    [](const wait_node &) { return std::string("an awaitable that is not one of the runtime's"); }};

std::coroutine_handle<> foreign_node::park(std::coroutine_handle<> innermost) {
  task_state &waiting = running_task("co_await");
  waiting.loop->park_outside(*this, innermost);
  ++waiting.foreign_waits;
  return stand_in_.make(*this);
}

void foreign_node::unpark() noexcept {
  task->loop->unpark_outside(*task);
  end();
}

// A request to cancel that came meanwhile is due at the next await: what was waited for is not to be lost.
void foreign_node::end() noexcept {
  if (!task)
    return;
  const bool due = task->must_cancel;
  task_state &self = *task;
  self.loop->leave_outside();
  --self.foreign_waits;
  (void)end_wait(*this);
  self.must_cancel = due;
}

void check_foreign_await(const creation &awaited) {
  const task_state *running = here.loop ? here.loop->running() : nullptr;
  if (!running || running->foreign_waits == 0)
    throw usage_error("corace::task: '" + std::string(awaited.coroutine.function_name()) +
                      "' is awaited by a coroutine that is neither a task nor awaited by one; create_task() runs it");
}

} // namespace corace::detail
