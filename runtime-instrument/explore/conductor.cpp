// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/conductor.h"

#include "explore/await_site.h"
#include "explore/label.h"
#include "explore/stop.h"
#include "explore/variables.h"
#include "report/notes.h"
#include "report/start.h"

#include <corace/detail/promise.h>

#include <algorithm>
#include <chrono>
#include <cstring>

namespace corace::schedule {

namespace {
template <std::size_t Size> void copy_text(char (&to)[Size], std::string_view text) noexcept {
  const std::size_t length = std::min(text.size(), Size - 1);
  std::memcpy(to, text.data(), length);
  to[length] = '\0';
}

} // namespace

void conductor::begin() {
  memory_.clear();
  picker_ = &make_picker(storage_, memory_.plan.all(), memory_.marks);
  const run_flags &flags = memory_.flags[0];
  prepare_extras();
  blind_ = picker_->blind() && !flags.steps && !offered_;
  known_ = flags.skip_known && !offered_ ? std::max<std::size_t>(picker_->known(), 1) - 1 : 0;
  quick_ = blind_ || known_ > 0;
  stops_ = memory_.plan[0] == static_cast<std::uint64_t>(picker_kind::replay) && report::current_options().stop;
  left_ = flags.most_steps;
  idle = true;
  loop_order = picker_->loop_order();
  hurries = picker_->hurries();
  watches = !blind_ || flags.footprints || flags.detect;
  tasks_.clear();
  drawn_.clear();
  ready_.clear();
  last_ = {};
  last_key_ = 0;
  last_segments_ = 0;
  loop_ = 0;
  log_.begin_run(flags.footprints);
  log_.collect(!quick_);
  progress_.begin(flags.most_steps);
  turn_ = {};
  wake_ups_.clear();
  unheard_.clear();
  if (!flags.detect)
    return;
  for (const detect::candidate &each : detect::candidates())
    memory_.reached.push({&each, 0, 0});
  record();
}

// What is counted and found goes to the shared memory at once: a run that crashes has no other chance.
void conductor::record() {
  const run_flags &flags = memory_.flags[0];
  const bool room = !memory_.reached.empty() && !memory_.reached.overflowed();
  detect::begin_run({.history = flags.history,
                     .footprints = false,
                     .reached = room ? &memory_.reached[0] : nullptr,
                     .violated =
                         [](void *self, const detect::violation &each) noexcept {
                           auto &to = *static_cast<conductor *>(self);
                           violation_entry entry{each.kind,  each.matched, each.first, each.suspension,
                                                 each.rival, each.second,  to.loop_,   {}};
                           copy_text(entry.object, each.object);
                           to.memory_.violations.push(entry);
                         },
                     .context = this});
  recording_ = true;
}

void conductor::enrol(const event_loop &loop, const detail::task_state &task) {
  const detail::watched_task &known = *task.watched;
  task_entry entry{.key = known.key, .id = known.id, .loop = loop.ordinal(), .label = {}, .name = {}};
  copy_text(entry.label, to_label({loop.ordinal(), known.path.ordinals()}));
  copy_text(entry.name, report::task_title(task));
  memory_.tasks.push(entry);
}

void conductor::ready(event_loop &loop, detail::task_state &task) {
  idle = false;
  if (loop.ordinal() != loop_) [[unlikely]]
    enter(loop);
  if (quick_)
    tasks_.push_back(&task);
  else
    insert(task);
}

void conductor::insert(detail::task_state &task) {
  detail::watched_task &known = *task.watched;
  if (memory_.flags[0].labels && !std::exchange(known.enrolled, true))
    enrol(*task.loop, task);
  const auto at = std::upper_bound(
      tasks_.begin(), tasks_.end(), known.path,
      [](const detail::task_path &path, const detail::task_state *each) { return path < each->watched->path; });
  ready_.insert(ready_.begin() + (at - tasks_.begin()),
                {known.key, site_of(await_of(task)), known.segments, known.path.front(), &task});
  tasks_.insert(at, &task);
  if (picker_->blind())
    drawn_.push_back(&task);
}

void conductor::forget(detail::task_state &task) noexcept {
  const auto at = std::find(tasks_.begin(), tasks_.end(), &task);
  if (at == tasks_.end())
    return;
  if (!quick_)
    ready_.erase(ready_.begin() + (at - tasks_.begin()));
  tasks_.erase(at);
  idle = tasks_.empty();
  std::erase(drawn_, &task);
}

detail::task_state *conductor::pick(event_loop &) {
  if (left_-- == 0) [[unlikely]] {
    memory_.flags[0].cut_off = true;
    return stop();
  }
  if (left_ <= progress_.next_look() && stuck()) [[unlikely]]
    return stop();
  if (progress_.fair()) [[unlikely]]
    return pick_fairly();
  return quick_ ? pick_quickly() : pick_carefully();
}

// Out of tasks_ in whatever order.
detail::task_state *conductor::pick_quickly() {
  std::size_t index = 0;
  if (!blind_) {
    run_flags &flags = memory_.flags[0];
    const task_key wanted = picker_->known_at(flags.skipped++);
    while (index < tasks_.size() && tasks_[index]->watched->key != wanted)
      ++index;
    if (index == tasks_.size()) { // not the same program as before; who learns from the run finds out
      flags.abandoned = true;
      return stop();
    }
    quick_ = flags.skipped < known_;
  } else if (tasks_.size() > 1) {
    index = picker_->draw(tasks_.size());
  }
  detail::task_state *const task = std::exchange(tasks_[index], tasks_.back());
  tasks_.pop_back();
  idle = tasks_.empty();
  if (!quick_) { // from here on with care
    log_.collect(true);
    for (detail::task_state *each : std::exchange(tasks_, {}))
      insert(*each);
  }
  return task;
}

/// The same task as where nothing is written down.
std::size_t conductor::draw() {
  detail::task_state *&chosen = drawn_[drawn_.size() == 1 ? 0 : picker_->draw(drawn_.size())];
  detail::task_state *const task = std::exchange(chosen, drawn_.back());
  drawn_.pop_back();
  return static_cast<std::size_t>(std::find(tasks_.begin(), tasks_.end(), task) - tasks_.begin());
}

bool conductor::stuck() {
  if (!progress_.look(left_, log_.changes(), log_.memory_seen(), tasks_.size()))
    return false;
  if (tasks_.empty() || tasks_.front()->loop->timers() > 0) // a poll for what happens later is no livelock
    return false;
  std::string text = "livelock: in " + std::to_string(progress_.quiet()) +
                     " steps, in which all had their turns, nothing has changed that is seen; ";
  constexpr std::size_t most = 5; // a message is to be read
  for (std::size_t i = 0; i < tasks_.size() && i < most; ++i) {
    text += (i ? ", '" : "'") + report::task_title(*tasks_[i]) + "'";
    if (const std::source_location at = await_of(*tasks_[i]); at.line()) {
      const std::string_view file = at.file_name();
      text += " at " + std::string(file.substr(file.rfind('/') + 1)) + ':' + std::to_string(at.line());
    }
  }
  if (tasks_.size() > most)
    text += " and " + std::to_string(tasks_.size() - most) + " more";
  fail(race_kind::livelock, text + (tasks_.size() == 1 ? " runs again and again" : " run again and again"));
  memory_.flags[0].cut_off = true;
  return true;
}

// A known beginning has the turns in it: a picker that were not asked for one would lose its place there.
detail::task_state *conductor::pick_fairly() {
  if (!quick_ || blind_)
    return pick_in_turn();
  detail::task_state *const picked = pick_quickly();
  turn_ = picked ? detail::task_pointer<>::share(*picked) : detail::task_pointer<>();
  return picked;
}

// By path, round and round: of the tasks that are ready, the next one after whom it was last.
detail::task_state *conductor::pick_in_turn() {
  const auto before = [&](const detail::task_state *a, const detail::task_state *b) {
    const detail::task_path &x = a->watched->path, &y = b->watched->path;
    const bool x_comes = !turn_ || turn_->watched->path < x, y_comes = !turn_ || turn_->watched->path < y;
    return x_comes != y_comes ? x_comes : x < y;
  };
  const auto at = std::min_element(tasks_.begin(), tasks_.end(), before);
  detail::task_state *const chosen = *at;
  turn_ = detail::task_pointer<>::share(*chosen);
  if (blind_) {
    forget(*chosen);
    return chosen;
  }
  // For the picker, and for who reads the steps, it is the only one.
  std::vector<ready_task> alone{ready_[static_cast<std::size_t>(at - tasks_.begin())]};
  forget(*chosen);
  auto others = std::exchange(tasks_, {chosen}), drawn = std::exchange(drawn_, {chosen});
  ready_.swap(alone);
  detail::task_state *const picked = pick_carefully();
  tasks_ = std::move(others);
  drawn_ = std::move(drawn);
  ready_.swap(alone);
  idle = tasks_.empty();
  return picked;
}

detail::task_state *conductor::pick_carefully() {
  const std::size_t index = pick_step({});
  return index == give_up ? stop() : hand_out(index);
}

std::size_t conductor::pick_step(std::span<const detail::move> moves) {
  run_flags &flags = memory_.flags[0];
  if (memory_.steps.overflowed() || memory_.values.overflowed()) {
    flags.cut_off = true;
    return give_up;
  }
  const choice now{.ready = ready_,
                   .last = last_key_,
                   .last_segments = last_segments_,
                   .step = static_cast<std::size_t>(flags.most_steps - left_ - 1),
                   .last_footprint =
                       flags.footprints ? log_.segment_footprint() : std::span<const detect::footprint::cell>()};
  const std::size_t index = loop_order         ? 0
                            : !moves.empty()   ? pick_with(now, moves)
                            : picker_->blind() ? draw()
                                               : picker_->pick(now);
  if (index == give_up) {
    flags.abandoned = true;
    return give_up;
  }
  if (flags.steps)
    note_step(now, index, moves);
  if (stops_ && last_key_ != 0 && index < tasks_.size() && !tasks_.empty())
    if (const std::size_t usual = canonical(now); usual != index)
      stop_at_switch(*tasks_[index], *tasks_[usual]);
  if (flags.timers && !memory_.steps.empty() && index < tasks_.size()) {
    const event_loop &loop = *tasks_[index]->loop;
    memory_.steps.back().time = loop.now().time_since_epoch().count();
    flags.outside |= loop.expects_outside();
  }
  if (flags.timed)
    flags.step_began = std::chrono::steady_clock::now().time_since_epoch().count();
  return index;
}

detail::task_state *conductor::hand_out(std::size_t index) {
  detail::task_state *const chosen = tasks_[index];
  tasks_.erase(tasks_.begin() + static_cast<std::ptrdiff_t>(index));
  ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(index));
  idle = tasks_.empty();
  return chosen;
}

