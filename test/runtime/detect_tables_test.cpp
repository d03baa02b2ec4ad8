// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The detector's tables against plain ones, and its short cuts against the long way: random operations, fixed seeds.

#include "detect_support.h"

#include "detect/flat_map.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace corace {
namespace {

using namespace corace::test;

TEST(FlatMap, AgreesWithAMap) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    detect::flat_map<std::uint64_t> flat;
    std::map<std::uintptr_t, std::uint64_t> plain;
    const std::uint64_t keys = 1 + random() % 300, stride = random() % 2 == 0 ? 1 : 4096;
    for (int step = 0; step < 500; ++step) {
      const std::uintptr_t key = random() % keys * stride;
      switch (random() % 16) {
      case 0:
        flat.clear();
        plain.clear();
        break;
      case 1: {
        const auto odd = [&](std::uintptr_t each) { return each / stride % 2 != 0; };
        flat.erase_if(odd);
        std::erase_if(plain, [&](const auto &each) { return odd(each.first); });
        break;
      }
      case 2:
      case 3:
      case 4:
      case 5: ASSERT_EQ(flat.erase(key), plain.erase(key) != 0); break;
      default: flat[key] += step; plain[key] += static_cast<std::uint64_t>(step);
      }
      ASSERT_EQ(flat.size(), plain.size());
      const std::uint64_t *found = flat.find(key);
      ASSERT_EQ(found != nullptr, plain.contains(key));
      if (found != nullptr) {
        ASSERT_EQ(*found, plain[key]);
      }
    }
    std::map<std::uintptr_t, std::uint64_t> walked;
    flat.for_each([&](std::uintptr_t key, std::uint64_t value) { walked.emplace(key, value); });
    EXPECT_EQ(walked, plain);
  }
}

table sites;
const corace_site *const kinds_of_access[] = {
    sites.add(CORACE_SITE_READ, 1),
    sites.add(CORACE_SITE_WRITE, 2),
    sites.add(CORACE_SITE_WRITE, 3, write_back),
    sites.add(CORACE_SITE_UPDATE, 4),
    sites.add(CORACE_SITE_READ, 5, library),
    sites.add(CORACE_SITE_WRITE, 6, library),
    sites.add(CORACE_SITE_UPDATE, 7, library),
};
std::uint64_t objects[2];

struct step {
  detect::task_id task; ///< 0: the object's memory is given out anew
  const corace_site *site;
  std::size_t object;
  std::uint64_t value;
};

void execute(const step &now) {
  std::uint64_t &object = objects[now.object];
  if (now.task == detect::no_task)
    return __corace_alloc(&object, sizeof object);
  detect::enter(now.task);
  if (now.site->kind != CORACE_SITE_READ)
    object = now.value;
  if (now.site->kind == CORACE_SITE_READ)
    __corace_read(&object, sizeof object, now.site);
  else if (now.site->kind == CORACE_SITE_WRITE)
    __corace_write(&object, sizeof object, now.site);
  else
    __corace_update(&object, sizeof object, now.site);
  detect::leave();
}

using place = std::tuple<std::string, const corace_site *, const corace_site *, const corace_site *, detect::task_id>;

std::vector<place> violations_of(const std::vector<step> &program, bool history) {
  for (std::uint64_t &each : objects)
    each = 0;
  detect::begin_run({.history = history});
  for (int task = 0; task < 3; ++task)
    detect::add_task(detect::no_task, "task");
  for (const step &each : program)
    execute(each);
  std::vector<place> found;
  for (const detect::violation &each : detect::end_run().violations)
    found.emplace_back(to_string(each.kind), each.first.site, each.rival.site, each.second.site, each.second.task);
  return found;
}

// Without a history and without candidates, what a library does where the user's own code has not been yet is not
// remembered. It must make no difference.
TEST(ShortCuts, FindTheSameViolations) {
  std::mt19937_64 random(2);
  std::size_t found = 0;
  for (int round = 0; round < 5000; ++round) {
    std::vector<step> program(10 + random() % 50);
    for (step &each : program)
      each = {static_cast<detect::task_id>(random() % 32 == 0 ? 0 : 1 + random() % 3),
              kinds_of_access[random() % std::size(kinds_of_access)], random() % std::size(objects), random() % 5};
    const std::vector<place> all = violations_of(program, true);
    ASSERT_EQ(violations_of(program, false), all) << "round " << round;
    found += all.size();
  }
  EXPECT_GT(found, 1000u);
}

} // namespace
} // namespace corace
