// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/errors.h>
#include <corace/event_loop.h>

#include <algorithm>
#include <utility>

namespace corace {

namespace {
thread_local event_loop *running_loop = nullptr;

/// The loop's own thread-wide mark, for as long as it runs.
struct running_mark {
  explicit running_mark(event_loop &loop) noexcept : before(std::exchange(running_loop, &loop)) {}
  running_mark(const running_mark &) = delete;
  running_mark &operator=(const running_mark &) = delete;
  ~running_mark() { running_loop = before; }
  event_loop *before;
};

[[nodiscard]] bool later(loop_clock::time_point a, std::uint64_t a_sequence, loop_clock::time_point b,
                         std::uint64_t b_sequence) noexcept {
  return a != b ? a > b : a_sequence > b_sequence;
}
} // namespace

loop_clock::time_point loop_clock::now() noexcept { return running_loop ? running_loop->now() : time_point{}; }

event_loop::event_loop(bool observe, detail::scheduler *order, std::uint32_t ordinal) noexcept
    : scheduler_(order), ordinal_(ordinal), observed_(observe) {}

event_loop::~event_loop() {
  teardown_ = true;
  running_mark mark(*this); // destructors may ask for the loop
  while (youngest_) {
    detail::task_state &task = *youngest_;
    remove(task);
    task.abandon();
    task.release();
  }
  ready_.clear();
  while (!timers_.empty())
    erase(*timers_.back());
}

event_loop *event_loop::current() noexcept { return running_loop; }

event_loop &event_loop::require(const char *who) {
  if (!running_loop)
    throw usage_error(std::string("corace::") + who +
                      ": no event loop runs on this thread; call it inside corace::run()");
  return *running_loop;
}

std::vector<detail::task_state *> event_loop::tasks() const {
  std::vector<detail::task_state *> all;
  for (detail::task_state *task = oldest_; task; task = task->next_live)
    all.push_back(task);
  return all;
}

void event_loop::run(detail::task_state &main) {
  if (running_loop)
    throw usage_error("corace::run: the calling thread runs an event loop already");
  running_mark mark(*this);
  while (!main.done())
    if (!(scheduler_ ? step() : tick()))
      deadlock(main);
  run_leftovers();
}

// The main task has ended: what it left behind is cancelled and waited for. A task that refuses to end, because it
// waits for what nobody will do, is destroyed with the loop.
void event_loop::run_leftovers() {
  for (detail::task_state *task = oldest_; task; task = task->next_live)
    task->cancel();
  while (oldest_ && (scheduler_ ? step() : tick())) {
  }
}

void event_loop::add(detail::task_state &task) {
  task.retain();
  task.previous_live = youngest_;
  (youngest_ ? youngest_->next_live : oldest_) = &task;
  youngest_ = &task;
  if (task.name.empty())
    task.name = "Task-" + std::to_string(++task_names_);
  if (observed_)
    task.id = detect::add_task(running_ ? running_->id : 0, task.name);
  post(task);
}

void event_loop::remove(detail::task_state &task) noexcept {
  (task.previous_live ? task.previous_live->next_live : oldest_) = task.next_live;
  (task.next_live ? task.next_live->previous_live : youngest_) = task.previous_live;
  task.previous_live = task.next_live = nullptr;
}

void event_loop::post(detail::ready_node &node) noexcept {
  if (!teardown_)
    ready_.push_back(node);
}

void event_loop::wake(detail::task_state &task) noexcept {
  if (teardown_)
    return;
  order(running_, &task);
  task.now = detail::task_state::phase::ready;
  post(task);
}

void event_loop::park(detail::wait_node &node, std::coroutine_handle<> innermost) noexcept {
  detail::task_state &task = *running_;
  node.task = &task;
  node.outcome = detail::wait_node::state::waiting;
  task.innermost = innermost;
  task.parked_at = &node;
  task.now = detail::task_state::phase::waiting;
  if (task.must_cancel && node.operations->cancel(node))
    task.must_cancel = false;
}

void event_loop::yield(detail::wait_node &node, std::coroutine_handle<> innermost) noexcept {
  detail::task_state &task = *running_;
  node.task = &task;
  node.outcome = detail::wait_node::state::woken;
  task.innermost = innermost;
  task.parked_at = &node;
  task.now = detail::task_state::phase::ready;
  post(task);
}

bool event_loop::pass_time() noexcept {
  if (timers_.empty())
    return false;
  now_ = std::max(now_, timers_.front()->deadline_);
  return true;
}

void event_loop::fire_timers() noexcept {
  while (!timers_.empty() && timers_.front()->deadline_ <= now_) {
    detail::timer &due = *timers_.front();
    erase(due);
    post(due);
  }
}

void event_loop::hurry(detail::task_state &sleeper) noexcept {
  for (detail::timer *each : timers_)
    if (each->sleeper_ == &sleeper) {
      now_ = std::max(now_, each->deadline_);
      break;
    }
}

// One turn of the plain loop: what was ready when it began, in that order.
bool event_loop::tick() {
  if (ready_.empty() && !pass_time())
    return false;
  fire_timers();
  ++ticks_;
  detail::ready_node end_of_tick;
  ready_.push_back(end_of_tick);
  while (detail::ready_node *node = ready_.pop_front()) {
    if (node == &end_of_tick)
      break;
    run_node(*node);
  }
  return true;
}

// One segment of the task that the scheduler picks. Call-backs of the loop are no decisions: they run as soon as they
// are queued, so that all tasks which can be ready are. Under `loop_order` everything happens as in tick(), one node a
// step.
bool event_loop::step() {
  if (scheduler_->loop_order()) {
    if (ready_.empty() && !pass_time())
      return false;
    fire_timers();
    ++ticks_;
    detail::ready_node &next = ready_.front();
    if (!next.fire) {
      choices_.clear();
      for (detail::ready_node *node = ready_.first(); node; node = ready_.after(*node))
        if (!node->fire)
          choices_.push_back(static_cast<detail::task_state *>(node));
      if (!scheduler_->pick(*this, choices_))
        throw detail::run_abandoned();
    }
    next.unlink();
    run_node(next);
    return true;
  }
  if (detail::task_state *sleeper = scheduler_->in_a_hurry())
    hurry(*sleeper);
  for (;;) {
    fire_timers();
    choices_.clear();
    for (detail::ready_node *node = ready_.first(); node;) {
      if (!node->fire) {
        choices_.push_back(static_cast<detail::task_state *>(node));
        node = ready_.after(*node);
        continue;
      }
      node->unlink();
      run_node(*node); // may queue and unlink others, so the walk starts afresh
      choices_.clear();
      node = ready_.first();
    }
    if (!choices_.empty())
      break;
    if (!pass_time())
      return false;
  }
  ++ticks_;
  detail::task_state *chosen = scheduler_->pick(*this, choices_);
  if (!chosen)
    throw detail::run_abandoned();
  chosen->unlink();
  run_segment(*chosen);
  return true;
}

void event_loop::run_node(detail::ready_node &node) {
  if (node.fire)
    node.fire(node);
  else
    run_segment(static_cast<detail::task_state &>(node));
}

void event_loop::run_segment(detail::task_state &task) {
  using phase = detail::task_state::phase;
  const auto kept = detail::task_pointer<>::share(task);
  running_ = &task;
  task.now = phase::running;
  if (observed_) {
    detect::enter(task.id);
    detect::synchronise(reinterpret_cast<const void *>(task.key & ~std::uint64_t{15}),
                        false); // see task_state::cancel()
  }
  if (!task.started && task.must_cancel) { // cancelled before its first segment: the body never runs
    task.must_cancel = false;
    task.was_cancelled = true;
    task.finish();
  } else {
    task.started = true;
    task.innermost.resume();
    if (task.at_end && scheduler_)
      scheduler_->ending(task);
    if (task.at_end)
      task.finish();
    else if (task.now == phase::running) // at an awaiter that is not one of the runtime's
      task.now = phase::waiting;
  }
  ++task.segments;
  if (observed_)
    detect::leave();
  running_ = nullptr;
  if (scheduler_)
    scheduler_->ran(task);
}

void event_loop::deadlock(const detail::task_state &main) {
  std::string message = "deadlock: nothing can run, and '" + main.name + "' has not ended";
  for (const detail::task_state *task = oldest_; task; task = task->next_live) {
    message += "; '" + task->name + "' waits for ";
    message += task->parked_at ? task->parked_at->operations->describe(*task->parked_at)
                               : "an awaitable that is not one of the runtime's";
  }
  if (scheduler_)
    scheduler_->deadlocked(message);
  else
    detail::report_deadlock(message);
  throw deadlock_error(message);
}

// Timers: a binary heap in which each timer knows its place.

void event_loop::place(std::size_t index, detail::timer &timer) noexcept {
  timers_[index] = &timer;
  timer.index_ = index;
}

void event_loop::sift(std::size_t index) noexcept {
  detail::timer &moved = *timers_[index];
  const auto after = [](const detail::timer &a, const detail::timer &b) {
    return later(a.deadline_, a.sequence_, b.deadline_, b.sequence_);
  };
  while (index > 0 && after(*timers_[(index - 1) / 2], moved)) {
    place(index, *timers_[(index - 1) / 2]);
    index = (index - 1) / 2;
  }
  for (;;) {
    std::size_t child = 2 * index + 1;
    if (child >= timers_.size())
      break;
    if (child + 1 < timers_.size() && after(*timers_[child], *timers_[child + 1]))
      ++child;
    if (!after(moved, *timers_[child]))
      break;
    place(index, *timers_[child]);
    index = child;
  }
  place(index, moved);
}

void event_loop::insert(detail::timer &timer) {
  timer.sequence_ = timer_sequence_++;
  timers_.push_back(&timer);
  sift(timers_.size() - 1);
}

void event_loop::erase(detail::timer &timer) noexcept {
  const std::size_t index = timer.index_;
  timer.index_ = detail::timer::nowhere;
  timer.loop_ = nullptr;
  detail::timer *last = timers_.back();
  timers_.pop_back();
  if (last == &timer)
    return;
  place(index, *last);
  sift(index);
}

void detail::timer::start(event_loop &loop, loop_clock::time_point deadline, void (*expired)(ready_node &)) {
  stop();
  loop_ = &loop;
  deadline_ = deadline;
  sleeper_ = loop.running();
  fire = expired;
  loop.insert(*this);
}

void detail::timer::stop() noexcept {
  unlink(); // it may have been due, and wait for its turn
  if (loop_)
    loop_->erase(*this);
}

detail::task_state &detail::running_task(const char *who) {
  event_loop *loop = event_loop::current();
  if (!loop || !loop->running())
    throw usage_error(std::string("corace::") + who + ": no task runs on this thread");
  return *loop->running();
}

bool detail::end_wait(wait_node &node) noexcept {
  node.unlink();
  task_state *task = std::exchange(node.task, nullptr);
  if (!task)
    return false; // the await did not suspend
  task->parked_at = nullptr;
  return std::exchange(task->must_cancel, false) || node.outcome == wait_node::state::cancelled;
}

} // namespace corace
