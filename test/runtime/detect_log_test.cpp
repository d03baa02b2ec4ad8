// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The log of quick runs: never silent where the detector reports, and footprints that are the same under every
// schedule.

#include "detect_support.h"

#include "detect/access_log.h"
#include "detect/blocks.h"

#include <corace/detail/thread_state.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace corace {
namespace {

using namespace corace::test;
using detect::access_log;
using detect::footprint;
using detect::task_id;

table sites;
const corace_site *const read_site = sites.add(CORACE_SITE_READ, 1), *const write_site =
                                                                         sites.add(CORACE_SITE_WRITE, 2);
const corace_site *const coroutine_site = sites.add(CORACE_SITE_COROUTINE, 8);
const corace_site *const suspend_site = sites.add(CORACE_SITE_SUSPEND, 9);
const corace_site *const kinds_of_access[] = {
    read_site,
    write_site,
    sites.add(CORACE_SITE_READ, 3),
    sites.add(CORACE_SITE_WRITE, 4, write_back),
    sites.add(CORACE_SITE_WRITE, 5, write_back),
    sites.add(CORACE_SITE_UPDATE, 6),
    sites.add(CORACE_SITE_READ, 7, library),
    sites.add(CORACE_SITE_WRITE, 8, library),
};

/// The calling thread's accesses are logged while it lives.
class logging {
public:
  explicit logging(access_log &log) { detail::here.log = &log; }
  ~logging() { detail::here.log = nullptr; }
  logging(const logging &) = delete;
  logging &operator=(const logging &) = delete;
};

void tell(const void *address, std::uint64_t size, const corace_site *site) {
  if (site->kind == CORACE_SITE_READ)
    __corace_read(address, size, site);
  else if (site->kind == CORACE_SITE_WRITE)
    __corace_write(address, size, site);
  else
    __corace_update(address, size, site);
}

// Parts of granules, whole ones and two at once; segments of several accesses; memory that becomes something else; and
// accesses inside of an await_suspend.
class random_program {
public:
  explicit random_program(std::mt19937_64 &random) : random_(random) {}

  /// Whether the detector found something.
  bool run(access_log &log) {
    std::fill(std::begin(bytes_), std::end(bytes_), std::uint8_t{0});
    log.begin_run(false);
    detect::begin_run({});
    for (int task = 0; task < 3; ++task)
      detect::add_task(detect::no_task, "task");
    const int segments = 3 + static_cast<int>(random_() % 12);
    for (int i = 0; i < segments; ++i)
      segment(log, static_cast<task_id>(1 + random_() % 3));
    return !detect::end_run().violations.empty();
  }

private:
  void segment(access_log &log, task_id task) {
    detect::enter(task);
    log.begin_segment(task * 0x9e3779b97f4a7c15u, 0);
    __corace_coro_resume(frame_.bytes, coroutine_site);
    const int accesses = 1 + static_cast<int>(random_() % 4);
    for (int i = 0; i < accesses; ++i)
      access();
    if (random_() % 4 == 0) { // in its await_suspend
      __corace_coro_suspend(frame_.bytes, nullptr, 0, suspend_site);
      access();
    }
    __corace_coro_leave(frame_.bytes);
    log.end_segment();
    detect::leave();
  }
  void access() {
    const std::size_t size = std::size_t{4} << random_() % 3;
    std::uint8_t *const at = bytes_ + random_() % ((sizeof bytes_ - size) / 4 + 1) * 4;
    if (random_() % 32 == 0)
      return __corace_alloc(at, size);
    const corace_site *const site = kinds_of_access[random_() % std::size(kinds_of_access)];
    if (site->kind != CORACE_SITE_READ)
      *at = static_cast<std::uint8_t>(random_());
    tell(at, size, site);
  }