void conductor::note_step(const choice &now, std::size_t index, std::span<const detail::move> moves) {
  const detail::move *const made = index < tasks_.size() ? nullptr : &moves[index - tasks_.size()];
  step_entry step{.chosen = ready_[index].key,
                  .owner = made ? made->owner : ready_[index].key,
                  .what = ready_[index].what,
                  .timer = made ? made->ordinal : 0,
                  .last = last_key_,
                  .last_segments = last_segments_,
                  .deviates = made ? !made->canonical : canonical(now) != index,
                  .ended = false,
                  .site = ready_[index].site,
                  .at = made ? std::source_location() : await_of(*tasks_[index]),
                  .own_at = made ? std::source_location() : own_await_of(*tasks_[index]),
                  .ready_begin = static_cast<std::uint32_t>(memory_.ready.size()),
                  .ready_count = static_cast<std::uint32_t>(ready_.size()),
                  .cells_begin = static_cast<std::uint32_t>(memory_.cells.size()),
                  .cells_count = 0,
                  .time = 0};
  if (memory_.flags[0].ready)
    for (const ready_task &each : ready_)
      memory_.ready.push(each.key);
  memory_.steps.push(step);
}

/// Another event loop of the same run, or the first.
void conductor::enter(const event_loop &loop) {
  loop_ = loop.ordinal();
  last_ = {};
  last_key_ = 0;
  if (!recording_ && memory_.flags[0].detect)
    record();
}

