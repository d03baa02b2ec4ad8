// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which logical task runs. Where no scheduler names its tasks they come from the frames: a coroutine that is awaited
// belongs to its awaiter's task, one that somebody resumes without awaiting it is a task of its own.

#include "detect/sites.h"
#include "detect/state.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace corace::detect {
namespace {

constexpr std::size_t kept_suspensions = 64;
constexpr std::uint64_t scanned_awaiter = 1024; // larger awaiters carry their state first, and it suffices
constexpr std::size_t kept_edges = 1 << 16;

} // namespace

task_id detector::new_task(task_id parent, stamp when) {
  const task_id id = ++used_tasks_;
  if (tasks_.size() <= id)
    tasks_.resize(id + 1);
  task &fresh = tasks_[id];
  fresh.reset();
  if (!spare_records_.empty()) {
    fresh.records = std::move(spare_records_.back());
    spare_records_.pop_back();
  }
  if (exists(parent))
    fresh.edges.push_back({when, parent});
  return id;
}

std::string detector::name_of(task_id id) {
  if (!exists(id))
    return {};
  const task &each = at(id);
  if (!each.name.empty() || each.root == nullptr)
    return each.name;
  return function_of(*each.root);
}

void detector::begin_segment(task_id id) {
  task &each = at(id);
  if (each.ran)
    ++each.segment;
  each.ran = true;
  last_ran_ = id;
}

void detector::add_edge(task_id from, task_id to) {
  if (!exists(from) || !exists(to) || from == to)
    return;
  std::vector<edge> &edges = tasks_[to].edges;
  if (edges.size() >= kept_edges) // only recent ones matter: a search goes back to the rival's access at most
    edges.erase(edges.begin(), edges.begin() + kept_edges / 2);
  edges.push_back({tick(), from});
}

/// Whether `from` happens before everything that `to` does from `when` on: a search backwards along the edges. Rare, as
/// only what looks like a violation asks; and short, as an edge older than `from` cannot be part of the path.
bool detector::ordered(const access &from, task_id to, stamp when) {
  const std::uint64_t search = ++searches_;
  open_.assign(1, {when, to});
  while (!open_.empty()) {
    const edge here = open_.back();
    open_.pop_back();
    if (here.from == from.task && from.time <= here.time)
      return true;
    if (!exists(here.from))
      continue;
    task &each = at(here.from);
    if (each.search == search && each.searched_until >= here.time)
      continue;
    each.search = search;
    each.searched_until = here.time;
    for (auto past = each.edges.rbegin(); past != each.edges.rend() && past->time >= from.time; ++past)
      if (past->time <= here.time)
        open_.push_back(*past);
  }
  return false;
}

frame *detector::frame_at(std::uintptr_t address) {
  const auto found = frames_.find(address);
  return found == frames_.end() ? nullptr : &found->second;
}

frame *detector::frame_of(activation &running) {
  if (running.known_as == nullptr || running.known_as->address != running.frame)
    running.known_as = frame_at(running.frame);
  return running.known_as;
}

/// Frames that were born before the run, or in code that was not instrumented then, appear when they are resumed.
/// A place in the table is used again, at other addresses and in other runs; pointers to it stay good.
frame &detector::frame_or_new(std::uintptr_t address) {
  const auto next = frames_.lower_bound(address);
  if (next != frames_.end() && next->first == address)
    return next->second;
  if (spare_frames_.empty()) {
    frame &fresh = frames_.emplace_hint(next, address, frame{})->second;
    fresh.address = address;
    return fresh;
  }
  auto place = std::move(spare_frames_.back());
  spare_frames_.pop_back();
  place.key() = address;
  place.mapped().reset();
  place.mapped().address = address;
  return frames_.insert(next, std::move(place))->second;
}

void detector::forget_frames() {
  while (!frames_.empty()) {
    spare_frames_.push_back(frames_.extract(frames_.begin()));
    spare_frames_.back().mapped().address = 0;
  }
}

