// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The run's side of the search: makes the event loop follow a picker and writes down what happens.
#pragma once

#include "detect/access_log.h"
#include "explore/progress.h"
#include "explore/run_memory.h"
#include "explore/strategy.h"
#include "explore/wake_ups.h"

#include <corace/event_loop.h>

#include <string>
#include <string_view>
#include <vector>

namespace corace::schedule {

class conductor final : public detail::scheduler {
public:
  /// `on_give_up` is called when a run ends early; where it returns, run_abandoned goes through run().
  explicit conductor(run_memory &memory, void (*on_give_up)() = nullptr) noexcept
      : memory_(memory), on_give_up_(on_give_up) {}

  /// Starts a run under the plan in the memory: the detector begins anew, what was written down is cleared.
  void begin();
  /// An event loop of the run has ended: writes down what the detector has. May be called when nothing runs any more.
  void harvest() noexcept;
  /// The run is over.
  void end() noexcept;
  void fail(race_kind kind, std::string_view message) noexcept;
  /// The run leaves steps.
  [[nodiscard]] bool writes_down() const noexcept { return !blind_; }
  /// The reason for which the program is about to die is known already.
  [[nodiscard]] bool failed() const noexcept;

  void ready(event_loop &loop, detail::task_state &task) override;
  detail::task_state *pick(event_loop &loop) override;
  void forget(detail::task_state &task) noexcept override;
  void ran(detail::task_state &task) override;
  void ending(detail::task_state &task) noexcept override;
  [[nodiscard]] detail::task_state *in_a_hurry() const noexcept override;
  [[nodiscard]] std::chrono::nanoseconds latency(const event_loop &loop, std::chrono::nanoseconds due) override;
  [[nodiscard]] std::chrono::nanoseconds segment_takes() const noexcept override {
    return std::chrono::nanoseconds(picker_->segment_takes());
  }
  [[nodiscard]] detect::access_log *log() noexcept override { return &log_; }
  detail::picked pick_among(event_loop &loop, std::span<const detail::move> moves) override;
  void moved() override;
  std::uint32_t decide(detail::task_state &asker, detail::choice_kind what, std::uint32_t count,
                       const char *name) noexcept override;
  void introduce(const detail::task_state &task) noexcept override;
  void deadlocked(const std::string &message) override { fail(race_kind::deadlock, message); }
  void told(const event_loop &loop, detail::sync_event what, const void *object) override {
    wake_ups_.told(loop, what, object);
  }
  [[nodiscard]] std::string missed_wake_up(const void *object) const override { return wake_ups_.missed(object); }
  bool reported(const loop_report &report) noexcept override;
  void resumed_by_another(const detail::task_state &task) noexcept override;

private:
  void record();
  void enter(const event_loop &loop);
  [[nodiscard]] std::size_t draw();
  void insert(detail::task_state &task);
  [[nodiscard]] detail::task_state *pick_quickly();
  [[nodiscard]] detail::task_state *pick_carefully();
  /// An index into ready_, where the moves stand behind the tasks; give_up where the run ends here.
  [[nodiscard]] std::size_t pick_step(std::span<const detail::move> moves);
  [[nodiscard]] detail::task_state *hand_out(std::size_t index);
  void note_step(const choice &now, std::size_t index, std::span<const detail::move> moves);
  /// Nothing changes any more, whoever runs.
  [[nodiscard]] bool stuck();
  [[nodiscard]] detail::task_state *pick_fairly();
  [[nodiscard]] detail::task_state *pick_in_turn();
  void enrol(const event_loop &loop, const detail::task_state &task);
  void record_footprint();

  // Moves and choices; see choices.cpp.
  void prepare_extras();
  void offer() noexcept;
  [[nodiscard]] std::size_t draw_below(std::size_t count) noexcept;
  [[nodiscard]] std::size_t pick_with(const choice &now, std::span<const detail::move> moves);
  void take(const detail::move &chosen);

  detail::task_state *stop() noexcept;

  run_memory &memory_;
  void (*on_give_up_)();
  picker_storage storage_;
  picker *picker_ = nullptr;
  std::vector<detail::task_state *> tasks_; ///< that are ready: sorted by path, or in any order while quick_
  std::vector<detail::task_state *> drawn_; ///< the same for draw(), where something is written down
  std::vector<ready_task> ready_;           ///< what the picker sees of them; empty while quick_
  detect::access_log log_;
  extras extras_ = extras::none;
  allowance left_faults_; ///< what may still happen in this run
  detail::offered_moves moves_;
  std::uint64_t random_ = 0; ///< for extras::drawn
  std::size_t questions_ = 0;
  wake_ups wake_ups_;
  progress progress_;
  detail::task_pointer<> turn_;      ///< whose turn was last, where all have theirs
  std::vector<std::string> unheard_; ///< what only the loop's exception handler was told
  bool quick_ = false;               ///< no step is written down; always so where blind_
  std::size_t known_ = 0;            ///< for so many steps, where not blind_
  bool stops_ = false;               ///< a debugger is to stop at switches
  bool blind_ = false;               ///< nothing is written down, and the picker does not care
  std::uint64_t left_ = 0;           ///< how many more steps the run may take
  task_key last_key_ = 0;            ///< who ran last; 0: nobody
  std::uint32_t last_segments_ = 0;
  detail::task_pointer<> last_; ///< the same, where the picker hurries
  std::uint32_t loop_ = 0;      ///< of the last segment
  bool recording_ = false;      ///< the detector has begun and was not asked for its results yet
};

} // namespace corace::schedule
