// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The conductor's part in what is no segment: moves, and the choices that segments make.
#include "explore/conductor.h"
#include "explore/random.h"

#include <algorithm>

namespace corace::schedule {

namespace {
using detail::choice_kind;
using detail::move_kind;

/// Drawn at random, one fault in so many decisions: with more of them a run hardly gets to its end.
constexpr std::size_t fault_rarity = 16;
} // namespace

void conductor::prepare_extras() {
  run_flags &flags = memory_.flags[0];
  left_faults_ = flags.allowed;
  left_faults_.one_by_one = false;
  extras_ = picker_->prepare(left_faults_);
  questions_ = 0;
  offered_ = nullptr;
  if (extras_ == extras::none) {
    flags.left_out = flags.allowed.moves();
    return;
  }
  if (extras_ == extras::drawn) {
    random_ = 0;
    for (std::uint64_t each : memory_.plan.all())
      random_ = (random_ ^ each) * 0x9e3779b97f4a7c15u + 1;
  }
  if (!left_faults_.moves())
    return;
  flags.moves = true;
  offered_ = &moves_;
  offer();
}

void conductor::offer() noexcept {
  moves_ = {.timers = left_faults_.free_timers,
            .timeouts = left_faults_.timeouts > 0,
            .cancellations = left_faults_.cancellations > 0,
            .wake_ups = left_faults_.spurious_wake_ups > 0,
            .one_by_one = left_faults_.one_by_one};
}

std::size_t conductor::draw_below(std::size_t count) noexcept {
  return below(count, mix(random_ += 0x9e3779b97f4a7c15u));
}

detail::picked conductor::pick_among(event_loop &, std::span<const detail::move> moves) {
  std::size_t index = give_up;
  if (left_-- == 0) [[unlikely]] {
    memory_.flags[0].cut_off = true;
  } else {
    for (const detail::move &each : moves) {
      if (each.task)
        introduce(*each.task);
      ready_.push_back({each.key, 0, 0, 0, nullptr, each.what});
    }
    index = pick_step(moves);
    ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(tasks_.size()), ready_.end());
  }
  if (index == give_up) {
    (void)stop();
    return {};
  }
  if (index < tasks_.size())
    return {.task = hand_out(index), .made = nullptr};
  const detail::move &made = moves[index - tasks_.size()];
  take(made);
  return {.task = nullptr, .made = &made};
}

/// Timers are drawn as tasks are, faults seldom.
std::size_t conductor::pick_with(const choice &now, std::span<const detail::move> moves) {
  if (extras_ == extras::asked)
    return picker_->pick(now);
  const std::size_t tasks = now.ready.size() - moves.size();
  const auto faults = static_cast<std::size_t>(std::count_if(
      moves.begin(), moves.end(), [](const detail::move &each) { return each.fault && !each.canonical; }));
  const auto nth = [&](std::size_t n, bool fault) {
    std::size_t at = 0;
    while ((moves[at].fault && !moves[at].canonical) != fault || n-- > 0)
      ++at;
    return tasks + at;
  };
  if (faults > 0 && draw_below(fault_rarity) == 0)
    return nth(draw_below(faults), true);
  const std::size_t others = moves.size() - faults;
  if (tasks + others == 0)
    return nth(draw_below(faults), true);
  const std::size_t drawn = others == 0 ? 0 : draw_below(tasks + others);
  if (others > 0 && drawn >= tasks)
    return nth(drawn - tasks, false);
  if (picker_->blind())
    return draw();
  choice among_tasks = now;
  among_tasks.ready = now.ready.first(tasks);
  return picker_->pick(among_tasks);
}

void conductor::take(const detail::move &chosen) {
  if (chosen.fault && !chosen.canonical) {
    std::uint32_t &left = chosen.what == move_kind::cancel ? left_faults_.cancellations
                          : chosen.what == move_kind::wake ? left_faults_.spurious_wake_ups
                                                           : left_faults_.timeouts;
    left -= left != allowance::any_number;
    offer();
  }
  run_flags &flags = memory_.flags[0];
  flags.cancelled |= chosen.what == move_kind::cancel;
  if (!flags.steps || chosen.ordinal != 0 || chosen.what != move_kind::timer)
    return;
  for (const detail::timer *each : chosen.alarms)
    memory_.expiries.push({each->owner(), each->ordinal(), static_cast<std::uint32_t>(memory_.steps.size() - 1)});
}

void conductor::moved() { record_footprint(); }

void conductor::introduce(const detail::task_state &task) noexcept {
  if (memory_.flags[0].labels && !std::exchange(task.watched->enrolled, true))
    enrol(*task.loop, task);
}

std::uint32_t conductor::decide(detail::task_state &asker, choice_kind what, std::uint32_t count,
                                const char *name) noexcept {
  static_assert(static_cast<std::size_t>(choice_kind::exception) + 1 == detail::choice_kinds);
  const std::uint32_t number = ++asker.watched->choices[static_cast<std::size_t>(what)];
  std::uint32_t *const left = what == choice_kind::full        ? &left_faults_.full_queues
                              : what == choice_kind::exception ? &left_faults_.exceptions
                                                               : nullptr;
  if (left && *left == 0)
    return 0;
  if (extras_ == extras::none) {
    memory_.flags[0].left_out = true;
    return 0;
  }
  std::uint32_t value;
  if (extras_ == extras::asked)
    value = std::min(picker_->answer({asker.watched->key, what, number, count, questions_++}), count - 1);
  else
    value = left ? draw_below(fault_rarity) == 0 : static_cast<std::uint32_t>(draw_below(count));
  if (left && value)
    *left -= *left != allowance::any_number;
  if (memory_.flags[0].steps && !quick_) {
    introduce(asker);
    value_entry entry{.asker = asker.watched->key,
                      .what = what,
                      .number = number,
                      .count = count,
                      .value = value,
                      .step = static_cast<std::uint32_t>(memory_.flags[0].skipped + memory_.steps.size() - 1),
                      .name = {}};
    for (std::size_t i = 0; i + 1 < sizeof(entry.name) && name[i]; ++i)
      entry.name[i] = name[i];
    memory_.values.push(entry);
  }
  return value;
}

} // namespace corace::schedule
