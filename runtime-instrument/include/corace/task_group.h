// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// task_group: tasks that end together.
//
//   co_await with_task_group([&](task_group &g) -> task<void> { g.create_task(f());  ... });      or
//   task_group g;  co_await g.run(body);      or      task_group g;  g.create_task(f());  ...  co_await g.join();
//
// run(body) calls `body(g)` or `body()` in the same task and then waits for all tasks of the group, those included that
// are added meanwhile, on every way out of the body; join() only waits. Who waits goes on two ticks after the last
// task's last segment. The first failure, of a task or of the body, cancels the tasks that have not ended, and, once,
// the body; when all have ended, what they threw is thrown as an exception_group: the tasks' errors in the order in
// which they ended, the body's last. Where one of them is no std::exception it is a base_exception_group. Tasks that
// were cancelled are no failures. A fatal_exit comes out as itself. Cancellation of who waits, or of the body, cancels
// the tasks, waits for them however often it is repeated, and comes out; where tasks failed as well the group does, and
// the cancellation comes out of the next await. C++ has no asynchronous destructor: a group that is destroyed without
// join() cancels its tasks and cannot wait for them.
//
// A group is entered once: by run(), or else by the first create_task() or join(), by the task that calls it. A task
// that fails when that one has ended is reported to the loop's exception handler. Conformance: TG. Differs from
// asyncio: entering without a body, as above; requests to cancel from before the entry do not count; after a fatal_exit
// the request that the group made itself is taken back too (TG-39: asyncio leaves it).
#pragma once

#include <corace/create_task.h>
#include <corace/detail/body.h>
#include <corace/detail/sync_object.h>

#include <vector>

namespace corace {

class task_group : detail::sync_object {
public:
  /// The name appears in reports; it must outlive the group.
  explicit task_group(const char *name = "") noexcept : sync_object("task group", name) {}
  ~task_group();

  /// Starts a task in the group. Throws usage_error outside of any task, when the group has ended and while it shuts
  /// down; the coroutine is given up then.
  template <class T>
  task_handle<T> create_task(task<T> coroutine, task_options options,
                             std::source_location where = std::source_location::current()) {
    try {
      check_open();
    } catch (...) {
      coroutine.discard();
      throw;
    }
    auto handle = corace::create_task(std::move(coroutine), std::move(options), where);
    add(handle.task());
    return handle;
  }
  template <class T>
  task_handle<T> create_task(task<T> coroutine, std::string name,
                             std::source_location where = std::source_location::current()) {
    return create_task(std::move(coroutine), task_options().named(std::move(name)), where);
  }
  template <class T>
  task_handle<T> create_task(task<T> coroutine, std::source_location where = std::source_location::current()) {
    return create_task(std::move(coroutine), task_options(), where);
  }

  /// Runs the body and waits for all tasks; the body's result. Throws usage_error when the group was entered already.
  template <class Body> [[nodiscard]] task<detail::body_result<Body, task_group>> run(Body body) {
    using result = detail::body_result<Body, task_group>;
    enter();
    std::optional<detail::stored<result>> value;
    std::exception_ptr failure;
    try {
      if constexpr (std::is_void_v<result>)
        co_await detail::call_body(body, *this);
      else if constexpr (std::is_reference_v<result>)
        value.emplace(&co_await detail::call_body(body, *this));
      else
        value.emplace(co_await detail::call_body(body, *this));
    } catch (...) {
      failure = std::current_exception();
    }
    co_await finish(std::move(failure));
    if constexpr (std::is_reference_v<result>)
      co_return static_cast<result>(**value);
    else if constexpr (!std::is_void_v<result>)
      co_return std::move(*value);
  }
  /// Waits for all tasks. Once only, and not inside run(): throws usage_error.
  [[nodiscard]] task<void> join();
  /// Cancels all tasks that have not ended. No new ones can be started.
  void cancel() noexcept;
  /// How many tasks have not ended.
  [[nodiscard]] std::size_t size() const noexcept { return unfinished_; }
  friend std::string to_string(const task_group &group);

private:
  struct member;
  class awaiter;
  enum class state : std::uint8_t {
    created,
    open,    ///< entered without a body
    running, ///< the body runs
    waiting, ///< for the tasks to end
    ended
  };

  void check_open();
  void enter();
  void adopt_parent(detail::task_state &task) noexcept;
  void add(detail::task_state &task);
  void task_ended(member &ended) noexcept;
  void member_ended(member &ended);
  void failed(detail::task_state &task);
  void strike_off(member &ended) noexcept;
  task<void> finish(std::exception_ptr failure);

  detail::list<detail::link> members_; ///< owned; see member
  std::vector<std::exception_ptr> errors_;
  std::exception_ptr fatal_;           ///< a fatal_exit
  std::vector<detect::task_id> ended_; ///< for the detector
  detail::task_pointer<> parent_;      ///< who has entered
  detail::wait_node *waiter_ = nullptr;
  std::size_t unfinished_ = 0; ///< members
  std::size_t running_ = 0;    ///< those of them whose task has not ended
  std::uint32_t requests_ = 0; ///< to cancel the parent, at the entry
  state state_ = state::created;
  bool aborting_ = false;         ///< the tasks were cancelled
  bool parent_cancelled_ = false; ///< by the group, once
};

/// "task group 'g', waiting, 2 tasks, 1 error, cancelling"
[[nodiscard]] std::string to_string(const task_group &group);

/// task_group().run(body).
template <class Body> [[nodiscard]] task<detail::body_result<Body, task_group>> with_task_group(Body body) {
  task_group group;
  co_return co_await group.run(std::move(body));
}

} // namespace corace
