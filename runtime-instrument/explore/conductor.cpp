// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/conductor.h"

#include "explore/label.h"
#include "explore/variables.h"
#include "report/notes.h"

#include <algorithm>
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
  last_ = {};
  loop_ = 0;
  detect::begin_run({.history = memory_.flags[0].history, .footprints = memory_.flags[0].footprints});
  recording_ = true;
}

void conductor::enrol(const event_loop &loop, const detail::task_state &task) {
  task_entry entry{.key = task.key, .id = task.id, .loop = loop.ordinal(), .label = {}, .name = {}};
  copy_text(entry.label, to_label({loop.ordinal(), task.path}));
  copy_text(entry.name, report::task_title(task));
  memory_.tasks.push(entry);
}

detail::task_state *conductor::pick(event_loop &loop, const std::vector<detail::task_state *> &ready) {
  run_flags &flags = memory_.flags[0];
  if (memory_.steps.size() >= flags.most_steps || memory_.steps.overflowed()) {
    flags.cut_off = true;
    return stop();
  }
  if (!recording_) { // another event loop of the same run
    detect::begin_run({.history = flags.history, .footprints = flags.footprints});
    recording_ = true;
  }
  if (loop.ordinal() != loop_)
    last_ = {};
  loop_ = loop.ordinal();
  sorted_ = ready;
  std::sort(sorted_.begin(), sorted_.end(),
            [](const detail::task_state *a, const detail::task_state *b) { return a->path < b->path; });
  step_entry step{};
  step.last = last_ ? last_->key : 0;
  step.last_segments = last_ ? last_->segments : 0;
  step.ready_begin = static_cast<std::uint32_t>(memory_.ready.size());
  ready_.clear();
  for (detail::task_state *each : sorted_) {
    if (each->segments == 0 && !std::exchange(each->enrolled, true))
      enrol(loop, *each);
    ready_.push_back({each->key, &each->path});
    memory_.ready.push(each->key);
  }
  step.ready_count = static_cast<std::uint32_t>(ready_.size());
  detail::task_state *chosen = ready.front();
  if (!picker_->loop_order()) {
    choice now{.ready = ready_,
               .last = step.last,
               .last_segments = step.last_segments,
               .step = memory_.steps.size(),
               .last_footprint = {}};
    if (!memory_.steps.empty())
      now.last_footprint = memory_.cells_of(memory_.steps.back());
    const std::size_t index = picker_->pick(now);
    if (index == give_up) {
      flags.abandoned = true;
      return stop();
    }
    chosen = sorted_[index];
  }
  step.chosen = chosen->key;
  step.cells_begin = static_cast<std::uint32_t>(memory_.cells.size());
  memory_.steps.push(step);
  return chosen;
}

void conductor::ran(detail::task_state &task) {
  if (last_.get() != &task)
    last_ = detail::task_pointer<>::share(task);
  if (!memory_.flags[0].footprints || memory_.steps.empty())
    return;
  for (const auto &cell : detect::take_footprint().cells)
    memory_.cells.push(cell);
  step_entry &step = memory_.steps.back();
  step.cells_count = static_cast<std::uint32_t>(memory_.cells.size()) - step.cells_begin;
}

detail::task_state *conductor::in_a_hurry() const noexcept {
  return picker_->hurries() && last_ && last_->now == detail::task_state::phase::waiting ? last_.get() : nullptr;
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
  if (!task.path.empty() || task.loop->ordinal() != 1)
    return;
  for (sample_entry &each : memory_.samples.all())
    each.known = read_variable(each.address, each.size, each.value);
}

detail::task_state *conductor::stop() noexcept {
  if (on_give_up_)
    on_give_up_();
  return nullptr;
}

void conductor::harvest() noexcept {
  last_ = {};
  for (const report::note &each : report::take_notes()) {
    failure_entry entry{
        .kind = each.kind, .site = each.site, .line = each.line, .file = {}, .function = {}, .message = {}};
    copy_text(entry.file, each.file);
    copy_text(entry.function, each.function);
    copy_text(entry.message, each.message);
    memory_.failures.push(entry);
  }
  if (!std::exchange(recording_, false))
    return;
  const detect::run_result result = detect::end_run();
  for (const detect::violation &each : result.violations) {
    violation_entry entry{each.kind, each.matched, each.first, each.suspension, each.rival, each.second, loop_, {}};
    copy_text(entry.object, each.object);
    memory_.violations.push(entry);
  }
  for (const detect::event &each : result.history)
    memory_.history.push({each, loop_});
  for (const detect::reach &each : result.reached)
    memory_.reached.push({each.of, each.first, each.second});
}

void conductor::end() noexcept {
  harvest();
  memory_.flags[0].finished = true;
}

} // namespace corace::schedule