  std::mt19937_64 &random_;
  fake_frame frame_;
  alignas(8) static inline std::uint8_t bytes_[24];
};

TEST(Log, SuspectsWhateverTheDetectorReports) {
  std::mt19937_64 random(1);
  int reported = 0, suspected = 0;
  random_program program(random);
  for (int round = 0; round < 20000; ++round) {
    access_log log;
    const logging scope(log);
    const bool found = program.run(log);
    reported += found;
    suspected += log.suspicious();
    ASSERT_TRUE(!found || log.suspicious()) << "round " << round;
  }
  EXPECT_GT(reported, 2000);
  EXPECT_LT(suspected, 19000);
}

TEST(Log, JudgesTheSamePlacesLessAndLessOften) {
  static int shared;
  access_log log;
  const logging scope(log);
  int suspected = 0;
  for (int run = 0; run < 1000; ++run) {
    log.begin_run(false);
    log.begin_segment(1, 0);
    tell(&shared, sizeof shared, read_site);
    log.begin_segment(2, 0);
    tell(&shared, sizeof shared, write_site);
    log.begin_segment(1, 0);
    tell(&shared, sizeof shared, write_site);
    suspected += log.suspicious();
  }
  EXPECT_GT(suspected, 4);
  EXPECT_LT(suspected, 20);
}

// Blocks of memory.

TEST(Blocks, AgreeWithAPlainList) {
  struct block {
    std::uintptr_t size;
    std::uint64_t name;
  };
  std::mt19937_64 random(3);
  for (int round = 0; round < 100; ++round) {
    detect::block_table table;
    std::map<std::uintptr_t, block> plain;
    for (int step = 0; step < 300; ++step) {
      const std::uintptr_t at = 0x100000 + random() % 2048 * 16;
      if (random() % 3 == 0 && !plain.empty()) {
        const auto each = std::next(plain.begin(), static_cast<long>(random() % plain.size()));
        ASSERT_EQ(table.remove(each->first), each->second.size);
        plain.erase(each);
        continue;
      }
      const std::uintptr_t size = 1 + random() % (random() % 8 == 0 ? 12000 : 200);
      // What it overlaps was given back, though nobody has said so.
      for (auto each = plain.begin(); each != plain.end();)
        each = each->first < at + size && at < each->first + each->second.size ? plain.erase(each) : std::next(each);
      const std::uint64_t name = (std::uint64_t{1} << 63) + static_cast<std::uint64_t>(step) * 10000;
      table.add(at, size, name);
      plain[at] = {size, name};
      for (int probe = 0; probe < 10; ++probe) {
        const std::uintptr_t granule = (0x100000 + random() % 40000) / 8 * 8;
        const auto after = plain.lower_bound(granule + 8);
        const auto found = after == plain.begin() ? plain.end() : std::prev(after);
        const bool inside = found != plain.end() && granule < found->first + found->second.size;
        ASSERT_EQ(table.name_of(granule), inside ? found->second.name + (granule - found->first) / 8 : 0);
      }
    }
  }
}

// Footprints. Two tasks with a block each, from an allocator that gives out what was given back last.
class Footprints : public testing::Test {
protected:
  using cells = std::vector<std::pair<std::uint64_t, bool>>;
  void SetUp() override { log.begin_run(true); }
  template <class Function> cells segment(std::uint64_t task, Function function) {
    log.begin_segment(task, 0);
    function();
    log.end_segment();
    cells result;
    for (const footprint::cell &each : log.segment_footprint())
      result.emplace_back(each.key, each.written);
    return result;
  }
  static bool conflict(const cells &a, const cells &b) {
    return std::any_of(a.begin(), a.end(), [&](const auto &one) {
      return std::any_of(b.begin(), b.end(),
                         [&](const auto &other) { return one.first == other.first && (one.second || other.second); });
    });
  }
  static void use(char *block) {
    tell(block + 8, 8, write_site);
    tell(block + 8, 8, read_site);
  }
  alignas(16) static inline char memory[2][64];
  access_log log;
  logging scope{log};
};

TEST_F(Footprints, DoNotDependOnWhatTheAllocatorGives) {
  const auto run = [&](int first, int second) {
    log.begin_run(true);
    const auto in_task = [&](std::uint64_t task, int block) {
      return segment(task, [&] {
        __corace_alloc(memory[block], 64);
        use(memory[block]);
      });
    };
    std::map<std::uint64_t, cells> result;
    result[1] = in_task(1, first);
    result[2] = in_task(2, second);
    return result;
  };
  const auto straight = run(0, 1);
  EXPECT_EQ(straight, run(1, 0));
  EXPECT_FALSE(conflict(straight.at(1), straight.at(2)));
  EXPECT_EQ(straight.at(1).size(), 1u);
}

TEST_F(Footprints, TellABlockFromTheNextOneAtItsAddress) {
  const cells one = segment(1, [&] {
    __corace_alloc(memory[0], 64);
    use(memory[0]);
    __corace_free(memory[0]);
  });
  const cells other = segment(2, [&] {
    __corace_alloc(memory[0], 64);
    use(memory[0]);
  });
  EXPECT_FALSE(conflict(one, other));
}

TEST_F(Footprints, SeeThatABlockIsShared) {
  segment(1, [&] { __corace_alloc(memory[0], 64); });
  const cells one = segment(1, [&] { use(memory[0]); });
  const cells other = segment(2, [&] { use(memory[0]); });
  const cells beside = segment(3, [&] { tell(memory[0] + 16, 8, write_site); });
  EXPECT_TRUE(conflict(one, other));
  EXPECT_FALSE(conflict(one, beside));
}

TEST_F(Footprints, GivingABlockBackConflictsWithItsUse) {
  segment(1, [&] { __corace_alloc(memory[0], 64); });
  const cells used = segment(1, [&] { tell(memory[0], 8, read_site); });
  const cells given_back = segment(2, [&] { __corace_free(memory[0]); });
  EXPECT_TRUE(conflict(used, given_back));
}

TEST_F(Footprints, NameTheFramesOfCoroutinesToo) {
  const auto run = [&](char *at) {
    log.begin_run(true);
    return segment(1, [&] {
      __corace_coro_begin(at, 64, coroutine_site);
      use(at);
      __corace_coro_end(at);
    });
  };
  EXPECT_EQ(run(memory[0]), run(memory[1]));
}

TEST_F(Footprints, KeepTheAddressesOfWhatWasThereBefore) {
  EXPECT_EQ(segment(1, [&] { use(memory[0]); }), (cells{{reinterpret_cast<std::uintptr_t>(memory[0] + 8) / 8, true}}));
}

} // namespace
} // namespace corace
