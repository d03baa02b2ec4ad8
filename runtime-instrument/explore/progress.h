// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether a run gets anywhere. Where nothing has changed for a long time, all tasks that are ready get their turns, so
// that one which waits for another in a loop does not keep it from running; where even then nothing changes, that is a
// livelock. A picker is not asked meanwhile: among fair schedules there is nothing to choose.
#pragma once

#include <cstddef>
#include <cstdint>

namespace corace::schedule {

class progress {
public:
  void begin(std::uint64_t most_steps) noexcept;
  /// How many steps are left when it wants to be asked again.
  [[nodiscard]] std::uint64_t next_look() const noexcept { return next_look_; }
  /// `left` steps are left; so much has changed in the run, and memory was seen so often. True: it is a livelock.
  [[nodiscard]] bool look(std::uint64_t left, std::uint64_t changes, bool memory_seen, std::size_t ready) noexcept;
  /// The task that has been ready longest has its turn.
  [[nodiscard]] bool fair() const noexcept { return fair_; }
  /// For how many steps nothing has changed.
  [[nodiscard]] std::uint64_t quiet() const noexcept { return quiet_; }

private:
  std::uint64_t most_ = 0, interval_ = 1, next_look_ = 0;
  std::uint64_t changes_ = 0;
  std::uint64_t quiet_ = 0, fairly_ = 0; ///< steps without a change; those of them in which all had their turns
  bool fair_ = false;
};

} // namespace corace::schedule
