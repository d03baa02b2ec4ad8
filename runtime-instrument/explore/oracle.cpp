// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/oracle.h"

#include <algorithm>
#include <utility>

namespace corace::schedule {

void oracle::begin(std::vector<std::uint64_t> children) {
  began_ = true;
  tried_ = 1;
  order_ = std::move(children);
  sampled_ = order_.size() > all_orders_of;
}

bool oracle::next(std::vector<std::uint64_t> &order) {
  if (done_)
    return false;
  if (!sampled_)
    done_ = !std::next_permutation(order_.begin(), order_.end());
  else if (tried_ == 1)
    std::reverse(order_.begin(), order_.end());
  else
    for (std::size_t i = order_.size(); i > 1; --i) { // Knuth's multiplier; any will do for a shuffle
      random_ = random_ * 6364136223846793005u + 1442695040888963407u;
      std::swap(order_[i - 1], order_[(random_ >> 33) % i]);
    }
  done_ |= sampled_ && tried_ >= sample;
  if (done_)
    return false;
  ++tried_;
  order = order_;
  return true;
}

std::string oracle::words(const std::string &result) const {
  constexpr std::size_t most = 5; // a message is to be read
  std::string text = "result '" + result + "' equals that of none of " +
                     (sampled_ ? std::to_string(tried_) + " of " : "") + "the serial orders: ";
  std::size_t told = 0;
  for (const std::string &each : serial_) {
    if (told == most)
      return text + " and " + std::to_string(serial_.size() - most) + " more";
    text += (told++ ? ", '" : "'") + each + "'";
  }
  return text;
}

std::string oracle::reservation(const std::string &result) const {
  if (!done_ || knows(result))
    return {};
  if (serial_.empty())
    return "results were not judged: no order in which the tasks run one after the other comes to an end";
  return sampled_ ? words(result) + ", which may be chance" : "";
}

} // namespace corace::schedule
