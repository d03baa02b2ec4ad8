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
      : loop_(loop), before_(std::exchange(detail::here, {&loop, nullptr})),
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
  return detail::here.loop ? detail::here.loop->now() : time_point{};
}

loop_clock::time_point event_loop::now() const noexcept {
  return real_time_ ? loop_clock::time_point(std::chrono::steady_clock::now() - began_) : now_;
}

event_loop::event_loop(const run_options &options, detail::supervision watched)
    : scheduler_(watched.order), observed_(watched.observe), debug_(options.debug),
      careful_(options.debug || watched.observe || watched.order), strict_(options.strict),
      real_time_(options.clock == run_options::time::real), ordinal_(watched.ordinal),
      began_(std::chrono::steady_clock::now()), slow_segment_(options.slow_segment) {
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

// Each with what it waits for.
std::string event_loop::pending_tasks() const {
  std::string text;
  for (const detail::task_state *task = oldest_; task; task = task->next_live) {
    text += (text.empty() ? "'" : "; '") + task->name() + "'";
    if (const std::string target = task->waits_for(); !target.empty())
      text += " waits for " + target;
    if (task->has_place)
      text +=
          std::string(" (created at ") + task->created.file_name() + ":" + std::to_string(task->created.line()) + ")";
  }
  return text;
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

void event_loop::introduce(detail::task_state &task) {
  task.enrol();
  if (observed())
    task.id = detect::add_task(running_ ? running_->id : 0, task.name());
}

bool event_loop::post_threadsafe(detail::ready_node &node) noexcept {
  const std::lock_guard guard(posts_lock_);
  if (closed_)
    return false;
  posts_.push_back(node);
  posts_waiting_.store(true, std::memory_order_release);
  if (asleep_)
    reactor_->wake();
  return true;
}

void event_loop::take_posts() {
  {
    const std::lock_guard guard(posts_lock_);
    take_posts_locked();
  }
  if (interrupted_.exchange(false) && interrupt_handler_)
    interrupt_handler_();
}

void event_loop::interrupt() noexcept {
  interrupted_.store(true);
  posts_waiting_.store(true);
  if (reactor_)
    reactor_->wake();
}

void event_loop::take_posts_locked() noexcept {
  posts_waiting_.store(false, std::memory_order_relaxed);
  while (detail::ready_node *node = posts_.pop_front()) {
    if (!node->fire) {
      auto &task = static_cast<detail::task_state &>(*node);
      task.now = detail::task_state::phase::ready;
      if (task.parked_at)
        task.parked_at->outcome = detail::wait_node::state::woken;
    }
    ready_.push_back(*node);
  }
}

detail::reactor &event_loop::outside() {
  if (!reactor_) {
    auto fresh = std::make_unique<detail::reactor>();
    const std::lock_guard guard(posts_lock_); // post_threadsafe() may look
    reactor_ = std::move(fresh);
  }
  return *reactor_;
}

void event_loop::forget_descriptor(int descriptor) noexcept {
  if (reactor_)
    reactor_->forget(descriptor);
}

detail::thread_pool &event_loop::threads() {
  check_usable("threads()");
  if (!threads_)
    threads_ = std::make_unique<detail::thread_pool>();
  return *threads_;
}

// Something outside of the loop may make it ready: then time passes at its real speed.
bool event_loop::expects_outside() const noexcept { return outside_ != 0 || (reactor_ && reactor_->watching()); }

// Nothing is ready: time passes, up to the next deadline. False: there is none, and nothing outside is awaited.
bool event_loop::pass_time() {
  if (!real_time_ && !expects_outside()) {
    if (timers_.empty())
      return false;
    now_ = std::max(now_, timers_.front()->deadline_);
    return true;
  }
  if (timers_.empty() && !expects_outside())
    return false;
  wait_outside();
  return true;
}

void event_loop::wait_outside() {
  detail::reactor &system = outside();
  {
    const std::lock_guard guard(posts_lock_);
    if (!posts_.empty())
      return;
    asleep_ = true;
  }
  const auto before = std::chrono::steady_clock::now();
  std::optional<std::chrono::nanoseconds> limit;
  if (!timers_.empty())
    limit = timers_.front()->deadline_ - now();
  // In debug mode a long silence is broken once.
  const auto silence = 100 * slow_segment_;
  const bool tell = debug_ && !told_of_silence_ && (!limit || *limit > silence);
  system.wait(tell ? silence : limit);
  if (tell && !posts_waiting_ && std::chrono::steady_clock::now() - before >= silence) {
    told_of_silence_ = true;
    std::fprintf(stderr, "corace: nothing has run for %.3f s; %s\n", std::chrono::duration<double>(silence).count(),
                 pending_tasks().c_str());
  }
  if (!real_time_)
    now_ += std::chrono::steady_clock::now() - before;
  const std::lock_guard guard(posts_lock_);
  asleep_ = false;
}

// Takes in what has come from outside, and sees to it that something is ready. False: nothing can be.
bool event_loop::collect() {
  for (;;) {
    if (posts_waiting_.load(std::memory_order_relaxed)) [[unlikely]]
      take_posts();
    if (reactor_ && reactor_->watching())
      reactor_->wait(std::chrono::nanoseconds(0));
    if (real_time_)
      now_ = now();
    fire_timers();
    if (!ready_.empty())
      return true;
    if (!pass_time())
      return false;
  }
}

inline void event_loop::end_task(detail::task_state &task) {
  if (scheduler_ || task.fatal) [[unlikely]]
    return end_specially(task);
  task.finish();
  leave_task();
}

// One segment.
inline void event_loop::advance_task(detail::task_state &task) {
  using phase = detail::task_state::phase;
  running_ = &task;
  detail::here.values = &task.values;
  if (task.special && !prepare(task))
    return;
  task.now = phase::running;
  task.innermost.resume();
  if (task.at_end)
    return end_task(task);
  if (task.now == phase::running) [[unlikely]] // at an awaiter that is not one of the runtime's
    task.now = phase::waiting;
  leave_task();
}

// What comes before a segment that is not like most. False: the task has had its turn.
bool event_loop::prepare(detail::task_state &task) {
  if (task.at_end) {
    const std::exception_ptr escaping = complain_of_foreign_hand(task);
    end_task(task);
    if (escaping)
      std::rethrow_exception(escaping);
    return false;
  }
  if (!task.started && task.must_cancel) { // cancelled before its first segment: the body never runs
    task.must_cancel = false;
    task.was_cancelled = true;
    task.finish();
    leave_task();
    return false;
  }
  if (detail::wait_node *at = task.parked_at; at && at->operations->proceed && !at->operations->proceed(*at)) {
    task.now = detail::task_state::phase::waiting;
    leave_task();
    return false;
  }
  task.started = true;
  task.special = false;
  return true;
}

void event_loop::end_specially(detail::task_state &task) {
  if (scheduler_)
    scheduler_->ending(task);
  const std::exception_ptr escaping = task.fatal ? task.error : nullptr;
  task.finish();
  leave_task();
  if (escaping)
    std::rethrow_exception(escaping);
}

// One turn of the plain loop: what is ready when it begins, in that order.
[[gnu::always_inline]] inline void event_loop::run_ready() {
  ++ticks_;
  struct ready_now : detail::list<detail::ready_node> {
    explicit ready_now(detail::list<detail::ready_node> &all) noexcept : from(all) { take_in_front(all); }
    ~ready_now() { from.take_in_front(*this); } // there are some left where a fatal_exit comes out
    detail::list<detail::ready_node> &from;
  } batch(ready_);
  while (detail::ready_node *node = batch.pop_front()) {
    if (careful_) [[unlikely]]
      run_with_care(*node);
    else if (node->fire)
      node->fire(*node, true);
    else
      advance_task(static_cast<detail::task_state &>(*node));
  }
}

bool event_loop::tick() {
  if (!only_ready() && !collect())
    return false;
  run_ready();
  return true;
}

// The same again and again, up to a tick that needs more than what is ready, or to stop().
bool event_loop::run_ticks() {
  if (!only_ready() && !collect())
    return false;
  do
    run_ready();
  while (!stopping_ && only_ready());
  return true;
}

// One segment of the task that the scheduler picks. Call-backs are no decisions: they run as soon as they are queued,
// so that all tasks which can be ready are. Under `loop_order` everything happens as in tick(), one node a step.
bool event_loop::step() {
  if (scheduler_->loop_order()) {
    if (!collect())
      return false;
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
  do {
    if (!collect())
      return false;
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
  } while (choices_.empty());
  ++ticks_;
  detail::task_state *chosen = scheduler_->pick(*this, choices_);
  if (!chosen)
    throw detail::run_abandoned();
  chosen->unlink();
  run_segment(*chosen);
  return true;
}

bool event_loop::advance() { return scheduler_ ? step() : tick(); }

void event_loop::run_node(detail::ready_node &node) {
  if (node.fire)
    node.fire(node, true);
  else
    run_segment(static_cast<detail::task_state &>(node));
}

void event_loop::run_with_care(detail::ready_node &node) {
  if (debug_)
    run_timed(node);
  else
    run_node(node);
}

// In debug mode: a segment or call-back that takes long keeps all others from running.
void event_loop::run_timed(detail::ready_node &node) {
  const std::string who =
      node.fire ? "a call-back" : static_cast<detail::task_state &>(static_cast<detail::ready_node &>(node)).title();
  const auto before = std::chrono::steady_clock::now();
  run_node(node);
  const auto took = std::chrono::steady_clock::now() - before;
  if (took >= slow_segment_)
    std::fprintf(stderr, "corace: %s ran for %.3f s without giving up its turn\n", who.c_str(),
                 std::chrono::duration<double>(took).count());
}

void event_loop::run_segment(detail::task_state &task) {
  if (watched()) [[unlikely]]
    run_watched(task);
  else
    advance_task(task);
}

void event_loop::run_watched(detail::task_state &task) {
  const auto kept = detail::task_pointer<>::share(task);
  if (observed()) {
    detect::enter(task.id);
    // See task_state::cancel().
    detect::note(detail::sync_event::look, reinterpret_cast<const void *>(task.key & ~std::uint64_t{15}));
  }
  advance_task(task);
  ++task.segments;
  if (observed())
    detect::leave();
  if (scheduler_)
    scheduler_->ran(task);
}

// Somebody has resumed the task's coroutine by its handle, and it has come to its end. What a fatal handler throws is
// given back.
std::exception_ptr event_loop::complain_of_foreign_hand(const detail::task_state &task) noexcept {
  try {
    loop_report report{.message = "was resumed to its end by somebody else than its event loop",
                       .exception =
                           std::make_exception_ptr(invalid_state(task.title() + " had ended before its turn came"))};
    report.object = task.title();
    call_exception_handler(report);
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

void event_loop::add_eagerly(detail::task_state &task) {
  enlist(task);
  const auto kept = detail::task_pointer<>::share(task);
  detail::task_state *const outer = running_;
  detail::context_slot *const values = detail::here.values;
  const detect::task_id before = observed() ? detect::enter_nested(task.id) : 0;
  std::exception_ptr escaping;
  try {
    advance_task(task);
  } catch (...) { // a fatal_exit
    escaping = std::current_exception();
  }
  if (observed())
    detect::leave_nested(before);
  running_ = outer;
  detail::here.values = values;
  order(&task, outer);
  if (escaping)
    std::rethrow_exception(escaping);
}

void event_loop::run_forever() {
  check_usable("run_forever()");
  if (current())
    throw usage_error("corace::event_loop::run_forever(): the calling thread runs an event loop already");
  const running_mark mark(*this);
  const stop_guard guard(*this);
  if (stopping_) { // one tick, and no waiting
    fire_timers();
    run_ready();
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
    while (oldest_ && advance()) {
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

void event_loop::deadlock(const detail::future_state &main) {
  const std::string pending = pending_tasks();
  const std::string message =
      "deadlock: nothing can run, and " + main.title() + " has not ended" + (pending.empty() ? "" : "; " + pending);
  forgiven_ = true; // the message names them
  if (scheduler_)
    scheduler_->deadlocked(message);
  else
    detail::report_deadlock(message);
  throw deadlock_error(message);
}

void detail::no_running_task(const char *who) {
  throw usage_error(std::string("corace::") + who + ": no task runs on this thread");
}

} // namespace corace
