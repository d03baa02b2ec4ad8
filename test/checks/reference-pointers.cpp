// RUN: %check_corace %s corace-reference-across-await --models %inputs/mock.yaml -- -I%inputs
// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pointers, views, and what owners hold.
#include "mock.h"
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

struct part {
  void finish();
  int n = 0;
};

class owner {
public:
  mock::task<> get_bad() {
    part *p = unique.get();
    co_await mock::work();
    p->finish();
    // EXPECT: 'p' may refer to something that is gone: it was obtained from 'unique'
  }
  mock::task<> reference_bad() {
    auto &p = *unique;
    co_await mock::work();
    p.finish();
    // EXPECT: 'p' may refer to something that is gone
  }
  mock::task<> shared_bad() {
    auto &p = *shared;
    co_await mock::work();
    p.finish();
    // EXPECT: 'p' may refer to something that is gone: it was obtained from 'shared'
  }
  mock::task<> kept_alive_ok() {
    auto keep = shared;
    auto &p = *keep;
    co_await mock::work();
    p.finish();
  }
  mock::task<> moved_out_ok() {
    auto mine = std::move(unique);
    part *p = mine.get();
    co_await mock::work();
    p->finish();
  }
  mock::task<> optional_bad() {
    auto &p = maybe.value();
    co_await mock::work();
    p.finish();
    // EXPECT: 'p' may refer to something that is gone: it was obtained from 'maybe'
  }
  mock::task<> again_ok() {
    unique->finish();
    co_await mock::work();
    if (unique)
      unique->finish();
  }
  mock::task<> not_owned_ok() {
    part *p = observed;
    co_await mock::work();
    p->finish();
  }
  mock::task<> only_compared_ok() {
    part *p = unique.get();
    co_await mock::work();
    if (p != unique.get())
      co_return;
    unique->finish();
  }
  mock::task<> slots_move_parts_stay_ok() {
    auto &p = *parts[0];
    co_await mock::work();
    p.finish();
  }
  mock::task<> slot_bad() {
    auto &p = parts[0];
    co_await mock::work();
    p->finish();
    // EXPECT: 'p' may refer to something that is gone: it was obtained from 'parts'
  }
  mock::task<> pointer_element_ok() {
    auto *p = observers[0];
    co_await mock::work();
    p->finish();
  }
  mock::task<> view_bad() {
    std::string_view name = text;
    co_await mock::work();
    use(name);
    // EXPECT: 'name' may refer to something that is gone: it was obtained from 'text'
  }
  mock::task<> c_str_bad() {
    const char *name = text.c_str();
    co_await mock::work();
    use(name[0]);
    // EXPECT: 'name' may refer to something that is gone: it was obtained from 'text'
  }
  mock::task<> span_bad() {
    std::span<int> all(numbers);
    co_await mock::work();
    use(all[0]);
    // EXPECT: 'all' may refer to something that is gone: it was obtained from 'numbers'
  }
  mock::task<> view_of_a_copy_ok() {
    std::string copy = text;
    std::string_view name = copy;
    co_await mock::work();
    use(name);
  }
  mock::task<> view_set_again_ok() {
    std::string_view name = text;
    use(name);
    co_await mock::work();
    name = text;
    use(name);
  }
  mock::task<> emplaced_bad(int k) {
    auto [it, inserted] = hashed.try_emplace(k);
    co_await mock::work();
    if (inserted)
      use(it->second.n);
    // EXPECT: 'it' may no longer be valid: it was obtained from 'hashed'
  }
  mock::task<> emplaced_ok(int k) {
    auto [it, inserted] = hashed.try_emplace(k);
    use(it->second.n);
    co_await mock::work();
    if (inserted)
      use(1);
  }
  mock::task<> own_mark_ok(int k) {
    auto [it, inserted] = table.try_emplace(k);
    co_await mock::work();
    if (inserted)
      use(it->second.n);
  }
  void change() {
    unique.reset();
    shared = nullptr;
    maybe.emplace();
    parts.push_back(nullptr);
    observers.clear();
    observed = nullptr;
    text.append("x");
    numbers.push_back(1);
    table.erase(1);
    hashed[2].n = 3;
  }
  mock::task<> run() {
    change();
    co_await mock::work();
  }

private:
  static void use(int);
  static void use(std::string_view);
  std::unique_ptr<part> unique;
  std::shared_ptr<part> shared;
  std::optional<part> maybe;
  part *observed = nullptr;
  std::vector<std::unique_ptr<part>> parts;
  std::vector<part *> observers;
  std::string text;
  std::vector<int> numbers;
  std::map<int, part> table;
  std::unordered_map<int, part> hashed;
};