void conductor::ran(detail::task_state &task) {
  if (quick_)
    return;
  last_key_ = task.watched->key;
  last_segments_ = task.watched->segments;
  if (hurries && last_.get() != &task)
    last_ = detail::task_pointer<>::share(task);
  record_footprint();
}

void conductor::record_footprint() {
  const run_flags &flags = memory_.flags[0];
  if (!flags.footprints || !flags.steps || memory_.steps.empty())
    return;
  for (const auto &cell : log_.segment_footprint())
    memory_.cells.push(cell);
  step_entry &step = memory_.steps.back();
  step.cells_count = static_cast<std::uint32_t>(memory_.cells.size()) - step.cells_begin;
}

detail::task_state *conductor::in_a_hurry() const noexcept {
  return last_ && last_->now == detail::task_state::phase::waiting ? last_.get() : nullptr;
}

std::chrono::nanoseconds conductor::latency(const event_loop &loop, std::chrono::nanoseconds due) {
  if (!memory_.flags[0].timers)
    return {};
  const detail::task_state *task = loop.running();
  timer_entry entry{};
  entry.task = task ? task->watched->key : 0;
  entry.ordinal = 1;
  for (const timer_entry &each : memory_.timers.all())
    entry.ordinal += each.task == entry.task;
  entry.step = static_cast<std::uint32_t>(memory_.steps.size()) - 1;
  entry.due = due.count();
  entry.late = picker_->late(entry.task, entry.ordinal, entry.due);
  if (task) {
    const std::source_location at = await_of(*task);
    entry.line = at.line();
    copy_text(entry.file, at.file_name());
  }
  memory_.timers.push(entry);
  return std::chrono::nanoseconds(entry.late);
}

