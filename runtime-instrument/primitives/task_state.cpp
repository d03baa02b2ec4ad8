// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/promise.h>
#include <corace/event_loop.h>
#include <corace/task_handle.h>
#include <vocab/stable_hash.h>

#include <cstdio>

namespace corace::detail {

namespace {
// For the detector a task is two objects: whether it is to be cancelled, which each of its segments looks at, and
// whether it has ended. Their keys come from the task's path, so they are the same in every run.
[[nodiscard]] const void *cancellation_of(const task_state &task) noexcept {
  return reinterpret_cast<const void *>(task.key & ~std::uint64_t{15});
}
[[nodiscard]] const void *end_of(const task_state &task) noexcept {
  return reinterpret_cast<const void *>((task.key & ~std::uint64_t{15}) + 8);
}

void say(const task_state &task) noexcept {
  try {
    std::rethrow_exception(task.error);
  } catch (const std::exception &e) {
    std::fprintf(stderr, "corace: task '%s' failed and nobody asked for its result: %s\n", task.name.c_str(), e.what());
  } catch (...) {
    std::fprintf(stderr, "corace: task '%s' failed and nobody asked for its result\n", task.name.c_str());
  }
}
} // namespace

wait_node::~wait_node() {
  if (task && task->parked_at == this)
    task->parked_at = nullptr;
}

task_state::task_state(event_loop &in, task_state *creator, std::string task_name, const context &ctx)
    : loop(&in), values(ctx), name(std::move(task_name)) {
  stable_hash hash;
  hash.add(in.ordinal());
  if (creator) {
    path = creator->path;
    path.push_back(++creator->children);
    hash.add(creator->key).add(creator->children);
  }
  key = hash.value();
}

task_state::~task_state() {
  if (error && !was_cancelled && !retrieved)
    say(*this);
  if (root)
    root.destroy();
}

bool task_state::cancel() noexcept {
  if (done() || !loop)
    return false;
  ++cancel_requests;
  loop->synchronise(cancellation_of(*this), true);
  if (!(parked_at && now == phase::waiting && parked_at->operations->cancel(*parked_at)))
    must_cancel = true;
  return true;
}

std::uint32_t task_state::uncancel() noexcept {
  if (cancel_requests == 0)
    return 0;
  if (--cancel_requests == 0)
    must_cancel = false;
  return cancel_requests;
}

void task_state::finish() noexcept {
  if (at_end)
    take_result();
  if (std::exchange(must_cancel, false) && !error) // it cancelled itself and never awaited again
    was_cancelled = true;
  std::exchange(root, nullptr).destroy();
  innermost = nullptr;
  parked_at = nullptr;
  now = phase::done;
  loop->synchronise(end_of(*this), true);
  loop->remove(*this);
  while (completion *each = completions.pop_front())
    each->completed(*each, *this);
  release(); // the loop's reference; run_segment() holds one of its own
}

void task_state::abandon() noexcept {
  unlink();
  completions.clear();
  if (root)
    std::exchange(root, nullptr).destroy();
  innermost = nullptr;
  loop = nullptr;
}

const wait_operations join_wait::operations = {
    // The wait goes on until the awaited task, which is cancelled in turn, has ended.
    [](wait_node &node) noexcept { return static_cast<join_wait &>(node).target_.cancel(); },
    [](const wait_node &node) { return "task '" + static_cast<const join_wait &>(node).target_.name + "'"; }};

bool join_wait::ready() noexcept {
  if (event_loop *here = event_loop::current()) {
    here->synchronise(end_of(target_), false);
    if (target_.done())
      here->order(&target_, here->running());
  }
  return target_.done();
}

void join_wait::suspend(std::coroutine_handle<> innermost) {
  task_state &waiting = running_task("co_await task_handle");
  if (&waiting == &target_)
    throw usage_error("task '" + waiting.name + "' awaits itself");
  if (waiting.loop != target_.loop)
    throw usage_error("task '" + target_.name + "' belongs to another event loop");
  target_.completions.push_back(hook_);
  waiting.loop->park(*this, innermost);
}

void join_wait::resume() {
  hook_.unlink();
  if (task && task->must_cancel) { // cancelled after the awaited task had ended
    (void)end_wait(*this);
    throw cancelled_error();
  }
  (void)end_wait(*this);
}

void rethrow_outcome(task_state &task) {
  if (!task.done())
    throw invalid_state("task '" + task.name + "' has not ended");
  task.retrieved = true;
  if (task.was_cancelled)
    throw cancelled_error();
  if (task.error)
    std::rethrow_exception(task.error);
}

} // namespace corace::detail
