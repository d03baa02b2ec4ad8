// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/errors.h>
#include <corace/task_group.h>

namespace corace {

/// One of the tasks. It is there until its end has been dealt with: at once where nobody has to be told, else in a
/// call-back.
struct task_group::member : detail::link {
  struct on_end : detail::completion {
    explicit on_end(member &m) noexcept : self(m) {
      completed = [](completion &node, detail::future_state &) noexcept {
        member &ended = static_cast<on_end &>(node).self;
        ended.group.task_ended(ended);
      };
    }
    member &self;
  };
  struct callback : detail::ready_node {
    explicit callback(member &m) noexcept : self(m) {
      fire = [](ready_node &node, bool run) {
        if (!run)
          return;
        member &ended = static_cast<callback &>(node).self;
        ended.group.member_ended(ended);
      };
    }
    member &self;
  };
  member(task_group &g, detail::task_state &t) : group(g), task(detail::task_pointer<>::share(t)) {}
  static void *operator new(std::size_t size) { return detail::allocate_frame(size); }
  static void operator delete(void *block, std::size_t size) noexcept { detail::release_frame(block, size); }

  task_group &group;
  detail::task_pointer<> task;
  on_end end{*this};
  callback turn{*this};
};

/// Waits for the group's tasks.
class task_group::awaiter : public detail::wait_node {
public:
  explicit awaiter(task_group &group) noexcept : wait_node(operations), group_(group) {}
  bool await_ready() const noexcept { return group_.unfinished_ == 0 && !detail::strict_here(); }
  void await_suspend(detail::task_coroutine innermost) {
    detail::task_state &waiting = detail::running_task("task_group::join()");
    if (group_.unfinished_ == 0)
      return waiting.loop->yield(*this, innermost); // strict
    group_.waiter_ = this;
    waiting.loop->park(*this, innermost);
  }
  void await_resume() {
    group_.waiter_ = nullptr;
    if (detail::end_wait(*this))
      detail::throw_cancelled();
  }

private:
  static const detail::wait_operations operations;
  task_group &group_;
};

const detail::wait_operations task_group::awaiter::operations = {
    [](wait_node &node) noexcept {
      if (node.outcome != state::waiting)
        return false;
      static_cast<awaiter &>(node).group_.waiter_ = nullptr;
      node.outcome = state::cancelled;
      node.task->loop->wake(*node.task);
      return true;
    },
    [](const wait_node &node) {
      const task_group &group = static_cast<const awaiter &>(node).group_;
      return std::to_string(group.unfinished_) + (group.unfinished_ == 1 ? " task of " : " tasks of ") + group.title();
    }};

task_group::~task_group() {
  cancel();
  while (detail::link *first = members_.pop_front())
    delete static_cast<member *>(first);
}

void task_group::check_open() {
  if (state_ == state::ended)
    throw usage_error("corace::task_group: create_task() in " + title() + ", which has ended");
  if (aborting_)
    throw usage_error("corace::task_group: create_task() in " + title() + ", which shuts down");
  if (state_ != state::created)
    return;
  event_loop *loop = event_loop::current();
  if (!loop || !loop->running())
    throw usage_error("corace::task_group: create_task() in " + title() +
                      ", which has not been entered, and no task runs that could enter it");
  adopt_parent(*loop->running());
  state_ = state::open;
}

void task_group::enter() {
  detail::task_state &task = detail::running_task("task_group::run()");
  if (state_ != state::created)
    throw usage_error("task '" + task.name() + "' enters " + to_string(*this) + ": it was entered already");
  adopt_parent(task);
  state_ = state::running;
}

// A request that has not been delivered yet is none from before.
void task_group::adopt_parent(detail::task_state &task) noexcept {
  parent_ = detail::task_pointer<>::share(task);
  requests_ = task.cancel_requests - (task.must_cancel && task.cancel_requests ? 1 : 0);
}

void task_group::add(detail::task_state &task) {
  auto *added = new member(*this, task);
  members_.push_back(*added);
  ++unfinished_;
  ++running_;
  if (task.done()) // it was eager
    added->end.completed(added->end, task);
  else
    task.completions.push_back(added->end);
}

void task_group::cancel() noexcept {
  aborting_ = true;
  for (detail::link *each = members_.first(); each; each = members_.after(*each))
    static_cast<member *>(each)->task->cancel();
}

// The end of a task that is neither the last nor a failure changes nothing but the count, and needs no turn.
void task_group::task_ended(member &ended) noexcept {
  detail::task_state &task = *ended.task;
  const bool bad = task.error && !task.was_cancelled;
  note(bad ? detail::sync_event::change : detail::sync_event::look);
  if (--running_ == 0 || bad)
    task.loop->post(ended.turn);
  else
    strike_off(ended);
}

void task_group::strike_off(member &ended) noexcept {
  --unfinished_;
  if (const detect::task_id id = ended.task->detector_id())
    ended_.push_back(id);
  delete &ended;
}

void task_group::member_ended(member &ended) {
  const detail::task_pointer<> task = ended.task;
  strike_off(ended);
  if (unfinished_ == 0 && waiter_ && waiter_->outcome == detail::wait_node::state::waiting) {
    waiter_->outcome = detail::wait_node::state::woken;
    waiter_->task->loop->wake(*waiter_->task);
  }
  if (task->error && !task->was_cancelled)
    failed(*task);
}

void task_group::failed(detail::task_state &task) {
  task.retrieved = true;
  errors_.push_back(task.error);
  if (task.fatal && !fatal_)
    fatal_ = task.error;
  if (parent_->done()) {
    loop_report report{.message =
                           "failed when '" + parent_->name() + "', which had started it in " + title() + ", had ended",
                       .exception = task.error};
    report.object = task.title();
    if (task.has_place)
      report.created = task.created;
    task.loop->call_exception_handler(report);
    return;
  }
  if (aborting_ || parent_cancelled_)
    return;
  cancel();
  if (state_ == state::running)
    parent_cancelled_ = parent_->cancel();
}

task<void> task_group::join() {
  detail::task_state &self = detail::running_task("task_group::join()");
  if (state_ != state::created && state_ != state::open)
    throw usage_error("task '" + self.name() + "' joins " + to_string(*this));
  adopt_parent(self);
  co_await finish(nullptr);
}

namespace {
/// What kind of exception it is.
struct nature {
  bool cancellation = false, fatal = false;
  bool standard = true; ///< derived from std::exception
  std::string text;
};
[[nodiscard]] nature nature_of(const std::exception_ptr &error) {
  nature found;
  try {
    std::rethrow_exception(error);
  } catch (const std::exception &e) {
    found.text = e.what();
  } catch (const cancelled_error &) {
    found = {.cancellation = true, .standard = false, .text = {}};
  } catch (const fatal_exit &) {
    found = {.fatal = true, .standard = false, .text = {}};
  } catch (const base_exception_group &e) {
    found = {.standard = false, .text = e.what()};
  } catch (...) {
    found.standard = false;
  }
  return found;
}

[[noreturn]] void throw_group(std::vector<std::exception_ptr> errors) {
  const bool one = errors.size() == 1;
  std::string message = std::to_string(errors.size()) + (one ? " task" : " tasks") + " of a group failed";
  if (const std::string text = nature_of(errors.front()).text; !text.empty())
    message += (one ? ": " : "; the first: ") + text;
  for (const std::exception_ptr &each : errors)
    if (!nature_of(each).standard)
      throw base_exception_group(std::move(message), std::move(errors));
  throw exception_group(message, std::move(errors));
}
} // namespace

// `failure`: what the body threw.
task<void> task_group::finish(std::exception_ptr failure) {
  state_ = state::waiting;
  std::exception_ptr cancellation;
  if (failure) {
    const nature how = nature_of(failure);
    if (how.cancellation)
      cancellation = std::exchange(failure, nullptr);
    else if (how.fatal && !fatal_)
      fatal_ = failure;
    if (!aborting_)
      cancel();
  }
  for (bool first = true; std::exchange(first, false) || unfinished_ != 0;) {
    try {
      co_await awaiter(*this);
    } catch (const cancelled_error &) {
      // After a failure it may be the group's own doing; see below for a request from outside.
      if (errors_.empty() && !parent_cancelled_)
        cancellation = std::current_exception();
      if (!aborting_)
        cancel();
    }
  }
  state_ = state::ended;
  detail::task_state &self = *parent_;
  if constexpr (CORACE_INSTRUMENT != 0)
    for (const detect::task_id each : ended_)
      detect::order(each, self.detector_id());
  if (parent_cancelled_)
    self.uncancel();
  if (fatal_)
    std::rethrow_exception(fatal_);
  if (failure)
    errors_.push_back(std::move(failure));
  if (!errors_.empty()) {
    if (self.cancel_requests > requests_)
      self.must_cancel = true; // a request from outside is still due: the next await delivers it
    throw_group(std::move(errors_));
  }
  if (cancellation)
    std::rethrow_exception(cancellation);
}

std::string to_string(const task_group &group) {
  using state = task_group::state;
  std::string text = group.title();
  const auto add = [&](std::size_t count, const char *what) {
    if (count)
      text += ", " + std::to_string(count) + " " + what + (count == 1 ? "" : "s");
  };
  switch (group.state_) {
  case state::created: return text + ", not entered";
  case state::open:
  case state::running: text += ", entered"; break;
  case state::waiting: text += ", waiting"; break;
  case state::ended: text += ", ended"; break;
  }
  add(group.unfinished_, "task");
  add(group.errors_.size(), "error");
  if (group.aborting_ && group.state_ != state::ended)
    text += ", cancelling";
  return text;
}

} // namespace corace
