// RUN: %check_corace %s corace-detached-lifetime --models %inputs/mock.yaml --models %S/Inputs/lifetime.yaml -- -std=c++23 -I%inputs -I%S/Inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Objects that could keep themselves alive, and running tasks that are left in a container.
#include "lifetime.h"

#include <memory>
#include <stdexcept>
#include <vector>

using mock::task;

struct session : std::enable_shared_from_this<session> {
  int n = 0;
  lib::forget notify_bad() {
    co_await mock::sleep();
    use(n);
    // EXPECT: the object may be gone when 'notify_bad' uses it here: nobody waits for the coroutine, and it holds no reference to its object
    // EXPECT-NOTE 0: to mend it: keep 'shared_from_this()' in a local or in the parameters of the coroutine
  }
  lib::forget notify_ok() {
    auto self = shared_from_this();
    co_await mock::sleep();
    use(n);
  }
  lib::forget weak_ok() {
    auto weak = weak_from_this();
    co_await mock::sleep();
    if (auto self = weak.lock())
      use(n);
  }
  lib::forget early_ok() {
    use(n);
    co_await mock::sleep();
  }
  static lib::forget given_ok(std::shared_ptr<session> self) {
    co_await mock::sleep();
    use(self->n);
  }
  task<> run() { co_await mock::sleep(); use(n); }
  // EXPECT: the object may be gone when 'run' uses it here: nobody waits for the coroutine, and it holds no reference
  // EXPECT-NOTE +5: 'co_spawn' starts it and goes on
  task<> run_held(std::shared_ptr<session>) { co_await mock::sleep(); use(n); }
  void start_bad(lib::executor ex) {
    lib::co_spawn(ex, run(), lib::detached);
  }
  void start_again_ok(lib::executor ex) { lib::co_spawn(ex, run(), lib::detached); } // said once
  void start_ok(lib::executor ex) {
    lib::co_spawn(ex, run_held(shared_from_this()), lib::detached);
    lib::co_spawn(ex, run(), [self = shared_from_this()](int) {});
    lib::co_spawn(ex, [self = shared_from_this()] { return self->run(); }, lib::detached);
  }
  task<> awaited_ok() { co_await run(); }
};

// Without shared_from_this() the object is somebody's who knows what he does.
struct service {
  int n = 0;
  lib::forget notify_ok() { co_await mock::sleep(); use(n); }
  void start_ok(lib::executor ex) { lib::co_spawn(ex, notify(), lib::detached); }
  task<> notify() { co_await mock::sleep(); use(n); }
};

lib::eager<int> size_of(const std::string &state, int k);
lib::eager<int> size_by_value(std::string state, int k);

lib::eager<int> batch_bad(std::string state, int n) {
  std::vector<lib::eager<int>> all;
  for (int k = 0; k < n; ++k)
    all.push_back(size_of(state, k));
  int sum = 0;
  for (auto &f : all) {
    int one = co_await f;
    // EXPECT: the other tasks in 'all' go on when the loop is left, and 'state', to which they refer, may be gone
    if (one < 0)
      co_return -1;
    sum += one;
  }
  co_return sum;
}
lib::eager<int> batch_ok(std::string state, int n) {
  std::vector<lib::eager<int>> all;
  for (int k = 0; k < n; ++k)
    all.push_back(size_of(state, k));
  int sum = 0;
  for (auto &f : all)
    sum += co_await f;
  if (sum > 9)
    throw std::runtime_error("too many");
  co_return sum;
}
lib::eager<int> batch_by_value_ok(std::string state, int n) {
  std::vector<lib::eager<int>> all;
  for (int k = 0; k < n; ++k)
    all.push_back(size_by_value(state, k));
  for (auto &f : all)
    if (co_await f < 0)
      co_return -1;
  co_return 0;
}
