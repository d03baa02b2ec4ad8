// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A call-back that stands in a loop: what call_soon(), call_later() and future::add_done_callback() make.
#pragma once

#include <corace/detail/task_state.h>
#include <corace/loop_clock.h>

#include <functional>

namespace corace::detail {

/// A call at a time to come. Stands wherever its owner wants it; takes itself out when it is destroyed.
class timer : public ready_node {
public:
  enum class purpose : std::uint8_t {
    sleep,
    call, ///< of the program's own function
    limit ///< cuts something off
  };
  timer() noexcept = default;
  timer(const timer &) = delete;
  timer &operator=(const timer &) = delete;
  ~timer() { stop(); }
  void start(event_loop &loop, loop_clock::time_point deadline, purpose what, void (*expired)(ready_node &, bool));
  void stop() noexcept;
  [[nodiscard]] loop_clock::time_point deadline() const noexcept { return deadline_; }
  /// The key of the task that started it, and the timer's number among that task's. In a loop that is watched.
  [[nodiscard]] std::uint64_t owner() const noexcept { return owner_; }
  [[nodiscard]] std::uint32_t ordinal() const noexcept { return ordinal_; }

private:
  friend class corace::event_loop;
  static constexpr std::size_t nowhere = ~std::size_t{0};
  [[nodiscard]] std::uint64_t key() const noexcept { return key_of_move(owner_, move_kind::timer, ordinal_); }
  event_loop *loop_ = nullptr; ///< while it stands in the heap
  loop_clock::time_point deadline_{};
  std::uint64_t sequence_ = 0;
  std::size_t index_ = nowhere; ///< in the heap
  purpose purpose_ = purpose::sleep;
  std::uint32_t ordinal_ = 0; ///< among those of the task that started it; in a loop that is watched, as is the next
  std::uint64_t owner_ = 0;   ///< key of that task
};

/// Runs once, in a copy of the context of the moment in which it was made, or in the context that it was given.
class callback_state : public timer {
public:
  callback_state(std::function<void()> f, context_slot in, std::source_location where, bool keep_place) noexcept
      : call(std::move(f)), values(std::move(in)), created(where), has_place(keep_place) {
    fire = run_or_drop;
  }
  static void *operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void *state, std::size_t size) noexcept { release_frame(state, size); }
  void retain() noexcept { ++references_; }
  void release() noexcept {
    if (--references_ == 0)
      delete this;
  }
  /// It will not run. The loop lets go of it when its turn comes.
  void cancel() noexcept;
  static void run_or_drop(ready_node &node, bool run);

  std::function<void()> call;
  context_slot values;
  std::source_location created;
  event_loop *loop = nullptr; ///< that it was given to
  bool cancelled = false;
  bool timed = false; ///< it has a deadline
  bool has_place;     ///< `created` is of interest: the loop is in debug mode

private:
  std::uint32_t references_ = 1; ///< the loop has one until it has run it or let go of it
};

} // namespace corace::detail