frame *detector::frame_around(std::uintptr_t pointer) {
  auto after = frames_.upper_bound(pointer);
  // Frames nest where the compiler has put one into its caller's; the innermost begins last.
  for (int steps = 0; steps < 8 && after != frames_.begin(); ++steps) {
    frame &each = (--after)->second;
    if (pointer < each.address + std::max<std::uintptr_t>(each.size, 1))
      return &each;
  }
  return nullptr;
}

task_id detector::task_of(frame &each) {
  if (each.task == no_task) {
    each.task = new_task(each.creator, each.created);
    task &fresh = tasks_[each.task];
    fresh.root = each.site;
    fresh.frames = 1;
  }
  return each.task;
}

/// The task that runs on the thread, where no scheduler tells.
task_id detector::inferred(thread_state &thread) {
  for (auto running = thread.stack.rbegin(); running != thread.stack.rend(); ++running) {
    frame *each = frame_of(*running);
    if (each == nullptr)
      continue; // it has freed itself and is on its way out
    // What runs before a coroutine's body (its promise's constructor, say) is still its creator's doing.
    if (each->body_began || each->task != no_task)
      return task_of(*each);
  }
  return no_task;
}

/// The coroutines that the awaiter holds on to belong to the task that awaits: a pointer into their frame is enough,
/// and every library's awaiter has one, be it a handle, a promise or a base of it. One whose body has begun already
/// stays a task of its own, since it may have run beside its awaiter; it is joined when it ends.
void detector::claim_awaited(frame &by, const void *awaiter, std::uint64_t size) {
  if (awaiter == nullptr)
    return;
  const auto first = (reinterpret_cast<std::uintptr_t>(awaiter) + 7) & ~std::uintptr_t{7};
  const auto end = reinterpret_cast<std::uintptr_t>(awaiter) + std::min(size, scanned_awaiter);
  for (std::uintptr_t at = first; at + sizeof(std::uintptr_t) <= end; at += sizeof(std::uintptr_t)) {
    std::uintptr_t pointer;
    std::memcpy(&pointer, reinterpret_cast<const void *>(at), sizeof pointer);
    frame *awaited = pointer == 0 ? nullptr : frame_around(pointer);
    if (awaited == nullptr || awaited == &by || awaited->awaiter != 0 || awaited->site == nullptr)
      continue;
    const bool fresh = !awaited->body_began && awaited->task == no_task;
    if (!fresh && awaited->creator != by.task)
      continue; // something else that lives in another task's frame: an event, a queue
    awaited->awaiter = by.address;
    by.awaits.push_back(awaited->address);
    if (fresh && !tasks_are_told) {
      awaited->task = task_of(by);
      task &runs = tasks_[awaited->task];
      ++runs.frames;
      if (is_system(runs.root) && !is_system(awaited->site))
        runs.root = awaited->site; // a library's own coroutine carries it: what the user has spawned tells more
    }
  }
}

void detector::coro_begin(thread_state &thread, std::uintptr_t address, std::uint64_t size, const corace_site *site,
                          std::uintptr_t stack) {
  const task_id creator = current(thread);
  forget(address, size);
  frame &fresh = frame_or_new(address);
  fresh.reset();
  fresh.address = address;
  fresh.size = size;
  fresh.site = site;
  fresh.creator = creator;
  fresh.created = tick();
  thread.stack.push_back({address, stack, nullptr, &fresh});
}

/// The coroutine has come to its end; whoever waits for it goes on after all that it did.
void detector::finish(thread_state &thread, frame &each) {
  if (each.finished)
    return;
  each.finished = true;
  if (each.awaiter == 0)
    log(event::type::finish, tasks_are_told ? thread.entered : each.task, each.site);
  if (tasks_are_told || each.task == no_task)
    return;
  frame *awaiter = each.awaiter == 0 ? nullptr : frame_at(each.awaiter);
  if (awaiter != nullptr && awaiter->task == each.task)
    awaiter->returned = true;
  else if (awaiter != nullptr)
    awaiter->joined.push_back(each.task);
  if (each.eager && !each.ever_suspended)
    add_edge(each.task, each.creator); // it never suspended: a call
}

