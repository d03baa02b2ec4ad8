// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/interleaving.h"

#include "report/story.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace corace::schedule {

namespace {
using action = explore_step::action;

/// Walks through the segments of the reported run.
class teller {
public:
  explicit teller(const finding &f) : finding_(f) {
    for (const task_entry &each : f.tasks)
      tasks_.emplace(each.key, &each);
    for (std::size_t i = 0; i < f.steps.size(); ++i)
      turns_[f.steps[i].chosen].push_back(i);
  }

  [[nodiscard]] std::vector<explore_step> tell() {
    if (finding_.race) {
      report::task_names names(finding_);
      for (report::story_step &each : report::race_story(finding_, names))
        if (each.what == detect::event::type::read || each.what == detect::event::type::write)
          accesses_[{each.label, each.segment}].push_back(std::move(each));
      for (const detect::event *each : {&finding_.race->first, &finding_.race->rival})
        shown_.insert(names.label(finding_.race->loop, each->task));
    } else {
      choose_tasks();
    }
    std::map<task_key, std::uint32_t> segments;
    for (std::size_t i = 0; i < finding_.steps.size(); ++i)
      tell_segment(i, segments[finding_.steps[i].chosen]++);
    if (finding_.race)
      keep_the_window();
    return std::move(out_);
  }

private:
  void choose_tasks() {
    for (const task_entry &each : finding_.tasks)
      if (each.label != std::string_view("_"))
        shown_.insert(each.label);
    if (shown_.size() < 2)
      shown_.insert("_");
  }

  void tell_segment(std::size_t index, std::uint32_t segment) {
    const step_entry &step = finding_.steps[index];
    const auto known = tasks_.find(step.chosen);
    if (known == tasks_.end() || !shown_.contains(known->second->label))
      return;
    const task_entry &task = *known->second;
    const auto say = [&](action what, std::string file = {}, std::uint32_t line = 0, std::string value = {}) {
      out_.push_back({task.label, task.name, what, std::move(file), line, std::move(value)});
    };
    if (segment == 0)
      say(action::begin);
    else
      say(action::go_on, step.at.file_name(), step.at.line());
    if (const auto at = accesses_.find({task.label, segment}); at != accesses_.end())
      for (const report::story_step &each : at->second)
        say(each.what == detect::event::type::read ? action::read : action::write,
            each.site ? detect::file_of(*each.site) : "", each.site ? each.site->line : 0,
            each.value == "-" ? "" : each.value);
    const std::vector<std::size_t> &turns = turns_[step.chosen];
    const auto next = std::upper_bound(turns.begin(), turns.end(), index);
    if (next != turns.end())
      say(action::suspend, finding_.steps[*next].at.file_name(), finding_.steps[*next].at.line());
    else if (step.ended)
      say(action::end);
    else if (finding_.kind == race_kind::deadlock)
      say(action::suspend);
  }

  /// From the turn before the first access to the turn after the last one.
  void keep_the_window() {
    const auto access = [](const explore_step &s) { return s.what == action::read || s.what == action::write; };
    const auto first = std::find_if(out_.begin(), out_.end(), access);
    const auto last = std::find_if(out_.rbegin(), out_.rend(), access).base();
    if (first == out_.end())
      return;
    out_ = std::vector<explore_step>(first == out_.begin() ? first : std::prev(first), last);
  }

  const finding &finding_;
  std::map<task_key, const task_entry *> tasks_;
  std::map<task_key, std::vector<std::size_t>> turns_; ///< the numbers of its steps
  std::map<std::pair<std::string, std::uint32_t>, std::vector<report::story_step>> accesses_; ///< of a task's segment
  std::set<std::string, std::less<>> shown_;                                                  ///< labels
  std::vector<explore_step> out_;
};
} // namespace

std::vector<explore_step> interleaving_of(const finding &f) { return teller(f).tell(); }

} // namespace corace::schedule
