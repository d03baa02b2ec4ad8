// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the event loop knows of a task, whatever its result type. A task is a coroutine that the loop runs on its own,
// together with all that it awaits directly; it is made of segments, each from one resumption to the next suspension.
#pragma once

#include <corace/detail/config.h>
#include <corace/detail/context.h>
#include <corace/detail/frame_pool.h>
#include <corace/detail/hooks.h>
#include <corace/detail/list.h>

#include <coroutine>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace corace {
class event_loop;
}

namespace corace::detail {

class task_state;

/// What can stand in the loop's ready queue: a task's next segment, or a call-back of the loop's own.
struct ready_node : link {
  void (*fire)(ready_node &) = nullptr; ///< null: this is a task
};

struct wait_node;
/// How the loop deals with a task that is parked at a node of this type.
struct wait_operations {
  /// Ends the wait early if it is not over yet: takes the node out, and sees to it that the task becomes ready with the
  /// node's `outcome` set to cancelled. False: the wait is over already, the task is on its way.
  bool (*cancel)(wait_node &) noexcept;
  /// What the task waits for, in words.
  std::string (*describe)(const wait_node &);
};

/// Base of every awaiter that parks a task. It stands in the waiting coroutine's frame, so that a wait allocates
/// nothing.
struct wait_node : link {
  enum class state : std::uint8_t {
    waiting,   ///< in the primitive's queue
    woken,     ///< the primitive let it go; its task is ready but has not run yet
    cancelled, ///< taken out by a cancellation; its task is ready
  };
  explicit wait_node(const wait_operations &ops) noexcept : operations(&ops) {}
  ~wait_node();

  const wait_operations *operations;
  task_state *task = nullptr; ///< who waits; null while nobody does
  state outcome = state::waiting;
};

/// Told when a task ends. Stands in the task's list, in the order of registration.
struct completion : link {
  void (*completed)(completion &, task_state &) = nullptr;
};

class task_state : public ready_node {
public:
  enum class phase : std::uint8_t {
    ready,   ///< in the ready queue
    running, ///< the loop runs a segment of it
    waiting, ///< parked at a wait_node
    done,    ///< has its result; the frame is gone
  };

  task_state(event_loop &loop, task_state *creator, std::string name, const context &ctx);
  task_state(const task_state &) = delete;
  task_state &operator=(const task_state &) = delete;
  static void *operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void *state, std::size_t size) noexcept { release_frame(state, size); }

  void retain() noexcept { ++references_; }
  void release() noexcept {
    if (--references_ == 0)
      delete this;
  }

  [[nodiscard]] bool done() const noexcept { return now == phase::done; }
  /// Asks the task to end: cancelled_error is thrown at the await where it is, or at its next one. False: it has ended.
  bool cancel() noexcept;
  /// Takes one request to cancel back; how many are left. With the last one a cancellation that was not delivered yet
  /// goes.
  std::uint32_t uncancel() noexcept;
  /// Moves the result out of the coroutine `root`, which has reached its end, and gives the frame back.
  void finish() noexcept;
  /// Gives the frame of a task back that will never run again.
  void abandon() noexcept;

  event_loop *loop;                  ///< null once the loop has gone
  std::coroutine_handle<> root;      ///< the task's own coroutine; owned
  std::coroutine_handle<> innermost; ///< what the next segment resumes: the innermost coroutine of the await chain
  wait_node *parked_at = nullptr;    ///< where it waits, or where it was woken and has not run yet
  list<completion> completions;
  context values;
  std::exception_ptr error;
  std::string name;
  const char *function = ""; ///< of the coroutine, as the compiler spells it

  task_state *previous_live = nullptr, *next_live = nullptr; ///< the loop's tasks that have not ended, oldest first

  std::vector<std::uint32_t> path; ///< ordinals of creation from the root down; the root's is empty
  std::uint64_t key = 0;           ///< hash of the path: the same task in every run
  std::uint32_t children = 0;      ///< how many it has created
  std::uint32_t objects = 0;       ///< synchronisation objects that it has made
  std::uint32_t segments = 0;      ///< how many it has run
  detect::task_id id = 0;          ///< the detector's; 0 while nobody observes
  std::uint32_t cancel_requests = 0;
  phase now = phase::ready;
  bool started = false;
  bool must_cancel = false; ///< a request that came where no wait could be ended; the next await delivers it
  bool was_cancelled = false;
  bool at_end = false;    ///< `root` has reached its final suspension; finish() is due
  bool retrieved = false; ///< somebody has seen `error`
  bool enrolled = false;  ///< the explorer has written it down

protected:
  virtual ~task_state();
  /// Takes the result out of the finished coroutine.
  virtual void take_result() noexcept = 0;

private:
  std::uint32_t references_ = 1;
};

/// Shared ownership of a task_state; not for several threads.
template <class State = task_state> class task_pointer {
public:
  constexpr task_pointer() noexcept = default;
  /// Takes over the reference that the state was born with.
  static task_pointer adopt(State *state) noexcept {
    task_pointer pointer;
    pointer.state_ = state;
    return pointer;
  }
  /// One more reference.
  static task_pointer share(State &state) noexcept {
    state.retain();
    return adopt(&state);
  }
  task_pointer(const task_pointer &other) noexcept : state_(other.state_) {
    if (state_)
      state_->retain();
  }
  task_pointer(task_pointer &&other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  task_pointer &operator=(task_pointer other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~task_pointer() {
    if (state_)
      state_->release();
  }
  [[nodiscard]] State *get() const noexcept { return state_; }
  [[nodiscard]] State *operator->() const noexcept { return state_; }
  [[nodiscard]] State &operator*() const noexcept { return *state_; }
  [[nodiscard]] explicit operator bool() const noexcept { return state_ != nullptr; }

private:
  State *state_ = nullptr;
};

} // namespace corace::detail
