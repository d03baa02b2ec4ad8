// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The serial-order oracle for a test with a result: what the result is when the main task's children run one after the
// other, in whatever order. Under another schedule it has to be one of these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace corace::schedule {

/// Which orders have been run, and what came out. The runs are the search's business.
class oracle {
public:
  /// With more children, only some of their orders are run.
  static constexpr std::size_t all_orders_of = 6;
  /// So many.
  static constexpr std::uint64_t sample = 720;

  /// The children of the main task are known: what the first run had, in the order of the children.
  void begin(std::vector<std::uint64_t> children);
  [[nodiscard]] bool began() const noexcept { return began_; }
  /// The next order to run; false: there are no more.
  [[nodiscard]] bool next(std::vector<std::uint64_t> &order);
  /// The result of a serial order.
  void add(const std::string &result) { serial_.insert(result); }
  /// There is no time for the other orders.
  void give_up() noexcept { done_ = sampled_ = true; }

  [[nodiscard]] bool knows(const std::string &result) const { return serial_.contains(result); }
  /// No more orders are going to be run.
  [[nodiscard]] bool done() const noexcept { return done_; }
  /// The result is wrong: all orders were run, at least one of them has a result, and none has this one.
  [[nodiscard]] bool refutes(const std::string &result) const {
    return done_ && !sampled_ && !serial_.empty() && !knows(result);
  }
  /// "result '2' equals that of none of the serial orders: '3'"
  [[nodiscard]] std::string words(const std::string &result) const;
  /// What keeps it from a judgement on this result; empty: nothing.
  [[nodiscard]] std::string reservation(const std::string &result) const;

private:
  std::vector<std::uint64_t> order_; ///< the last one that was run
  std::uint64_t tried_ = 0;
  std::uint64_t random_ = 1;
  bool began_ = false, done_ = false;
  bool sampled_ = false; ///< there were too many orders, or too little time
  std::set<std::string> serial_;
};

} // namespace corace::schedule
