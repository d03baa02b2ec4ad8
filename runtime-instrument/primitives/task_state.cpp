// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/create_task.h>
#include <corace/detail/promise.h>

namespace corace {

namespace detail {

namespace {
// For the detector a task is two objects: whether it is to be cancelled, which each of its segments looks at, and
// whether it has ended. Their keys come from the task's path, so they are the same in every run.
[[nodiscard]] const void *cancellation_of(const task_state &task) noexcept {
  return task.watched ? reinterpret_cast<const void *>(task.watched->key & ~std::uint64_t{15}) : nullptr;
}
} // namespace

const void *task_state::end_identity() const noexcept {
  return watched ? reinterpret_cast<const void *>((watched->key & ~std::uint64_t{15}) + 8) : nullptr;
}

const void *future_state::identity_of_task() const noexcept {
  return static_cast<const task_state *>(this)->end_identity();
}

void task_state::enrol() {
  watched = std::make_unique<watched_task>();
  watched->function = root->created.coroutine.function_name();
  const task_state *running = loop->running();
  if (!running && number == 1) { // the main task
    watched->key = loop->root_key();
    return;
  }
  // What a call-back creates counts as the main task's.
  if (!running || running->watched->path.empty()) {
    const std::uint32_t ordinal = loop->next_root_child();
    watched->path = detail::task_path().child(ordinal);
    watched->key = watched_task::key_of_child(loop->root_key(), ordinal);
    return;
  }
  watched_task &creator = *running->watched;
  watched->path = creator.path.child(++creator.children);
  watched->key = watched_task::key_of_child(creator.key, creator.children);
}

// The finisher of MurmurHash3 (Appleby) over a sum that no two small numbers share.
std::uint64_t watched_task::key_of_child(std::uint64_t key, std::uint32_t ordinal) noexcept {
  key = (key + ordinal) * 0x9e3779b97f4a7c15u;
  key = (key ^ (key >> 33)) * 0xff51afd7ed558ccdu;
  key = (key ^ (key >> 33)) * 0xc4ceb9fe1a85ec53u;
  return (key ^ (key >> 33)) & ~(std::uint64_t{1} << 63);
}

std::string task_state::title() const { return "task '" + name() + "'"; }

void task_state::order_before(task_state &next) const noexcept { next.loop->order(this, &next); }

const std::string &task_state::name() const {
  if (!name_ && watched && watched->path.empty()) {
    static const std::string main = "main";
    return main;
  }
  if (!name_) {
    name_ = std::make_unique<std::string>("Task-" + std::to_string(number));
    default_name_ = true;
  }
  return *name_;
}

std::string task_state::waits_for() const {
  if (now != phase::waiting)
    return {};
  return parked_at ? parked_at->operations->describe(*parked_at) : "an awaitable that is not one of the runtime's";
}

wait_reason task_state::why_waiting() const noexcept {
  wait_reason why;
  if (now == phase::waiting && parked_at && parked_at->operations->explain)
    parked_at->operations->explain(*parked_at, why);
  return why;
}

bool task_state::cancel(std::string message) noexcept {
  if (done()) {
    retrieved = true; // who cancels it knows of it
    return false;
  }
  if (!loop || being_cancelled) // tasks that wait for one another: the request has been here
    return false;
  ++cancel_requests;
  cancel_message = message.empty() ? nullptr : std::make_unique<std::string>(std::move(message));
  loop->note(sync_event::change, cancellation_of(*this));
  being_cancelled = true;
  if (!(parked_at && now == phase::waiting && parked_at->operations->cancel(*parked_at)))
    must_cancel = special = true; // special: where it has not begun, it never will
  being_cancelled = false;
  return true;
}

std::uint32_t task_state::uncancel() noexcept {
  if (cancel_requests == 0)
    return 0;
  if (--cancel_requests == 0)
    must_cancel = false;
  return cancel_requests;
}

void task_state::settle_cancellation() noexcept {
  if (std::exchange(must_cancel, false) && !error) // it cancelled itself and never awaited again
    was_cancelled = true;
  if (was_cancelled && !error && cancel_message)
    error = std::make_exception_ptr(cancelled_error(std::move(*cancel_message)));
}

void task_state::destroy_root() noexcept {
  root = nullptr;
  coroutine.destroy();
}

void task_state::finish() noexcept {
  if (must_cancel || was_cancelled) [[unlikely]]
    settle_cancellation();
  destroy_root();
  innermost = nullptr;
  parked_at = nullptr;
  now = phase::done;
  loop->note(sync_event::wake, end_identity());
  loop->remove(*this);
  complete();
  release(); // the loop's reference
}

void task_state::abandon() noexcept {
  unlink();
  while (completion *each = completions.pop_front())
    if (each->dropped)
      each->dropped(*each);
  if (root)
    destroy_root();
  innermost = nullptr;
  loop = nullptr;
}

void throw_cancelled() {
  task_state *task = here.loop ? here.loop->running() : nullptr;
  if (!task || !task->cancel_message)
    throw cancelled_error();
  const auto message = std::exchange(task->cancel_message, nullptr);
  throw cancelled_error(std::move(*message));
}

void promise_base::unhandled_exception() noexcept {
  if (!owner) {
    error = std::current_exception();
    return;
  }
  owner->error = std::current_exception();
  try {
    throw;
  } catch (const cancelled_error &) {
    owner->was_cancelled = true;
  } catch (const fatal_exit &) {
    owner->fatal = true;
  } catch (...) { // kept in `error`
  }
}

void promise_base::ended_elsewhere(task_state &task) noexcept {
  task.loop->take_back(task);
  if (wait_node *node = std::exchange(task.parked_at, nullptr))
    node->unlink();
  task.now = task_state::phase::ready;
  task.special = true;
  if (event_loop::current() == task.loop)
    task.loop->post(task);
  else
    task.loop->post_threadsafe(task);
}

void adopt_task(event_loop &loop, task_state &state, task_options &&options, std::source_location where) {
  if (loop.is_closed())
    throw usage_error("corace::create_task(): the event loop is closed");
  if (!options.name.empty())
    state.set_name(std::move(options.name));
  if (options.context)
    state.values = context_slot(options.context->object());
  else
    state.values = context_slot(current_context().values());
  place(state, where);
  if (const auto &factory = loop.get_task_factory())
    factory(loop, any_task(task_pointer<>::share(state)));
  if (options.eager)
    loop.add_eagerly(state);
  else
    loop.add(state);
}

void check_loop(const future_state &state, const char *who) {
  if (event_loop *here_ = event_loop::current(); here_ && state.loop_serial != here_->serial())
    throw std::invalid_argument(std::string("corace::") + who + ": " + state.title() +
                                " belongs to another event loop");
}

} // namespace detail

void *any_task::coroutine_address() const noexcept { return task().root ? task().coroutine.address() : nullptr; }

std::vector<std::source_location> any_task::await_stack() const {
  std::vector<std::source_location> stack;
  for (const detail::promise_base *each = task().root; each; each = each->awaited)
    stack.push_back(each->created.coroutine);
  return stack;
}

} // namespace corace
