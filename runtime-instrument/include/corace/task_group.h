// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// task_group: tasks that end together.
//
//   task_group g;  g.create_task(f());  ...  co_await g.join();      or      co_await with_task_group(body);
//
// join() waits for all tasks, those included that are added meanwhile. The first failure cancels the others; join()
// waits for them too and then throws exception_group with all failures, in the order in which the tasks ended. Tasks
// that were cancelled are no failures. Cancellation of the task that waits in join() cancels the group's tasks, waits
// for them, and comes out. with_task_group(body) runs `body(g)` in the same task and joins on every way out, also when
// the body throws; a failure of a task cancels the body as well. C++ has no asynchronous destructor: a group that is
// destroyed without a join() cancels its tasks and cannot wait for them. Conformance: TG-01, TG-02, TG-03, TG-05,
// TG-07, TG-08, TG-10, TG-12, TG-13, TG-18, TG-22, TG-24, TG-26, TG-34, TG-36. Differs from asyncio: there is no
// entering, so the cases about entering twice have no counterpart.
#pragma once

#include <corace/create_task.h>
#include <corace/detail/joint.h>

namespace corace {

class task_group {
public:
  task_group() noexcept = default;
  task_group(const task_group &) = delete;
  task_group &operator=(const task_group &) = delete;
  ~task_group() { joint_.cancel_all(); }

  /// Starts a task in the group. Throws usage_error once the group is joined or shuts down; the coroutine is given up
  /// then.
  template <class T> task_handle<T> create_task(task<T> coroutine, std::string name = {}) {
    if (joined_ || joint_.shutting_down) {
      coroutine.discard();
      throw usage_error(joined_ ? "corace::task_group: create_task() after the group was joined"
                                : "corace::task_group: create_task() while the group shuts down");
    }
    auto handle = corace::create_task(std::move(coroutine), task_options().named(std::move(name)));
    joint_.add(*handle.state());
    return handle;
  }

  /// Waits for all tasks; see above.
  [[nodiscard]] task<void> join();
  /// Cancels all tasks that have not ended.
  void cancel() noexcept {
    joint_.shutting_down = true;
    joint_.cancel_all();
  }
  /// How many tasks have not ended.
  [[nodiscard]] std::size_t size() const noexcept { return joint_.unfinished(); }

private:
  template <class Body> friend task<void> with_task_group(Body body);
  /// `failure`: what the body threw. `cancelled`: the body was.
  task<void> join(std::exception_ptr failure, bool cancelled);

  detail::joint_state joint_{detail::joint_state::ends::with_the_last};
  bool joined_ = false;
};

template <class Body> task<void> with_task_group(Body body) {
  task_group group;
  group.joint_.parent = detail::task_pointer<>::share(detail::running_task("with_task_group()"));
  std::exception_ptr failure;
  bool cancelled = false;
  try {
    co_await body(group);
  } catch (const cancelled_error &) {
    cancelled = true;
  } catch (...) {
    failure = std::current_exception();
  }
  co_await group.join(std::move(failure), cancelled);
}

} // namespace corace
