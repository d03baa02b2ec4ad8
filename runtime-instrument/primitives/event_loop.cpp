// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/any_task.h>
#include <corace/detail/promise.h>
#include <corace/detail/reactor.h>
#include <corace/detail/thread_pool.h>
#include <corace/errors.h>
#include <corace/event_loop.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace corace {

namespace {
/// The loops of the process that have not been closed.
struct live_loops {
  std::mutex lock;
  std::vector<std::uint64_t> serials;
  std::uint64_t last = 0;
};
live_loops &loops() {
  static auto *all = new live_loops; // outlives static destructors
  return *all;
}
} // namespace

/// The loop's own thread-wide mark, for as long as it runs.
class event_loop::running_mark {
public:
  explicit running_mark(event_loop &loop) noexcept
      : loop_(loop), before_(std::exchange(detail::here, {&loop, nullptr, loop.log_})),
        was_(std::exchange(loop.is_running_, true)) {}
  running_mark(const running_mark &) = delete;
  running_mark &operator=(const running_mark &) = delete;
  ~running_mark() {
    detail::here = before_;
    loop_.is_running_ = was_;
    loop_.running_ = nullptr;
  }

private:
  event_loop &loop_;
  detail::thread_state before_;
  bool was_;
};

bool debug_by_environment() noexcept {
  const char *text = std::getenv("CORACE_DEBUG");
  return text && *text && std::string_view(text) != "0";
}

loop_clock::time_point loop_clock::now() noexcept {
  if (!detail::here.loop)
    return {};
  detail::note_clock(*detail::here.loop);
  return detail::here.loop->now();
}

loop_clock::time_point event_loop::now() const noexcept {
  return real_time_ ? loop_clock::time_point(std::chrono::steady_clock::now() - began_) : now_;
}

event_loop::event_loop(const run_options &options, detail::supervision watched)
    : scheduler_(watched.order), log_(watched.order ? watched.order->log() : nullptr), observed_(watched.observe),
      noted_(watched.observe || log_), debug_(options.debug),
      careful_(options.debug || watched.observe || watched.order), strict_(options.strict),
      real_time_(options.clock == run_options::time::real), ordinal_(watched.ordinal),
      root_key_(detail::watched_task::key_of_child(0, watched.ordinal)), began_(std::chrono::steady_clock::now()),
      slow_segment_(options.slow_segment) {
  auto &all = loops();
  const std::lock_guard guard(all.lock);
  serial_ = ++all.last;
  all.serials.push_back(serial_);
}

event_loop::~event_loop() {
  const std::string pending = pending_tasks();
  discard_everything();
  if (!pending.empty() && !forgiven_ && !scheduler_)
    std::fprintf(stderr, "corace: the event loop was destroyed while tasks had not ended: %s\n", pending.c_str());
}

bool event_loop::alive(std::uint64_t serial) noexcept {
  auto &all = loops();
  const std::lock_guard guard(all.lock);
  return std::find(all.serials.begin(), all.serials.end(), serial) != all.serials.end();
}

event_loop &event_loop::require(const char *who) {
  if (!current())
    throw usage_error(std::string("corace::") + who +
                      ": no event loop runs on this thread; call it inside corace::run()");
  return *current();
}

void event_loop::check_usable(const char *who) const {
  if (closed_)
    throw usage_error(std::string("corace::event_loop::") + who + ": the event loop is closed");
}

void event_loop::check_thread(const char *who) const {
  if (debug_ && is_running_ && current() != this)
    throw usage_error(std::string("corace::event_loop::") + who +
                      ": called from a thread that does not run the event loop; use call_soon_threadsafe()");
}

std::vector<any_task> event_loop::all_tasks() const {
  std::vector<any_task> all;
  for (detail::task_state *task = oldest_; task; task = task->next_live)
    all.emplace_back(detail::task_pointer<>::share(*task));
  return all;
}

void event_loop::close() {
  if (is_running_)
    throw usage_error("corace::event_loop::close(): the event loop runs");
  if (closed_)
    return;
  const std::string pending = pending_tasks();
  discard_everything();
  if (!pending.empty() && !forgiven_)
    throw usage_error("corace::event_loop::close(): tasks had not ended: " + pending);
}

