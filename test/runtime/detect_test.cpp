// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The detector under a scheduler that names its tasks: which sequences of accesses are violations and which are not.

#include "detect_support.h"

#include "detect/candidates.h"

#include <corace/detail/hooks.h>

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace corace {
namespace {

using namespace corace::test;
using detect::run_result;
using detect::task_id;

// Shared memory of the tests: on no thread's stack.
int shared, neighbours[2];

table sites;
const corace_site *const read_site = sites.add(CORACE_SITE_READ, 10);
const corace_site *const back_site = sites.add(CORACE_SITE_WRITE, 12, write_back);
const corace_site *const plain_site = sites.add(CORACE_SITE_WRITE, 13);
const corace_site *const late_read_site = sites.add(CORACE_SITE_READ, 14);
const corace_site *const library_read = sites.add(CORACE_SITE_READ, 100, library, "std::f()");
const corace_site *const library_write = sites.add(CORACE_SITE_WRITE, 101, library | write_back, "std::f()");
const corace_site *const update_site = sites.add(CORACE_SITE_UPDATE, 15);
const corace_site *const suspend_site = sites.add(CORACE_SITE_SUSPEND, 11);
const corace_site *const coroutine_site = sites.add(CORACE_SITE_COROUTINE, 9);

/// Runs steps as segments of tasks.
class Detect : public testing::Test {
protected:
  void SetUp() override {
    shared = 0;
    neighbours[0] = neighbours[1] = 0;
    detect::begin_run({.history = true, .footprints = false});
    a = detect::add_task(detect::no_task, "A");
    b = detect::add_task(detect::no_task, "B");
  }
  void TearDown() override { static_cast<void>(detect::end_run()); }
  template <class Function> void segment(task_id task, Function function) {
    detect::enter(task);
    function();
    detect::leave();
  }
  task_id a = 0, b = 0;
};

TEST_F(Detect, ReportsALostUpdateWithAllItsPlaces) {
  int of_a = 0, of_b = 0;
  segment(a, [&] { of_a = load(shared, read_site); });
  segment(b, [&] { of_b = load(shared, read_site); });
  segment(a, [&] { store(shared, of_a + 1, back_site); });
  segment(b, [&] { store(shared, of_b + 1, back_site); });
  const run_result result = detect::end_run();
  ASSERT_EQ(result.violations.size(), 1u);
  const detect::violation &found = result.violations[0];
  EXPECT_EQ(found.kind, race_kind::lost_update);
  EXPECT_EQ(found.matched, nullptr);
  EXPECT_EQ(found.object, "shared");
  EXPECT_EQ(found.first.site, read_site);
  EXPECT_EQ(found.first.task, b);
  EXPECT_EQ(found.first.value, 0u);
  EXPECT_EQ(found.rival.site, back_site);
  EXPECT_EQ(found.rival.task, a);
  EXPECT_EQ(found.rival.value, 1u);
  EXPECT_EQ(found.second.task, b);
  EXPECT_EQ(found.second.segment, 1u);
  EXPECT_TRUE(found.second.has_value);
  EXPECT_EQ(result.history.size(), 4u);
}

TEST_F(Detect, IsSilentWhereTheValueIsReadAgain) {
  segment(a, [&] { load(shared, read_site); });
  segment(b, [&] { store(shared, 7, plain_site); });
  segment(a, [&] {
    const int fresh = load(shared, late_read_site);
    store(shared, fresh + 1, back_site);
  });
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Detect, IsSilentWhereTheWrittenValueDoesNotDerive) {
  segment(a, [&] { load(shared, read_site); });
  segment(b, [&] { store(shared, 7, plain_site); });
  segment(a, [&] { store(shared, 1, plain_site); });
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Detect, IsSilentWhereTheRivalPutBackWhatWasThere) {
  segment(a, [&] { load(shared, read_site); });
  segment(b, [&] {
    store(shared, 7, plain_site);
    store(shared, 0, plain_site);
  });
  segment(a, [&] { store(shared, 1, back_site); });
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Detect, IsSilentWhereTheTaskIsAlone) {
  segment(a, [&] { load(shared, read_site); });
  segment(b, [&] { load(shared, read_site); });
  segment(a, [&] { store(shared, 1, back_site); });
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Detect, TellsNeighboursInAGranuleApart) {
  segment(a, [&] { load(neighbours[0], read_site); });
  segment(b, [&] { store(neighbours[1], 7, plain_site); });
  segment(a, [&] { store(neighbours[0], 1, back_site); });
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Detect, SeesTheRivalInACopyOfTheWholeObject) {
  segment(a, [&] { load(neighbours[1], read_site); });
  segment(b, [&] {
    neighbours[1] = 5;
    __corace_write(neighbours, sizeof neighbours, plain_site);
  });
  segment(a, [&] { store(neighbours[1], 1, back_site); });
  EXPECT_EQ(detect::end_run().violations.size(), 1u);
}

TEST_F(Detect, LeavesLibraryCodeToCandidates) {
  segment(a, [&] { load(shared, library_read); });
  segment(b, [&] { store(shared, 7, library_write); });
  segment(a, [&] { store(shared, 1, library_write); });
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Detect, TakesAnAtomicUpdateAsARivalButNotAsAWriteBack) {
  segment(a, [&] { load(shared, read_site); });
  segment(b, [&] {
    shared = 3;
    __corace_update(&shared, sizeof shared, update_site);
  });
  segment(a, [&] { __corace_update(&shared, sizeof shared, update_site); });
  segment(a, [&] { load(shared, read_site); });
  segment(b, [&] {
    shared = 4;
    __corace_update(&shared, sizeof shared, update_site);
  });
  segment(a, [&] { store(shared, 4, back_site); });
  const run_result result = detect::end_run();
  ASSERT_EQ(result.violations.size(), 1u);
  EXPECT_EQ(result.violations[0].rival.site, update_site);
}

TEST_F(Detect, TakesAChildThatIsSpawnedAndJoinedAsACall) {
  segment(a, [&] { load(shared, read_site); });
  const task_id child = detect::add_task(a, "child");
  segment(child, [&] { store(shared, 7, plain_site); });
  detect::order(child, a);
  segment(a, [&] { store(shared, 1, back_site); });
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Detect, TakesAGrandchildAsACallToo) {
  segment(a, [&] { load(shared, read_site); });
  const task_id child = detect::add_task(a, "child");
  const task_id grandchild = detect::add_task(child, "grandchild");
  segment(grandchild, [&] { store(shared, 7, plain_site); });
  detect::order(grandchild, child);
  detect::order(child, a);
  segment(a, [&] { store(shared, 1, back_site); });
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Detect, ReportsAChildThatIsNotJoined) {
  segment(a, [&] { load(shared, read_site); });
  const task_id child = detect::add_task(a, "child");
  segment(child, [&] { store(shared, 7, plain_site); });
  segment(a, [&] { store(shared, 1, back_site); });
  EXPECT_EQ(detect::end_run().violations.size(), 1u);
}

TEST_F(Detect, ReportsAChildThatWasSpawnedBeforeTheRead) {
  const task_id child = detect::add_task(a, "child");
  segment(a, [&] { load(shared, read_site); });
  segment(child, [&] { store(shared, 7, plain_site); });
  detect::order(child, a);
  segment(a, [&] { store(shared, 1, back_site); });
  EXPECT_EQ(detect::end_run().violations.size(), 1u);
}

TEST_F(Detect, ReportsStateBleed) {
  segment(a, [&] { store(shared, 1, plain_site); });
  segment(b, [&] { store(shared, 2, plain_site); });
  segment(a, [&] { load(shared, late_read_site); });
  const run_result result = detect::end_run();
  ASSERT_EQ(result.violations.size(), 1u);
  EXPECT_EQ(result.violations[0].kind, race_kind::state_bleed);
  EXPECT_EQ(result.violations[0].first.site, plain_site);
  EXPECT_EQ(result.violations[0].second.site, late_read_site);
}

TEST_F(Detect, IsSilentWhereBothWroteTheSame) {
  segment(a, [&] { store(shared, 1, plain_site); });
  segment(b, [&] { store(shared, 1, plain_site); });
  segment(a, [&] { load(shared, late_read_site); });
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Detect, IsSilentWhereTheTaskWroteAgain) {
  segment(a, [&] { store(shared, 1, plain_site); });
  segment(b, [&] { store(shared, 2, plain_site); });
  segment(a, [&] {
    store(shared, 3, plain_site);
    load(shared, late_read_site);
  });
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Detect, DoesNotTakeACounterForBleedingState) {
  for (const task_id task : {a, b, a, b})
    segment(task, [&] { store(shared, load(shared, read_site) + 1, back_site); });
  segment(a, [&] { load(shared, late_read_site); });
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Detect, TakesAnAnswerToACallForNoBleeding) {
  segment(a, [&] { store(shared, -1, plain_site); });
  const task_id child = detect::add_task(a, "child");
  segment(child, [&] { store(shared, 42, plain_site); });
  detect::order(child, a);
  segment(a, [&] { load(shared, late_read_site); });
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Detect, ReportsAPairOfPlacesOnce) {
  for (int round = 0; round < 3; ++round) {
    segment(a, [&] { load(shared, read_site); });
    segment(b, [&] { store(shared, 100 + round, plain_site); });
    segment(a, [&] { store(shared, round, back_site); });
  }
  EXPECT_EQ(detect::end_run().violations.size(), 1u);
}

TEST_F(Detect, ForgetsMemoryThatIsFreedOrGivenOutAgain) {
  using free_or_alloc = void (*)();
  for (const free_or_alloc forget :
       {free_or_alloc([] { __corace_free(&shared); }), free_or_alloc([] { __corace_alloc(&shared, sizeof shared); })}) {
    segment(a, [&] { load(shared, read_site); });
    segment(b, [&] {
      forget();
      store(shared, 7, plain_site);
    });
    segment(a, [&] { store(shared, 1, back_site); });
  }
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Detect, IgnoresTheStackBelowTheSegmentButNotAbove) {
  int above = 0;
  segment(a, [&] { load(above, read_site); });
  segment(b, [&] { store(above, 7, plain_site); });
  segment(a, [&] { store(above, 1, back_site); });
  EXPECT_EQ(detect::end_run().violations.size(), 1u);
}

TEST_F(Detect, RecordsNothingBetweenRunsNorWhilePaused) {
  segment(a, [&] { load(shared, read_site); });
  detect::pause(true);
  segment(b, [&] { store(shared, 7, plain_site); });
  detect::pause(false);
  segment(a, [&] { store(shared, 1, back_site); });
  EXPECT_TRUE(detect::end_run().violations.empty());
  segment(a, [&] { load(shared, read_site); });
  EXPECT_TRUE(detect::end_run().history.empty());
}

TEST_F(Detect, KeepsRunsApart) {
  segment(a, [&] { load(shared, read_site); });
  segment(b, [&] { store(shared, 7, plain_site); });
  detect::begin_run({});
  a = detect::add_task(detect::no_task, "A");
  segment(a, [&] { store(shared, 1, back_site); });
  EXPECT_TRUE(detect::end_run().violations.empty());
  EXPECT_EQ(a, 1u);
}

TEST_F(Detect, NamesTasksAndTheRunningOne) {
  EXPECT_EQ(detect::task_name(a), "A");
  EXPECT_EQ(detect::current_task(), detect::no_task);
  segment(b, [&] { EXPECT_EQ(detect::current_task(), b); });
  EXPECT_EQ(detect::task_name(4711), "");
}

TEST_F(Detect, KeepsThreadsApart) {
  // Every segment reads afresh, so nothing is stale; a mix-up of the threads' tasks or segments would show.
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([] {
      const task_id own = detect::add_task(detect::no_task, "thread");
      for (int round = 0; round < 2000; ++round) {
        detect::enter(own);
        EXPECT_EQ(detect::current_task(), own);
        __corace_read(&shared, sizeof shared, read_site);
        __corace_write(&shared, sizeof shared, back_site);
        detect::leave();
      }
    });
  for (std::thread &each : threads)
    each.join();
  EXPECT_TRUE(detect::end_run().violations.empty());
}

// Footprints.

TEST(Footprint, HoldsWhatASegmentTouched) {
  detect::begin_run({.history = false, .footprints = true});
  const task_id a = detect::add_task(detect::no_task, "A");
  const task_id b = detect::add_task(detect::no_task, "B");
  const auto footprint = [](task_id task, auto function) {
    detect::enter(task);
    function();
    detect::leave();
    return detect::take_footprint();
  };
  const auto reads = footprint(a, [] { load(shared, read_site); });
  const auto reads_too = footprint(b, [] { load(shared, library_read); });
  const auto writes = footprint(b, [] {
    load(shared, read_site);
    store(shared, 1, back_site);
  });
  const auto locks = footprint(a, [] { detect::note(detail::sync_event::change, &shared); });
  const auto nothing = footprint(a, [] {});
  ASSERT_EQ(reads.cells.size(), 1u);
  EXPECT_EQ(reads.cells[0].key, reinterpret_cast<std::uintptr_t>(&shared) / 8);
  EXPECT_FALSE(conflict(reads, reads_too));
  EXPECT_TRUE(conflict(reads, writes));
  EXPECT_FALSE(conflict(locks, writes));
  EXPECT_TRUE(conflict(locks, locks));
  EXPECT_TRUE(nothing.cells.empty());
  static_cast<void>(detect::end_run());
}

// Sites.

TEST(Sites, GiveAStableFingerprint) {
  sites.announce();
  const std::uint64_t before = detect::fingerprint(), count = detect::instrumented_sites();
  EXPECT_GE(count, 9u);
  static table other;
  other.add(CORACE_SITE_READ, 1, user, "other()", "x", "/src/other.cpp");
  other.announce();
  EXPECT_EQ(detect::instrumented_sites(), count + 1);
  EXPECT_NE(detect::fingerprint(), before);
  const auto files = detect::instrumented_files();
  EXPECT_NE(std::find(files.begin(), files.end(), "/src/other.cpp"), files.end());
  EXPECT_STREQ(detect::function_of(*other.begin()), "other()");
  EXPECT_STREQ(detect::object_of(*other.begin()), "x");
  EXPECT_STREQ(detect::file_of(corace_site{}), "");
}

TEST(Names, AreComparedWithoutScopeAndParameters) {
  using detect::last_name;
  EXPECT_EQ(last_name("increment(int&)"), "increment");
  EXPECT_EQ(last_name("Session::bump() const"), "bump");
  EXPECT_EQ(last_name("std::map<int, f(char)>::operator[](int const&)"), "operator[]");
  EXPECT_EQ(last_name("main::{lambda(int)#1}::operator()(int) const"), "operator()");
  EXPECT_EQ(last_name("ns::task<int> ns::get<int>(ns::a, b)"), "get");
  EXPECT_EQ(last_name("plain"), "plain");
  EXPECT_EQ(last_name(""), "");
}

TEST(Names, OfFilesMatchByTheirTail) {
  using detect::same_file;
  EXPECT_TRUE(same_file("/home/a/src/x.cpp", "/home/a/src/x.cpp"));
  EXPECT_TRUE(same_file("/home/a/src/x.cpp", "src/x.cpp"));
  EXPECT_FALSE(same_file("/home/a/src/xx.cpp", "x.cpp"));
  EXPECT_FALSE(same_file("/home/a/src/x.cpp", ""));
}

} // namespace
} // namespace corace
