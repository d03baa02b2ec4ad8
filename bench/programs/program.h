// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Known concurrency bugs as coroutines: what the explorer is tested and measured with. Each program comes in three
// forms: with the bug, repaired, and one that looks like the bug and is right. An await stands wherever the original
// can be interrupted in a way that matters. All shared state goes through shared<T> and the primitives, so nothing has
// to be compiled with the pass. A program says itself what went wrong: it throws, or it never ends.
#pragma once

#include <corace/corace.h>
#include <corace/shared.h>

#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace corace::programs {

enum class form { buggy, repaired, benign };

struct program {
  using body = std::function<task<void>()>;
  const char *name, *group;
  const char *failure; ///< of the buggy form: "exception" or "deadlock"
  body buggy, repaired, benign;
};

/// A program from a struct of three forms. Each run makes one from `args` and awaits its run().
template <template <form> class World, class... Args>
[[nodiscard]] program make_program(const char *name, const char *group, const char *failure, Args... args) {
  const auto body = [=]<form Form>() -> program::body {
    return [=]() -> task<void> {
      World<Form> world{args...};
      co_await world.run();
    };
  };
  return {
    name,
    group,
    failure,
    body.template operator()<form::buggy>(),
    body.template operator()<form::repaired>(),
    body.template operator()<form::benign>()
  };
}

/// Throws a message made of the parts when something does not hold.
template <class... Parts> void expect(bool holds, const Parts &...parts) {
  if (holds)
    return;
  std::ostringstream text;
  (text << ... << parts);
  throw std::runtime_error(text.str());
}

/// Runs make(0) to make(count - 1) concurrently.
template <class Make> task<void> concurrently(int count, Make make) {
  std::vector<task<void>> all;
  for (int i = 0; i < count; ++i)
    all.push_back(make(i));
  co_await gather(std::move(all));
}

} // namespace corace::programs