void event_loop::discard_everything() noexcept {
  if (closed_)
    return;
  {
    const std::lock_guard guard(posts_lock_); // post_threadsafe() looks at closed_ under it
    closed_ = true;
    take_posts_locked();
  }
  teardown_ = true;
  const running_mark mark(*this); // destructors may ask for the loop
  while (youngest_) {
    detail::task_state &task = *youngest_;
    remove(task);
    task.abandon();
    task.release();
  }
  while (detail::ready_node *node = ready_.pop_front())
    if (node->fire)
      node->fire(*node, false);
  while (!timers_.empty()) {
    detail::timer &last = *timers_.back();
    erase(last);
    last.fire(last, false);
  }
  threads_.reset(); // who waits there for what the loop was to do knows by now that it will not come
  auto &all = loops();
  const std::lock_guard guard(all.lock);
  std::erase(all.serials, serial_);
}

bool event_loop::is_empty() const noexcept {
  return !closed_ && !oldest_ && ready_.empty() && timers_.empty() && !reactor_ && !threads_ && !outside_ &&
         !posts_waiting_ && !exception_handler_ && !task_factory_ && !interrupt_handler_;
}

void event_loop::rewind() noexcept {
  ticks_ = task_numbers_ = timer_sequence_ = 0;
  root_children_ = root_timers_ = 0;
  now_ = {};
  stopping_ = forgiven_ = false;
  noted_ = observed_ || (log_ && scheduler_->watches);
}

void event_loop::introduce(detail::task_state &task) {
  task.enrol();
  if (observed())
    task.watched->id = detect::add_task(running_ ? running_->detector_id() : 0, task.name());
}

void event_loop::run_forever() {
  check_usable("run_forever()");
  if (current())
    throw usage_error("corace::event_loop::run_forever(): the calling thread runs an event loop already");
  const running_mark mark(*this);
  const stop_guard guard(*this);
  if (stopping_) { // one tick, and no waiting
    tick_without_waiting();
    return;
  }
  while (!stopping_)
    if (!advance())
      wait_outside();
}

// The tick in which the future has ended is finished, and the one in which its call-backs run.
void event_loop::run_until(detail::future_state &what) {
  check_usable("run_until_complete()");
  if (current())
    throw usage_error("corace::run: the calling thread runs an event loop already");
  if (what.loop != this)
    throw std::invalid_argument("corace::event_loop::run_until_complete(): " + what.title() +
                                " belongs to another event loop");
  const running_mark mark(*this);
  const stop_guard guard(*this);
  if (scheduler_) {
    while (!what.done())
      if (!step())
        deadlock(what);
    return;
  }
  struct stopper : detail::completion {
    explicit stopper(event_loop &in) noexcept : loop(in) {
      completed = [](detail::completion &ended, detail::future_state &) noexcept {
        auto &self = static_cast<stopper &>(ended);
        self.loop.post(self.node);
      };
      node.self = this;
      node.fire = [](detail::ready_node &fired, bool run) {
        if (run)
          static_cast<own_node &>(fired).self->loop.stopping_ = true;
      };
    }
    struct own_node : detail::ready_node {
      stopper *self = nullptr;
    };
    event_loop &loop;
    own_node node;
  } end(*this);
  if (what.done())
    post(end.node);
  else
    what.completions.push_back(end);
  try {
    do {
      if (!run_ticks())
        deadlock(what);
    } while (!stopping_);
  } catch (const fatal_exit &) {
    if (what.done())
      what.retrieved = true; // it comes out now
    throw;
  }
  if (!what.done())
    throw usage_error("corace::event_loop::run_until_complete(): stop() was called before " + what.title() +
                      " had ended");
}

void event_loop::run_main(detail::future_state &main) {
  run_until(main);
  cancel_all_tasks();
}

// A task that refuses to end, because it waits for what nobody will do, is destroyed with the loop.
void event_loop::cancel_all_tasks() {
  if (!oldest_)
    return;
  std::vector<detail::task_pointer<>> left;
  for (detail::task_state *task = oldest_; task; task = task->next_live)
    left.push_back(detail::task_pointer<>::share(*task));
  {
    const running_mark mark(*this);
    for (const auto &task : left)
      task->cancel();
    // Tasks that are made meanwhile are nobody's any more: who goes on making them would keep the loop for ever.
    for (const auto &task : left)
      while (!task->done() && advance()) {
      }
  }
  for (const auto &task : left)
    if (task->done() && task->error && !task->was_cancelled && !task->retrieved) {
      task->retrieved = true;
      loop_report report{.message = "failed while the event loop was shutting down", .exception = task->error};
      report.object = task->title();
      call_exception_handler(report);
    }
}

void detail::no_running_task(const char *who) {
  throw usage_error(std::string("corace::") + who + ": no task runs on this thread");
}

} // namespace corace