void detector::coro_suspend(thread_state &thread, std::uintptr_t address, const void *awaiter, std::uint64_t size,
                            const corace_site *site) {
  const bool on_top = !thread.stack.empty() && thread.stack.back().frame == address;
  frame *const known = on_top ? frame_of(thread.stack.back()) : nullptr;
  frame &each = known != nullptr ? *known : frame_or_new(address);
  each.suspended = true;
  each.suspended_at = site;
  if (on_top)
    thread.stack.back().via = site;
  if ((site->flags & CORACE_SITE_INITIAL) != 0)
    return;
  if ((site->flags & CORACE_SITE_FINAL) != 0) {
    finish(thread, each);
    return;
  }
  each.ever_suspended = true;
  const task_id id = tasks_are_told ? thread.entered : task_of(each);
  if (exists(id)) {
    task &runs = tasks_[id];
    if (runs.suspensions.size() >= kept_suspensions)
      runs.suspensions.erase(runs.suspensions.begin(), runs.suspensions.begin() + kept_suspensions / 2);
    runs.suspensions.push_back({tick(), address, runs.segment, site});
    log(event::type::suspend, id, site);
  }
  claim_awaited(each, awaiter, size);
}

void detector::coro_suspend_undo(thread_state &thread, std::uintptr_t address) {
  frame *each = frame_at(address);
  // A handler shared with other calls says so too when it was not await_suspend that threw.
  if (each == nullptr || !each->suspended || thread.stack.empty() || thread.stack.back().frame != address)
    return;
  each->suspended = false;
  const task_id id = tasks_are_told ? thread.entered : each->task;
  if (!exists(id) || tasks_[id].suspensions.empty() || tasks_[id].suspensions.back().frame != address)
    return;
  tasks_[id].suspensions.pop_back();
  for (auto last = history_.rbegin(); last != history_.rend(); ++last)
    if (last->what == event::type::suspend && last->task == id) {
      history_.erase(std::next(last).base());
      break;
    }
}

void detector::coro_resume(thread_state &thread, std::uintptr_t address, const corace_site *site,
                           std::uintptr_t stack) {
  frame &each = frame_or_new(address);
  const bool initial = (site->flags & CORACE_SITE_INITIAL) != 0;
  if (each.site == nullptr)
    each.site = site; // born unobserved
  const bool in_ramp = !each.suspended && !thread.stack.empty() && thread.stack.back().frame == address;
  const task_id resumer = in_ramp ? no_task : current(thread);
  each.body_began = true;
  each.suspended = false;
  if (in_ramp) {
    each.eager = true;
    if (!tasks_are_told)
      begin_segment(task_of(each));
    return;
  }
  thread.stack.push_back({address, stack, nullptr, &each});
  for (const std::uintptr_t awaited : each.awaits)
    if (frame *other = frame_at(awaited); other != nullptr && other->awaiter == address)
      other->awaiter = 0; // it may be awaited again, or be left alone
  each.awaits.clear();
  const bool returned = std::exchange(each.returned, false);
  if (tasks_are_told.load(std::memory_order_relaxed)) {
    if (!initial && exists(thread.entered))
      log(event::type::resume, thread.entered, site);
    return;
  }
  const task_id id = task_of(each);
  const bool transferred = last_ran_ == id && (initial || returned);
  if (!transferred)
    begin_segment(id);
  if (!initial)
    log(event::type::resume, id, site);
  add_edge(resumer, id);
  for (const task_id ended : each.joined)
    add_edge(ended, id);
  each.joined.clear();
}

void detector::coro_end(thread_state &thread, std::uintptr_t address) {
  const auto found = frames_.find(address);
  if (found == frames_.end())
    return;
  frame &each = found->second;
  const bool running = !each.suspended && !thread.stack.empty() && thread.stack.back().frame == address;
  if (running)
    finish(thread, each); // no final suspension
  const task_id id = each.task;
  forget(address, each.size);
  spare_frames_.push_back(frames_.extract(found));
  spare_frames_.back().mapped().address = 0;
  if (!tasks_are_told && exists(id) && tasks_[id].frames != 0 && --tasks_[id].frames == 0) {
    tasks_[id].records.clear(); // nobody is left to come back to them
    spare_records_.push_back(std::move(tasks_[id].records));
    tasks_[id].watches.clear();
  }
}

} // namespace corace::detect