void conductor::fail(race_kind kind, std::string_view message) noexcept {
  failure_entry entry{.kind = kind, .site = nullptr, .line = 0, .file = {}, .function = {}, .message = {}};
  copy_text(entry.message, message);
  memory_.failures.push(entry);
}

bool conductor::failed() const noexcept {
  for (const failure_entry &each : memory_.failures.all())
    if (each.kind != race_kind::never_awaited)
      return true;
  return false;
}

void conductor::ending(detail::task_state &task) noexcept {
  if (!memory_.steps.empty() && memory_.steps.back().chosen == task.watched->key)
    memory_.steps.back().ended = true;
  if (memory_.samples.empty() || !task.watched->path.empty() || task.loop->ordinal() != 1)
    return;
  for (sample_entry &each : memory_.samples.all())
    each.known = read_variable(each.address, each.size, each.value);
}

// A search tells of it at its end; a single run prints it as well.
bool conductor::reported(const loop_report &report) noexcept {
  unheard_.push_back(to_string(report));
  return memory_.flags[0].most_steps != ~std::uint64_t{0};
}

void conductor::resumed_by_another(const detail::task_state &task) noexcept {
  fail(race_kind::double_resume, task.title() + " was resumed by somebody else than its event loop, to its end");
}

detail::task_state *conductor::stop() noexcept {
  if (on_give_up_)
    on_give_up_();
  return nullptr;
}

void conductor::harvest() noexcept {
  last_ = turn_ = {};
  memory_.flags[0].suspicious |= log_.suspicious();
  for (const report::note &each : report::take_notes()) {
    failure_entry entry{
        .kind = each.kind, .site = each.site, .line = each.line, .file = {}, .function = {}, .message = {}};
    copy_text(entry.file, each.file);
    copy_text(entry.function, each.function);
    copy_text(entry.message, each.message);
    memory_.failures.push(entry);
  }
  // Where the run failed, nobody may have come to ask what became of its tasks.
  const std::vector<std::string> unheard = std::exchange(unheard_, {});
  if (memory_.failures.empty() && !memory_.flags[0].abandoned && !memory_.flags[0].cut_off)
    for (const std::string &each : unheard)
      fail(race_kind::unobserved_failure, each);
  if (!std::exchange(recording_, false))
    return;
  const detect::run_result result = detect::end_run();
  for (const detect::event &each : result.history)
    memory_.history.push({each, loop_});
}

void conductor::end() noexcept {
  harvest();
  run_flags &flags = memory_.flags[0];
  flags.taken = std::min(flags.most_steps, flags.most_steps - left_);
  flags.finished = true;
}

} // namespace corace::schedule
