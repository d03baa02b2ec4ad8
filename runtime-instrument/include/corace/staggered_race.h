// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// staggered_race(): starts candidates one after another, until one succeeds ("happy eyeballs", RFC 8305).
//
// Each candidate is a callable that gives a task<T>, and runs in a task of its own. The next one starts when the one
// before it has failed, or when it has had `delay` for itself; without a delay only then. The first success wins: the
// others are cancelled and waited for, and no more are started. Cancellation of who awaits the race cancels all that
// run, waits for them, and comes out. A fatal_exit ends the race and comes out. Conformance: RACE. Differs from
// asyncio: the race ends only when all candidates have ended, also when it is cancelled.
#pragma once

#include <corace/detail/many_wait.h>
#include <corace/task_group.h>

#include <optional>
#include <vector>

namespace corace {

template <class T> struct race_result {
  std::optional<detail::stored<T>> winner;    ///< nothing: no candidate has succeeded
  std::optional<std::size_t> index;           ///< of the winner
  std::vector<std::exception_ptr> exceptions; ///< of all that were started; null for the winner
};

namespace detail {

template <class T> struct race {
  race_result<T> result;
  std::vector<task_handle<void>> running;

  void won(std::size_t index) {
    result.index = index;
    for (std::size_t i = 0; i < running.size(); ++i)
      if (i != index)
        running[i].cancel();
  }
};

template <class T, class Candidate> task<void> race_attempt(race<T> &all, Candidate &candidate) {
  const std::size_t index = all.result.exceptions.size();
  all.result.exceptions.emplace_back();
  try {
    std::optional<stored<T>> value;
    if constexpr (std::is_void_v<T>) {
      co_await candidate();
      value.emplace();
    } else if constexpr (std::is_reference_v<T>) {
      value.emplace(&co_await candidate());
    } else {
      value.emplace(co_await candidate());
    }
    if (all.result.index)
      co_return; // it was cancelled and ended well all the same
    all.result.winner = std::move(value);
    all.won(index);
  } catch (const fatal_exit &) {
    throw;
  } catch (...) {
    all.result.exceptions[index] = std::current_exception();
  }
}

} // namespace detail

/// std::nullopt: no delay, each waits for the failure of the one before it.
template <class Candidate, class T = typename detail::task_result<std::invoke_result_t<Candidate &>>::type>
[[nodiscard]] task<race_result<T>> staggered_race(std::vector<Candidate> candidates, detail::optional_delay delay) {
  detail::race<T> all;
  co_await with_task_group([&](task_group &group) -> task<void> {
    for (Candidate &each : candidates) {
      all.running.push_back(group.create_task(detail::race_attempt(all, each)));
      if (&each == &candidates.back())
        break;
      detail::many_wait turn(return_when::all_completed, 1, delay);
      turn.add(*all.running.back().state());
      co_await turn;
      if (all.result.index)
        break;
    }
  });
  co_return std::move(all.result);
}

} // namespace corace
