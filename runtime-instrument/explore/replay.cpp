// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/replay.h"

#include <array>

namespace corace::schedule {

namespace {
using detail::choice_kind;
using detail::move_kind;
using four = std::array<std::uint64_t, 4>;

/// How a plan tells them apart.
[[nodiscard]] std::uint64_t kind_of(move_kind what) noexcept { return static_cast<std::uint64_t>(what); }
[[nodiscard]] std::uint64_t kind_of(choice_kind what) noexcept { return 16 + static_cast<std::uint64_t>(what); }

[[nodiscard]] four numbers_of(const deviation &d) {
  if (d.choice)
    return {kind_of(*d.choice), key_of(d.after), d.segments, d.value};
  const task_key to = key_of(d.to);
  return {kind_of(d.move), key_of(d.after), d.segments,
          d.move == move_kind::task ? to : detail::key_of_move(to, d.move, d.timer)};
}

[[nodiscard]] std::string why_not(const deviation &d, std::uint64_t fate) {
  const std::string after = "task " + to_label(d.after), to = "task " + to_label(d.to);
  if (d.choice) {
    const std::string which = nth(d.segments);
    constexpr const char *made[] = {"choose()", "put into a queue of limited size that has room", "may_throw()"};
    return fate == replay_picker::not_ready
               ? "the " + which + " choose() of " + after + " gives less than " + std::to_string(d.value)
               : after + " makes no " + which + " " + made[static_cast<std::size_t>(*d.choice)];
  }
  const std::string place =
      after + " has run " + std::to_string(d.segments) + (d.segments == 1 ? " segment" : " segments");
  if (fate == replay_picker::not_reached)
    return "there is no decision after which " + place;
  switch (d.move) {
  case move_kind::task: break;
  case move_kind::timer: return "when " + place + ", the " + nth(d.timer) + " timer of " + to + " is not pending";
  case move_kind::cancel: return "when " + place + ", " + to + " is at no await";
  case move_kind::wake: return "when " + place + ", " + to + " does not wait at a condition variable";
  }
  return "when " + place + ", " + to + " cannot run";
}
} // namespace

replay_picker::replay_picker(std::span<const std::uint64_t> numbers, shared_table<std::uint64_t> &marks) noexcept
    : plan_(numbers), marks_(marks) {
  for (std::size_t i = 0; i < numbers.size(); i += width)
    marks.push(not_reached);
}

// Where a target cannot be chosen yet, it may be when time has passed, which changes no place.
std::size_t replay_picker::pick(const choice &now) {
  for (std::size_t i = 0; i < plan_.size(); i += width) {
    std::uint64_t &became = marks_[i / width];
    if (plan_[i] >= kind_of(choice_kind::value) || plan_[i + 1] != now.last || plan_[i + 2] != now.last_segments ||
        became == applied)
      continue;
    const std::size_t index = index_of(now, plan_[i + 3]);
    became = index == give_up ? not_ready : applied;
    if (index != give_up)
      return index;
  }
  return canonical(now);
}

std::uint32_t replay_picker::answer(const question &asked) noexcept {
  for (std::size_t i = 0; i < plan_.size(); i += width) {
    if (plan_[i] != kind_of(asked.what) || plan_[i + 1] != asked.asker || plan_[i + 2] != asked.number)
      continue;
    marks_[i / width] = plan_[i + 3] < asked.count ? applied : not_ready;
    return plan_[i + 3] < asked.count ? static_cast<std::uint32_t>(plan_[i + 3]) : 0;
  }
  return 0;
}

// What a token says can happen, whatever the options are.
extras replay_picker::prepare(allowance &allowed) const noexcept {
  allowed = {};
  const std::uint32_t any = allowance::any_number;
  for (std::size_t i = 0; i < plan_.size(); i += width)
    if (plan_[i] == kind_of(move_kind::timer))
      allowed.free_timers = true, allowed.timeouts = any;
    else if (plan_[i] == kind_of(move_kind::cancel))
      allowed.cancellations = any;
    else if (plan_[i] == kind_of(move_kind::wake))
      allowed.spurious_wake_ups = any;
    else if (plan_[i] == kind_of(choice_kind::full))
      allowed.full_queues = any;
    else if (plan_[i] == kind_of(choice_kind::exception))
      allowed.exceptions = any;
  return extras::asked;
}

bool replay::next(plan &out) {
  out = {static_cast<std::uint64_t>(picker_kind::replay)};
  for (const deviation &each : deviations_) {
    const four part = numbers_of(each);
    out.insert(out.end(), part.begin(), part.end());
  }
  return runs_ && runs_--;
}

std::string replay::unapplied(const std::vector<deviation> &deviations, const run_memory &run) {
  for (std::size_t i = 0; i < deviations.size() && i < run.marks.size(); ++i)
    if (run.marks[i] != replay_picker::applied)
      return "the deviation " + to_string(deviations[i]) + " does not apply: " + why_not(deviations[i], run.marks[i]);
  return {};
}

} // namespace corace::schedule
