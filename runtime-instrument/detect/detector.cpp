// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs, and what a scheduler says of its tasks.

#include "detect/detector.h"

#include "detect/sites.h"
#include "detect/state.h"

#include <corace/detail/hooks.h>

#include <algorithm>
#include <utility>

namespace corace::detect {

constinit detector *instance = nullptr;

detector &make_detector() {
  static detector *const only = new detector; // constructors of instrumented modules use it before and after ours
  return *(instance = only);
}

void detector::begin(const run_options &wanted) {
  const std::uint64_t run = current_run.load(std::memory_order_relaxed) / 2 + 1;
  current_run = 2 * run;
  options = wanted;
  tasks_are_told = false;
  now_ = 0;
  used_tasks_ = 0;
  last_ran_ = no_task;
  forget_frames();
  cells_.clear();
  readers_.clear();
  violations_.clear();
  reported_.clear();
  history_.clear();
  reached_.clear();
  if (!options.reached)
    for (const candidate &each : candidates.all())
      reached_.push_back({&each, 0, 0});
  counts_ = options.reached ? options.reached : reached_.data();
  current_run = 2 * run + 1;
}

run_result detector::end() {
  current_run.fetch_and(~std::uint64_t{1});
  run_result result;
  result.reached = std::move(reached_);
  const auto of_violated = [&](const event &what) {
    for (const violation &each : violations_)
      for (const event *part : {&each.first, &each.rival, &each.second})
        if (what.address < part->address + std::max<std::uint32_t>(part->size, 1) &&
            part->address < what.address + what.size)
          return true;
    return false;
  };
  // An operation of a library touches an object many times; a reader wants to see it once.
  const auto place = [](const event &what) { return is_system(what.site) && what.via ? what.via : what.site; };
  const auto repeats = [&](const event &what) {
    if (what.address == 0 || result.history.empty() || !is_system(what.site))
      return false;
    const event &last = result.history.back();
    return last.what == what.what && last.task == what.task && last.segment == what.segment &&
           place(last) == place(what);
  };
  for (const event &each : history_)
    if ((each.address == 0 || of_violated(each)) && !repeats(each))
      result.history.push_back(each);
  if (!options.violated)
    result.violations = std::move(violations_);
  violations_.clear();
  reached_.clear();
  history_.clear();
  return result;
}

void detector::log(event::type what, task_id id, const corace_site *site) {
  if (options.history && exists(id))
    history_.push_back({what, id, tasks_[id].segment, site, nullptr, 0, 0, 0, false});
}

bool conflict(const footprint &a, const footprint &b) noexcept {
  auto i = a.cells.begin();
  auto j = b.cells.begin();
  while (i != a.cells.end() && j != b.cells.end()) {
    if (i->key == j->key) {
      if (i->written || j->written)
        return true;
      ++i, ++j;
    } else {
      i->key < j->key ? static_cast<void>(++i) : static_cast<void>(++j);
    }
  }
  return false;
}

void begin_run(const run_options &options) {
  detector &d = the_detector();
  const detector_scope scope(d);
  d.begin(options);
}

run_result end_run() {
  detector &d = the_detector();
  const detector_scope scope(d);
  return d.end();
}

void pause(bool paused) noexcept {
  if (thread_state *thread = this_thread())
    thread->quiet = paused ? thread_state::paused : 0u;
}

std::string load_candidates(const std::string &path) {
  detector &d = the_detector();
  const detector_scope scope(d);
  return d.candidates.load(path);
}

const std::vector<candidate> &candidates() noexcept { return the_detector().candidates.all(); }

task_id add_task(task_id parent, std::string_view name) {
  detector &d = the_detector();
  const detector_scope scope(d);
  tasks_are_told = true;
  const task_id id = d.new_task(parent, d.tick());
  d.at(id).name.assign(name);
  return id;
}

void enter(task_id id) noexcept {
  detector &d = the_detector();
  thread_state *thread = this_thread();
  if (thread == nullptr)
    return;
  const detector_scope scope(d, thread);
  if (!d.exists(id))
    return;
  thread->entered = id;
  thread->entered_stack = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  thread->collects = d.options.footprints;
  thread->touched.clear();
  d.begin_segment(id);
}

void leave() noexcept {
  detector &d = the_detector();
  thread_state *thread = this_thread();
  if (thread == nullptr)
    return;
  thread->entered = no_task;
  if (!thread->collects)
    return;
  const detector_scope scope(d, thread);
  thread->collects = false;
  std::vector<footprint::cell> &cells = thread->last_footprint.cells;
  cells.clear();
  thread->touched.for_each([&](std::uintptr_t key, bool written) { cells.push_back({key, written}); });
  std::sort(cells.begin(), cells.end(), [](const auto &a, const auto &b) { return a.key < b.key; });
}

void order(task_id from, task_id to) {
  detector &d = the_detector();
  const detector_scope scope(d);
  d.add_edge(from, to);
}

void note(detail::sync_event what, const void *object) noexcept {
  using detail::sync_event;
  thread_state *thread = this_thread();
  if (thread == nullptr)
    return;
  const bool locks = what == sync_event::acquire || what == sync_event::release;
  if (!thread->collects && !locks)
    return;
  detector &d = the_detector();
  const detector_scope scope(d, thread);
  if (thread->collects)
    thread->touched[reinterpret_cast<std::uintptr_t>(object) | 1] |=
        what != sync_event::look && what != sync_event::join;
  if (!locks)
    return;
  if (!d.exists(thread->entered))
    return;
  std::vector<const void *> &held = d.at(thread->entered).held;
  if (what == sync_event::acquire)
    held.push_back(object);
  else if (const auto last = std::find(held.rbegin(), held.rend(), object); last != held.rend())
    held.erase(std::next(last).base());
}

std::vector<const void *> held_locks(task_id task) {
  detector &d = the_detector();
  const detector_scope scope(d);
  return d.exists(task) ? d.at(task).held : std::vector<const void *>();
}

task_id enter_nested(task_id id) noexcept {
  detector &d = the_detector();
  thread_state *thread = this_thread();
  if (thread == nullptr)
    return no_task;
  const detector_scope scope(d, thread);
  const task_id before = thread->entered;
  if (d.exists(id)) {
    thread->entered = id;
    d.begin_segment(id);
  }
  return before;
}

void leave_nested(task_id before) noexcept {
  if (thread_state *thread = this_thread())
    thread->entered = before;
}

footprint take_footprint() {
  thread_state *thread = this_thread();
  return thread == nullptr ? footprint{} : std::exchange(thread->last_footprint, {});
}

task_id current_task() noexcept {
  detector &d = the_detector();
  thread_state *thread = this_thread();
  if (thread == nullptr)
    return no_task;
  if (tasks_are_told.load(std::memory_order_relaxed))
    return thread->entered;
  const detector_scope scope(d, thread);
  return d.current(*thread);
}

std::string task_name(task_id id) {
  detector &d = the_detector();
  const detector_scope scope(d);
  return d.name_of(id);
}

const corace_site *current_call() noexcept {
  thread_state *thread = this_thread();
  return thread == nullptr ? nullptr : thread->last_call;
}

} // namespace corace::detect
