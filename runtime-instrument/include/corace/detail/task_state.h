// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the event loop knows of a task, whatever its result type. A task is a coroutine that the loop runs on its own,
// together with all that it awaits directly; it is made of segments, each from one resumption to the next suspension.
#pragma once

#include <corace/detail/awaitable.h>
#include <corace/detail/future_state.h>
#include <corace/detail/scheduler.h>
#include <corace/detail/task_path.h>

#include <coroutine>
#include <memory>
#include <vector>

namespace corace::detail {

class task_state;
class promise_base;

/// What can stand in the loop's ready queue: a task's next segment, or a call-back.
struct ready_node : link {
  /// Null: this is a task. `run` is false when the loop is closed and nothing is to be run any more.
  void (*fire)(ready_node &, bool run) = nullptr;
};

struct wait_node;
/// Why a wait does not end.
struct wait_reason {
  const task_state *task = nullptr; ///< who would have to act: who holds the lock, who is awaited; null: not known
  const void *object = nullptr;     ///< the identity of the synchronisation object that it is queued at; null: none
};
/// How the loop deals with a task that is parked at a node of this type.
struct wait_operations {
  /// Ends the wait early if it is not over yet: takes the node out, and sees to it that the task becomes ready with the
  /// node's `outcome` set to cancelled. False: the wait is over already, the task is on its way.
  bool (*cancel)(wait_node &) noexcept;
  /// What the task waits for, in words.
  std::string (*describe)(const wait_node &);
  /// Asked whenever the task has its turn: whether it goes on. False: the node has queued itself again, the task stays
  /// parked. Null: it always goes on.
  bool (*proceed)(wait_node &) noexcept = nullptr;
  /// Null: nothing is known.
  void (*explain)(const wait_node &, wait_reason &) noexcept = nullptr;
  /// Where wakers may be fooled: lets the task go on although nobody has woken it. False: its wait is of another kind,
  /// or over. Where not `really`, nothing is done. Null: never.
  bool (*wake)(wait_node &, bool really) noexcept = nullptr;
};

/// Base of every awaiter that parks a task. It stands in the waiting coroutine's frame, so that a wait allocates
/// nothing.
struct wait_node : link {
  using resumed_by_loop = void; ///< see promise_base::await_transform()

  enum class state : std::uint8_t {
    waiting,   ///< in the primitive's queue
    woken,     ///< the primitive let it go; its task is ready but has not run yet
    cancelled, ///< taken out by a cancellation; its task is ready
  };
  explicit wait_node(const wait_operations &ops) noexcept : operations(&ops) {}
  inline ~wait_node();

  const wait_operations *operations;
  task_state *task = nullptr; ///< who waits; null while nobody does
  state outcome = state::waiting;
};

/// What the explorer and the detector know a task by. Only the tasks of a loop that is watched have it.
struct watched_task {
  static void *operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void *self, std::size_t size) noexcept { release_frame(self, size); }

  /// The key of the child with this ordinal; the main task is child `ordinal of the loop` of 0.
  [[nodiscard]] static std::uint64_t key_of_child(std::uint64_t key, std::uint32_t ordinal) noexcept;

  task_path path;
  std::uint64_t key = 0;                    ///< hash of the path: the same task in every run
  std::uint32_t children = 0;               ///< how many it has created
  std::uint32_t objects = 0;                ///< synchronisation objects that it has made
  std::uint32_t segments = 0;               ///< how many it has run
  std::uint32_t timers = 0;                 ///< that it has started
  std::uint32_t choices[choice_kinds] = {}; ///< that it has made, by kind
  detect::task_id id = 0;                   ///< the detector's; 0 while nobody observes
  const char *function = "";                ///< of the coroutine, as the compiler spells it
  bool enrolled = false;                    ///< the explorer has written it down
};

class task_state : public ready_node, public future_state {
public:
  enum class phase : std::uint8_t {
    fresh,   ///< has not run yet
    ready,   ///< in the ready queue
    running, ///< the loop runs a segment of it
    waiting, ///< parked at a wait_node
    done,    ///< has its result; the frame is gone
  };

  inline task_state(event_loop &loop, void *result, std::coroutine_handle<> coroutine, promise_base &root) noexcept;

  bool cancel(std::string message = {}) noexcept override;
  [[nodiscard]] std::string title() const override;
  void order_before(task_state &next) const noexcept override;
  /// Takes one request to cancel back; how many are left. With the last one a cancellation that was not delivered yet
  /// goes.
  std::uint32_t uncancel() noexcept;
  /// Its coroutine has reached its end, or is not to run: gives the frame back and tells who waits.
  void finish() noexcept;
  /// In a loop that is watched: gives it what it is known by in each run.
  void enrol();
  /// Gives the frame of a task back that will never run again.
  void abandon() noexcept;
  /// Its name; one is made up where none was given: "Task-N", N counts the tasks of the loop.
  [[nodiscard]] const std::string &name() const;
  void set_name(std::string text) {
    name_ = text.empty() ? nullptr : std::make_unique<std::string>(std::move(text));
    default_name_ = false;
  }
  [[nodiscard]] bool has_own_name() const noexcept { return name_ && !default_name_; }
  /// What it waits for, in words; empty when it does not wait.
  [[nodiscard]] std::string waits_for() const;
  /// Why its wait does not end, as far as that is known.
  [[nodiscard]] wait_reason why_waiting() const noexcept;

  /// For the detector; null where nobody watches.
  [[nodiscard]] const void *end_identity() const noexcept;
  /// The detector's number; 0 while nobody observes.
  [[nodiscard]] detect::task_id detector_id() const noexcept { return watched ? watched->id : 0; }

  std::uint32_t cancel_requests = 0;
  std::coroutine_handle<> coroutine; ///< the task's own, which it owns
  promise_base *root;                ///< of `coroutine`; null: the frame is gone
  std::coroutine_handle<> innermost; ///< what the next segment resumes: the innermost coroutine of the await chain
  wait_node *parked_at = nullptr;    ///< where it waits, or where it was woken and has not run yet
  context_slot values;
  std::unique_ptr<std::string> cancel_message; ///< of the last request that is not delivered

  task_state *previous_live = nullptr, *next_live = nullptr; ///< the loop's tasks that have not ended, oldest first

  std::unique_ptr<watched_task> watched; ///< null where the loop is not

  std::uint64_t number = 0; ///< among the loop's tasks, from 1; for the name

private:
  mutable std::unique_ptr<std::string> name_; ///< null until somebody gives one or asks
  mutable bool default_name_ = false;         ///< `name_` was made up

public:
  // The small ones last: a small result follows them without a gap.
  phase now = phase::fresh;
  std::uint16_t foreign_waits = 0; ///< awaits of other libraries' awaitables that are under way
  bool special = false;            ///< the loop has to look at it before its next segment
  bool must_cancel = false;        ///< a request that came where no wait could be ended; the next await delivers it
  bool being_cancelled = false;    ///< cancel() is under way
  bool at_end = false;             ///< `root` has reached its final suspension; finish() is due
  bool fatal = false;              ///< it threw a fatal_exit, which also comes out of the loop

protected:
  ~task_state() override {
    if (root) [[unlikely]]
      destroy_root();
  }

private:
  void settle_cancellation() noexcept;
  void destroy_root() noexcept;
};

inline wait_node::~wait_node() {
  if (task && task->parked_at == this)
    task->parked_at = nullptr;
}

template <class State = task_state> using task_pointer = pointer<State>;

/// Throws cancelled_error with the message of the request that the running task is being cancelled by.
[[noreturn]] void throw_cancelled();

} // namespace corace::detail
