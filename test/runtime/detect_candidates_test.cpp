// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Candidates: the two places that the static half proposes, and what breaks the window between them.

#include "detect/candidates.h"
#include "detect_support.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace corace {
namespace {

using namespace corace::test;
using detect::run_result;
using detect::task_id;

int flag, element, links[8];

table sites;
const corace_site *const check_site = sites.add(CORACE_SITE_READ, 110, user, "init()", "flag", "/src/init.cpp");
const corace_site *const act_site = sites.add(CORACE_SITE_WRITE, 112, user, "init()", "flag", "/src/init.cpp");
const corace_site *const find_call =
    sites.add(CORACE_SITE_CALL, 210, in_coroutine, "fetch()", "find", "/src/fetch.cpp");
const corace_site *const find_read =
    sites.add(CORACE_SITE_READ, 900, library, "std::_Rb_tree<int, int>::find(int const&)", "", "/usr/include/map");
const corace_site *const size_read =
    sites.add(CORACE_SITE_READ, 901, library, "std::_Rb_tree<int, int>::size() const", "", "/usr/include/map");
const corace_site *const size_call =
    sites.add(CORACE_SITE_CALL, 210, in_coroutine, "fetch()", "size", "/src/fetch.cpp");
const corace_site *const insert_or_assign = sites.add(
    CORACE_SITE_WRITE, 903, library, "std::map<int, int>::insert_or_assign(int&&, int&&)", "", "/usr/include/map");
const corace_site *const insert_call =
    sites.add(CORACE_SITE_CALL, 212, in_coroutine, "fetch()", "operator[]", "/src/fetch.cpp");
const corace_site *const insert_write =
    sites.add(CORACE_SITE_WRITE, 902, library, "std::_Rb_tree<int, int>::_M_insert_node()", "", "/usr/include/map");
const corace_site *const assign_site = sites.add(CORACE_SITE_WRITE, 212, in_coroutine, "fetch()", "", "/src/fetch.cpp");
const corace_site *const fetch_site =
    sites.add(CORACE_SITE_COROUTINE, 209, in_coroutine, "fetch()", "", "/src/fetch.cpp");
const corace_site *const fetch_initial =
    sites.add(CORACE_SITE_SUSPEND, 209, in_coroutine | initial, "fetch()", "", "/src/fetch.cpp");
const corace_site *const line_read = sites.add(CORACE_SITE_READ, 310, user, "sum()", "flag", "/src/sum.cpp");
const corace_site *const line_write = sites.add(CORACE_SITE_WRITE, 310, user, "sum()", "flag", "/src/sum.cpp");
// counter(): int v = c; co_await nap(); c = v + 1;    on one line
const char *const counter_file = "/src/counter.cpp";
const corace_site *const counter_site =
    sites.add(CORACE_SITE_COROUTINE, 410, in_coroutine, "counter()", "", counter_file, 1);
const corace_site *const counter_initial =
    sites.add(CORACE_SITE_SUSPEND, 410, in_coroutine | initial, "counter()", "", counter_file, 1);
const corace_site *const counter_read =
    sites.add(CORACE_SITE_READ, 410, in_coroutine, "counter()", "c", counter_file, 21);
const corace_site *const counter_nap =
    sites.add(CORACE_SITE_SUSPEND, 410, in_coroutine, "counter()", "", counter_file, 30);
const corace_site *const counter_fresh_read =
    sites.add(CORACE_SITE_READ, 410, in_coroutine, "counter()", "c", counter_file, 46);
const corace_site *const counter_write =
    sites.add(CORACE_SITE_WRITE, 410, in_coroutine, "counter()", "c", counter_file, 46);
const corace_site *const executor_write =
    sites.add(CORACE_SITE_WRITE, 700, library, "boost::asio::detail::queue::push(std::op*)", "", "/opt/asio.h");
const corace_site *const push_call = sites.add(CORACE_SITE_CALL, 411, in_coroutine, "counter()", "push", counter_file);
const corace_site *const sleeper_write = sites.add(CORACE_SITE_WRITE, 500, user, "nap()", "n", "/src/nap.cpp");

[[maybe_unused]] const bool announced = [] {
  sites.announce();
  return true;
}();

class Candidates : public testing::Test {
protected:
  void SetUp() override {
    flag = element = 0;
    path_ = testing::TempDir() + "corace_candidates_" +
            std::to_string(::testing::UnitTest::GetInstance()->random_seed()) +
            testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  void TearDown() override {
    static_cast<void>(detect::end_run());
    write("corace-candidates\t1\nend\n");
    EXPECT_EQ(detect::load_candidates(path_), "");
    std::remove(path_.c_str());
  }
  void write(const std::string &text) { std::ofstream(path_) << text; }
  void begin(const std::string &candidate) {
    write("corace-candidates\t1\n" + candidate + "\nend\n");
    ASSERT_EQ(detect::load_candidates(path_), "");
    detect::begin_run({});
    a = detect::add_task(detect::no_task, "A");
    b = detect::add_task(detect::no_task, "B");
  }
  template <class Function> void segment(task_id task, Function function) {
    detect::enter(task);
    function();
    detect::leave();
  }
  /// A segment of the coroutine `fetch`, so that accesses of library code go by its calls.
  template <class Function> void fetch_segment(task_id task, fake_frame &frame, Function function) {
    segment(task, [&] {
      __corace_coro_resume(frame.bytes, fetch_initial);
      function();
      __corace_coro_leave(frame.bytes);
    });
  }
  void create(fake_frame &frame) {
    __corace_coro_begin(frame.bytes, sizeof frame.bytes, fetch_site);
    __corace_coro_suspend(frame.bytes, nullptr, 0, fetch_initial);
    __corace_coro_leave(frame.bytes);
  }

  std::string path_;
  task_id a = 0, b = 0;
  fake_frame of_a, of_b;
};

const std::string check_then_act =
    "candidate\tcheck-then-act-1\tcheck-then-act\tflag\tinit\t/src/init.cpp\t110\t110\t111\t112\t112";
const std::string look_up =
    "candidate\tcheck-then-act-2\tcheck-then-act\tcache\tfetch\t/src/fetch.cpp\t210\t210\t211\t212\t212";

TEST_F(Candidates, CheckThenActIsReportedWithItsCandidate) {
  begin(check_then_act);
  segment(a, [&] { load(flag, check_site); });
  segment(b, [&] { load(flag, check_site); });
  segment(b, [&] { store(flag, 1, act_site); });
  segment(a, [&] { store(flag, 1, act_site); });
  const run_result result = detect::end_run();
  ASSERT_EQ(result.violations.size(), 1u);
  EXPECT_EQ(result.violations[0].kind, race_kind::check_then_act);
  ASSERT_NE(result.violations[0].matched, nullptr);
  EXPECT_EQ(result.violations[0].matched->id, "check-then-act-1");
  EXPECT_EQ(result.violations[0].object, "flag");
  ASSERT_EQ(result.reached.size(), 1u);
  EXPECT_EQ(result.reached[0].first, 2u);
  EXPECT_EQ(result.reached[0].second, 2u);
}

TEST_F(Candidates, TasksOneAfterTheOtherBreakNothing) {
  begin(check_then_act);
  for (const task_id task : {a, b}) {
    segment(task, [&] { load(flag, check_site); });
    segment(task, [&] { store(flag, 1, act_site); });
  }
  const run_result result = detect::end_run();
  EXPECT_TRUE(result.violations.empty());
  EXPECT_EQ(result.reached[0].second, 2u);
}

TEST_F(Candidates, FilesAreFoundByTheirTailToo) {
  begin("candidate\tid\tcheck-then-act\tflag\tinit\t/elsewhere/lib/init.cpp\t110\t110\t111\t112\t112");
  segment(a, [&] { load(flag, check_site); });
  EXPECT_EQ(detect::end_run().reached[0].first, 0u); // another tree's file of the same name
  begin("candidate\tid\tcheck-then-act\tflag\tinit\tsrc/init.cpp\t110\t110\t111\t112\t112");
  segment(a, [&] { load(flag, check_site); });
  EXPECT_EQ(detect::end_run().reached[0].first, 1u);
}

TEST_F(Candidates, AnotherFunctionOnTheSameLineIsNotMeant) {
  begin("candidate\tid\tcheck-then-act\tflag\tother\t/src/init.cpp\t110\t110\t111\t112\t112");
  segment(a, [&] { load(flag, check_site); });
  EXPECT_EQ(detect::end_run().reached[0].first, 0u);
}

TEST_F(Candidates, ALookUpAndTheSameElementIsReported) {
  begin(look_up);
  create(of_a), create(of_b);
  for (auto [task, frame] : {std::pair{a, &of_a}, std::pair{b, &of_b}})
    fetch_segment(task, *frame, [&] {
      __corace_call(find_call);
      load(links[0], find_read);
    });
  fetch_segment(b, of_b, [&] {
    __corace_call(insert_call);
    store(links[0], 1, insert_write); // the node is linked in
    store(element, 1, assign_site);
  });
  fetch_segment(a, of_a, [&] {
    __corace_call(insert_call);
    load(links[0], find_read);
    store(element, 2, assign_site); // into the node that B has made
  });
  const run_result result = detect::end_run();
  ASSERT_EQ(result.violations.size(), 1u);
  EXPECT_EQ(result.violations[0].first.via, find_call);
  EXPECT_EQ(result.violations[0].rival.site, insert_write);
  EXPECT_EQ(result.violations[0].second.site, assign_site);
}

TEST_F(Candidates, ALookUpOfAnotherKeyIsSilent) {
  begin(look_up);
  create(of_a), create(of_b);
  static int other_element;
  for (auto [task, frame] : {std::pair{a, &of_a}, std::pair{b, &of_b}})
    fetch_segment(task, *frame, [&] {
      __corace_call(find_call);
      load(links[0], find_read);
    });
  fetch_segment(b, of_b, [&] {
    __corace_call(insert_call);
    store(links[0], 1, insert_write);
    store(element, 1, assign_site);
  });
  fetch_segment(a, of_a, [&] {
    __corace_call(insert_call);
    store(links[0], 2, insert_write); // its own node, linked in at the same place
    store(other_element, 2, assign_site);
  });
  EXPECT_TRUE(detect::end_run().violations.empty());
}

TEST_F(Candidates, AnElementThatTheContainerAssignsIsReported) {
  begin(look_up);
  create(of_a), create(of_b);
  fetch_segment(a, of_a, [&] {
    __corace_call(find_call);
    load(links[0], find_read);
  });
  fetch_segment(b, of_b, [&] {
    __corace_call(insert_call);
    store(links[0], 1, insert_write);
    store(element, 1, insert_or_assign);
  });
  fetch_segment(a, of_a, [&] {
    __corace_call(insert_call);
    store(element, 2, insert_or_assign);
  });
  EXPECT_EQ(detect::end_run().violations.size(), 1u);
}

TEST_F(Candidates, ASizeThatAnotherTaskChangedIsReportedOnlyWhereItWasAskedFor) {
  for (const auto &[call, expected] : {std::pair{size_call, 1u}, std::pair{find_call, 0u}}) {
    begin(look_up);
    create(of_a), create(of_b);
    fetch_segment(a, of_a, [&, asks = call] {
      __corace_call(asks);
      load(links[2], size_read); // a hash table's find() reads it as well
    });
    fetch_segment(b, of_b, [&] { store(links[2], 5, insert_write); });
    fetch_segment(a, of_a, [&] {
      __corace_call(insert_call);
      store(links[2], 6, insert_write);
    });
    const run_result result = detect::end_run();
    EXPECT_EQ(result.violations.size(), expected);
    EXPECT_EQ(result.reached[0].second, 1u);
  }
}

TEST_F(Candidates, OneLineCanHoldBothPlaces) {
  begin("candidate\tid\tlost-update\tflag\tsum\t/src/sum.cpp\t310\t310\t310\t310\t310");
  segment(a, [&] { load(flag, line_read); });
  segment(b, [&] { store(flag, 7, act_site); });
  segment(a, [&] {
    load(links[5], line_read); // the line goes on: something else is read before the write
    store(flag, 1, line_write);
  });
  EXPECT_EQ(detect::end_run().violations.size(), 1u);
}

const std::string on_one_line =
    "candidate\tid\tlost-update\tc\tcounter\t/src/counter.cpp\t410\t410\t410\t410\t410\t21\t21\t44\t52";

TEST_F(Candidates, OnOneLineTheColumnsTellThePlacesApart) {
  for (const auto &[columns, expected] : {std::pair{"\t21\t21\t44\t52", 1u}, std::pair{"\t0\t0\t0\t0", 0u}}) {
    begin("candidate\tid\tlost-update\tc\tcounter\t/src/counter.cpp\t410\t410\t410\t410\t410" + std::string(columns));
    segment(a, [&] { load(flag, counter_read); });
    segment(b, [&] { store(flag, 7, act_site); });
    segment(a, [&] {
      load(flag, counter_fresh_read); // a bit-field: its neighbours are read and written back
      store(flag, 1, counter_write);
    });
    EXPECT_EQ(detect::end_run().violations.size(), expected) << columns;
  }
}

TEST_F(Candidates, WhatAnAwaitedCoroutineDoesBelongsToTheAwaitAlone) {
  begin(on_one_line);
  __corace_coro_begin(of_a.bytes, sizeof of_a.bytes, counter_site);
  __corace_coro_suspend(of_a.bytes, nullptr, 0, counter_initial);
  __corace_coro_leave(of_a.bytes);
  create(of_b); // awaited below
  segment(a, [&] {
    __corace_coro_resume(of_a.bytes, counter_initial);
    load(flag, counter_read);
    void *awaiter[] = {of_b.bytes};
    __corace_coro_suspend(of_a.bytes, awaiter, sizeof awaiter, counter_nap);
    __corace_coro_leave(of_a.bytes);
    __corace_coro_resume(of_b.bytes, fetch_initial);
    store(element, 1, sleeper_write);
    __corace_coro_leave(of_b.bytes);
  });
  const run_result result = detect::end_run();
  EXPECT_EQ(result.reached[0].first, 1u);
  EXPECT_EQ(result.reached[0].second, 0u);
}

TEST_F(Candidates, AnExecutorsBookkeepingIsNoRival) {
  for (const auto &[call, expected] : {std::pair<const corace_site *, unsigned>{nullptr, 0u}, {push_call, 1u}}) {
    begin(on_one_line);
    segment(a, [&] { load(flag, counter_read); });
    create(of_b);
    fetch_segment(b, of_b, [&, by = call] {
      if (by != nullptr)
        __corace_call(by); // then somebody wanted it
      store(flag, 7, executor_write);
    });
    segment(a, [&] { store(flag, 1, counter_write); });
    EXPECT_EQ(detect::end_run().violations.size(), expected);
  }
}

TEST_F(Candidates, WhereNoSiteStandsInTheColumnsTheLinesDecide) {
  begin("candidate\tid\tlost-update\tc\tcounter\t/src/counter.cpp\t410\t410\t410\t410\t410\t2\t3\t44\t52");
  segment(a, [&] { load(flag, counter_read); });
  segment(b, [&] { store(flag, 7, act_site); });
  segment(a, [&] { store(flag, 1, counter_write); });
  EXPECT_EQ(detect::end_run().violations.size(), 1u);
}

TEST_F(Candidates, NamesOfTheStandardLibrary) {
  EXPECT_TRUE(detect::in_standard_library("std::_Rb_tree<int, int>::find(int const&)"));
  EXPECT_TRUE(detect::in_standard_library("void std::vector<app::item>::push_back(app::item)"));
  EXPECT_TRUE(detect::in_standard_library("bool std::operator==<char>(char const*)"));
  EXPECT_FALSE(detect::in_standard_library("boost::asio::detail::queue<std::op>::push(std::op*)"));
  EXPECT_FALSE(detect::in_standard_library("std::string app::name(int)"));
}

TEST_F(Candidates, AStaleReadIsBrokenByAWrite) {
  begin("candidate\tid\tstale-read\tflag\tinit\t/src/init.cpp\t110\t110\t111\t110\t110");
  segment(a, [&] { load(flag, check_site); });
  segment(b, [&] { store(flag, 7, act_site); });
  segment(a, [&] { load(flag, check_site); });
  EXPECT_EQ(detect::end_run().violations.size(), 1u);
}

TEST_F(Candidates, AnExposedIntermediateIsBrokenByARead) {
  begin("candidate\tid\texposed-intermediate\tflag\tinit\t/src/init.cpp\t112\t112\t111\t112\t112");
  segment(a, [&] { store(flag, 1, act_site); });
  segment(b, [&] { load(flag, line_read); });
  segment(a, [&] { store(flag, 2, act_site); });
  EXPECT_EQ(detect::end_run().violations.size(), 1u);
}

TEST_F(Candidates, BadFilesGetOneLineWithTheCause) {
  EXPECT_NE(detect::load_candidates("/no/such/file").find("cannot be read"), std::string::npos);
  write("something else\n");
  EXPECT_NE(detect::load_candidates(path_).find(":1: not a candidates file"), std::string::npos);
  write("corace-candidates\t1\ncandidate\tid\tno-kind\tx\tf\t/f\t1\t1\t1\t1\t1\nend\n");
  EXPECT_NE(detect::load_candidates(path_).find(":2: not a candidate"), std::string::npos);
  write("corace-candidates\t1\ncandidate\tid\tlost-update\tx\tf\t/f\t1\tx\t1\t1\t1\nend\n");
  EXPECT_NE(detect::load_candidates(path_).find(":2: not a candidate"), std::string::npos);
  write("corace-candidates\t1\n" + check_then_act + "\tx\nend\n");
  EXPECT_NE(detect::load_candidates(path_).find(":2: not a candidate"), std::string::npos);
  write("corace-candidates\t1\n" + check_then_act + "\n");
  EXPECT_NE(detect::load_candidates(path_).find("cut off"), std::string::npos);
  write("corace-candidates\t1\nlater\trecord\nend\n");
  EXPECT_EQ(detect::load_candidates(path_), "");
}

} // namespace
} // namespace corace
