// RUN: %check_corace %s corace-check-await-act --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tests that are made again each time, and results of awaits that test something else than what was handed over.
#include "mock.h"
#include <atomic>
#include <memory>
#include <optional>
#include <string>

struct flags { bool busy() const; void stop(); };
std::shared_ptr<std::atomic<int>> phase;
std::optional<flags> state;

// The access is the test itself.
mock::task<> polls_ok() {
  while (phase->load() == 1)
    co_await mock::sleep();
}
mock::task<> polls_in_for_ok() {
  for (; (*phase).load(std::memory_order_acquire) == 1;)
    co_await mock::sleep();
}
mock::task<> polls_in_body_ok() {
  for (;;) {
    if (state->busy())
      break;
    co_await mock::sleep();
  }
}

// Another access is none.
mock::task<> tested_first_bad() {
  if (state) {
    while (state->busy())
      // EXPECT: 'state' is used after a test that may no longer hold
      co_await mock::sleep();
  }
}

mock::task<int> read_into(char *to, std::size_t size);
mock::task<int> accepts(std::string what);

struct connection {
  std::string buffer, name;
  // An error of the transport, not a test of what is in the buffer.
  mock::task<> receive_ok() {
    for (;;) {
      buffer.resize(16);
      if (co_await read_into(buffer.data(), 16))
        co_return;
    }
  }
  // The answer depends on the content that was handed over.
  mock::task<> rename_bad() {
    if (co_await accepts(name))
      name.clear();
    // EXPECT: 'name' is cleared after a test that may no longer hold
  }
};
mock::task<> both(connection &c) {
  co_await mock::when_all(c.receive_ok(), c.receive_ok(), c.rename_bad(), c.rename_bad());
}
