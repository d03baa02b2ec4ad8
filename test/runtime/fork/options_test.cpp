// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CORACE_OPTIONS from outside: a program with a main of its own is searched, replayed and observed.
#include "vocab/records.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace corace {
namespace {

struct outcome_of_process {
  int status = -1; ///< exit code; 128 and the signal when it died of one
  std::string out, err;
};

std::string slurp(const std::string &path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

class process : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "corace-test-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  outcome_of_process start(const std::string &what, const std::string &options) {
    const std::string command = "CORACE_OPTIONS='" + options + "' '" PROGRAM "' " + what + " >" + folder_ + "/out 2>" +
                                folder_ + "/err </dev/null";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), slurp(folder_ + "/out"),
            slurp(folder_ + "/err")};
  }
  [[nodiscard]] std::string evidence() const { return folder_ + "/evidence"; }
  using record = std::vector<std::string>;
  [[nodiscard]] std::vector<record> records(const std::string &name) const {
    std::vector<record> found;
    std::istringstream lines(slurp(evidence()));
    for (std::string line; std::getline(lines, line);)
      if (auto fields = records::split(line); fields[0] == name)
        found.push_back(std::move(fields));
    return found;
  }
  /// Searches and expects one finding; gives its record.
  record only_finding(const std::string &what, const std::string &more = "") {
    const auto done = start(what, "mode=explore:evidence=" + evidence() + more);
    EXPECT_EQ(done.status, 1) << done.err;
    EXPECT_EQ(done.out, "before the run\n");
    EXPECT_EQ(done.err, "");
    const auto findings = records("finding");
    EXPECT_EQ(findings.size(), 1u) << slurp(evidence());
    EXPECT_TRUE(slurp(evidence()).ends_with("\nend\n"));
    return findings.empty() ? record(9) : findings[0];
  }
  /// The finding of this kind; one with empty fields when there is none.
  [[nodiscard]] record finding(const std::string &kind) const {
    for (const auto &each : records("finding"))
      if (each[3] == kind)
        return each;
    return record(10);
  }
  [[nodiscard]] std::string message() const {
    const auto all = records("message");
    return all.empty() ? "" : all[0][2];
  }

  std::string folder_;
};

TEST_F(process, a_lost_update_is_confirmed_with_values_and_steps) {
  const record f = only_finding("lost");
  EXPECT_EQ(f[2], "confirmed");
  EXPECT_EQ(f[3], "lost-update");
  EXPECT_EQ(f[4], "-");
  EXPECT_TRUE(f[5].starts_with("c2.")) << f[5];
  EXPECT_TRUE(f[5].ends_with(".A1-B")) << f[5];
  EXPECT_EQ(f[7], "2"); // switches
  EXPECT_EQ(f[9], "yes");
  ASSERT_EQ(records("search").size(), 1u);
  EXPECT_EQ(records("search")[0][4], "1");
  std::vector<std::string> story;
  for (const auto &step : records("step"))
    if (step[3] == "read" || step[3] == "write")
      story.push_back(step[2] + ' ' + step[3] + ' ' + step[8]);
  EXPECT_EQ(story, (std::vector<std::string>{"A read 0", "B read 0", "B write 1", "A write 1"}));
}

TEST_F(process, a_program_that_aborts_keeps_what_it_had_found) {
  const auto done = start("assert", "mode=explore:evidence=" + evidence());
  EXPECT_EQ(done.status, 1);
  std::vector<std::string> kinds;
  for (const auto &f : records("finding"))
    kinds.push_back(f[3]);
  std::sort(kinds.begin(), kinds.end());
  EXPECT_EQ(kinds, (std::vector<std::string>{"assertion", "lost-update"}));
  EXPECT_NE(message().find("Assertion `counter == 3' failed"), std::string::npos) << message();
}

TEST_F(process, a_crash_is_found) {
  EXPECT_EQ(only_finding("segv")[3], "assertion");
  EXPECT_EQ(message(), "the program was ended by a signal: Illegal instruction");
}

TEST_F(process, an_abort_is_found) {
  EXPECT_EQ(only_finding("abort-after-race")[3], "assertion");
  EXPECT_EQ(message(), "the program aborted");
}

TEST_F(process, an_exception_is_found) {
  EXPECT_EQ(only_finding("throw")[3], "exception");
  ASSERT_EQ(records("realisable").size(), 1u);
  EXPECT_TRUE(records("realisable")[0][2].starts_with("only under an executor that reorders: ")) << slurp(evidence());
  EXPECT_EQ(message(), "too early");
}

TEST_F(process, an_exit_with_an_error_is_found) {
  EXPECT_EQ(only_finding("exit")[3], "assertion");
  EXPECT_EQ(message(), "the program exited with code 3");
  EXPECT_EQ(only_finding("quick-exit")[3], "assertion");
  EXPECT_EQ(message(), "the program exited with code 4");
}

TEST_F(process, a_hang_is_found_and_does_not_hang) {
  EXPECT_EQ(only_finding("hang", ":seconds=1")[3], "assertion");
  EXPECT_NE(message().find("had not ended after"), std::string::npos) << message();
}

TEST_F(process, a_run_that_ends_badly_keeps_what_it_had_found) {
  for (const std::string what : {"lost-then-crash", "lost-then-exit"}) {
    EXPECT_EQ(start(what, "mode=explore:evidence=" + evidence()).status, 1);
    EXPECT_EQ(finding("lost-update")[2], "confirmed") << what << slurp(evidence());
    EXPECT_EQ(finding("assertion")[2], "confirmed") << what << slurp(evidence());
  }
}

TEST_F(process, a_run_that_ends_badly_has_reached_what_it_reached) {
  const std::string candidates = folder_ + "/candidates";
  std::ofstream(candidates) << "corace-candidates\t1\n"
                               "candidate\tlost-1\tlost-update\tcounter\tincrement\t/src/program.cpp\t11\t11\t11\t"
                               "12\t12\nend\n";
  for (const std::string what : {"lost", "lost-then-crash", "lost-then-exit"}) {
    EXPECT_EQ(start(what, "mode=explore:candidates=" + candidates + ":evidence=" + evidence()).status, 1);
    ASSERT_EQ(records("reached").size(), 1u) << what << slurp(evidence());
    EXPECT_EQ(records("reached")[0], (record{"reached", "lost-1", "2", "2"})) << what;
    EXPECT_EQ(finding("lost-update")[4], "lost-1") << what;
  }
}

TEST_F(process, runs_that_hang_do_not_use_up_more_than_the_time) {
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(start("lost-then-hang", "mode=explore:seconds=8:evidence=" + evidence()).status, 1);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::minutes(1)); // without the limit: many
  EXPECT_EQ(finding("lost-update")[2], "confirmed") << slurp(evidence());
  EXPECT_NE(message().find("had not ended after 1 second,"), std::string::npos) << message();
  ASSERT_EQ(records("search").size(), 1u);
  EXPECT_NE(records("search")[0][5].find("ended for taking too long"), std::string::npos) << slurp(evidence());
}

TEST_F(process, thousands_of_tasks_end_in_time_with_what_was_found) {
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(start("lost-many", "mode=explore:runs=10:seconds=60:evidence=" + evidence()).status, 1);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::minutes(2)); // without the limit: many
  EXPECT_EQ(finding("lost-update")[2], "confirmed");
}

TEST_F(process, a_crash_that_was_seen_once_is_not_silent) {
  const std::string mark = folder_ + "/mark";
  std::filesystem::create_directory(mark);
  ::setenv("CORACE_TEST_MARK", mark.c_str(), 1);
  EXPECT_EQ(start("crash-now-and-then", "mode=explore:evidence=" + evidence()).status, 1);
  ::unsetenv("CORACE_TEST_MARK");
  EXPECT_EQ(finding("assertion")[2], "observed") << slurp(evidence());
  EXPECT_EQ(message(), "the program was ended by a signal: Illegal instruction");
  ASSERT_EQ(records("search").size(), 1u);
  EXPECT_EQ(records("search")[0][4], "0") << slurp(evidence());
}

TEST_F(process, a_program_that_is_stopped_leaves_evidence) {
  EXPECT_EQ(start("lost-then-stopped", "mode=run:evidence=" + evidence()).status, 128 + SIGTERM);
  EXPECT_EQ(finding("lost-update")[2], "observed") << slurp(evidence());
  EXPECT_EQ(records("finding").size(), 1u) << slurp(evidence());
}

TEST_F(process, a_child_of_the_program_leaves_the_evidence_alone) {
  EXPECT_EQ(start("lost-in-child", "mode=explore:evidence=" + evidence()).status, 0);
  EXPECT_EQ(records("finding").size(), 0u) << slurp(evidence());
  std::filesystem::remove(evidence());
  EXPECT_EQ(start("lost-in-child only", "mode=run:evidence=" + evidence()).status, 0);
  EXPECT_FALSE(std::filesystem::exists(evidence())) << slurp(evidence());
  const std::string own = folder_ + "/own-";
  start("lost-in-child", "mode=run:evidence=" + own + "%p");
  int lost = 0;
  for (const auto &each : std::filesystem::directory_iterator(folder_))
    lost += slurp(each.path().string()).find("lost-update") != std::string::npos;
  EXPECT_EQ(lost, 1);
}

TEST_F(process, a_deadlock_is_found_with_who_waits_for_what) {
  const record f = only_finding("deadlock");
  EXPECT_EQ(f[3], "deadlock");
  EXPECT_NE(message().find("waits for mutex 'b', which"), std::string::npos) << message();
}

TEST_F(process, a_coroutine_that_was_never_awaited_is_found) {
  EXPECT_EQ(only_finding("forget")[3], "never-awaited");
  EXPECT_EQ(message(), "coroutine 'save' was never awaited");
}

TEST_F(process, the_second_loop_of_a_program_is_searched_too) {
  const record f = only_finding("twice");
  EXPECT_EQ(f[3], "lost-update");
  EXPECT_TRUE(f[5].ends_with(".2/A1-2/B")) << f[5];
  const auto again = start("twice", "mode=replay:token=" + f[5] + ":evidence=" + evidence());
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(records("finding").size(), 1u);
}

TEST_F(process, a_clean_program_is_clean) {
  const auto done = start("clean", "mode=explore:evidence=" + evidence());
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(done.out, "before the run\n");
  EXPECT_EQ(records("finding").size(), 0u);
  ASSERT_EQ(records("search").size(), 1u);
  EXPECT_EQ(records("search")[0][4], "1");
  const auto loud = start("clean", "mode=explore");
  EXPECT_EQ(loud.err, "corace: 4 schedules, every schedule was run; nothing found\n");
}

TEST_F(process, a_program_without_a_loop_runs_as_always) {
  const auto done = start("no-run", "mode=explore");
  EXPECT_EQ(done.status, 0);
  EXPECT_EQ(done.out, "before the run\nnothing to do\nend of main\n");
}

TEST_F(process, a_replay_is_the_same_a_hundred_times) {
  const std::string token = only_finding("lost")[5];
  std::string first;
  for (int i = 0; i < 100; ++i) {
    const auto again = start("lost", "mode=replay:token=" + token + ":evidence=" + evidence());
    ASSERT_EQ(again.status, 0) << again.err;
    ASSERT_EQ(again.out, "before the run\ncounter 1\nend of main\n");
    if (i == 0)
      first = slurp(evidence());
    ASSERT_EQ(slurp(evidence()), first);
  }
  ASSERT_EQ(records("finding").size(), 1u);
  EXPECT_EQ(records("finding")[0][2], "confirmed");
  EXPECT_EQ(records("finding")[0][5], token);
  const auto canonical = start("lost", "mode=replay:token=" + token.substr(0, 8) + "-");
  EXPECT_EQ(canonical.out, "before the run\ncounter 2\nend of main\n");
}

TEST_F(process, a_replay_that_dies_leaves_evidence) {
  const auto findings = only_finding("throw");
  const auto again = start("throw", "mode=replay:token=" + findings[5] + ":evidence=" + evidence());
  EXPECT_EQ(again.status, 128 + SIGABRT);
  ASSERT_EQ(records("finding").size(), 1u);
  EXPECT_EQ(records("finding")[0][3], "exception");
  EXPECT_EQ(message(), "too early");
}

TEST_F(process, bad_tokens_and_options_are_one_line_and_exit_code_2) {
  const std::string own = only_finding("lost")[5].substr(0, 8);
  const std::string other = own == "c2.k3f9." ? "c2.k3f8." : "c2.k3f9.";
  for (const std::string &options :
       {std::string("mode=replay:token=nonsense"), "mode=replay:token=" + other + "A1-B",
        "mode=replay:token=" + own + "A9-B", "mode=replay:token=" + own + "A1-Q", "mode=replay:token=" + own + "A1",
        std::string("mode=replay"), std::string("moed=replay"), std::string("runs=x"),
        std::string("candidates=/does/not/exist"), std::string("mode=explore:evidence=/does/not/exist")}) {
    const auto done = start("lost", options);
    EXPECT_EQ(done.status, 2) << options << '\n' << done.err;
    EXPECT_TRUE(done.err.starts_with("corace: ")) << options << '\n' << done.err;
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << options << '\n' << done.err;
  }
}

TEST_F(process, a_token_of_a_test_is_replayed_by_that_test_alone) {
  std::string out = start("explore", "").out;
  const auto at = out.find("\nother: ");
  ASSERT_NE(at, std::string::npos) << out;
  const std::string token = out.substr(out.find("c2.", at), out.find('\n', at + 1) - out.find("c2.", at));
  ASSERT_EQ(token.find('.', 3), 9u) << token;
  const auto done = start("explore", "mode=replay:token=" + token + ":evidence=" + evidence());
  EXPECT_NE(done.out.find("one: 0 passed over"), std::string::npos) << done.out << done.err;
  EXPECT_NE(done.out.find("other: 1 the schedule was run " + token), std::string::npos) << done.out;
  ASSERT_FALSE(finding("exception")[2].empty()) << slurp(evidence());
  EXPECT_EQ(finding("exception")[5], token);
  // A test that is not there.
  const auto nobody = start("no-run", "mode=replay:token=" + token);
  EXPECT_EQ(nobody.status, 2);
}

TEST_F(process, a_lenient_replay_tells_what_it_leaves_out) {
  const std::string token = only_finding("lost")[5] + ",A9-B";
  EXPECT_EQ(start("lost", "mode=replay:token=" + token).status, 2);
  const auto done = start("lost", "mode=replay:lenient=1:evidence=" + evidence() + ":token=" + token);
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_TRUE(done.err.starts_with("corace: left out of the schedule: the deviation A9-B")) << done.err;
  EXPECT_EQ(records("finding").size(), 1u);
}

/// What a debugger would see at each forced switch; skipped where there is none.
TEST_F(process, a_debugger_stops_at_each_forced_switch) {
  if (std::system("gdb --version >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "no gdb";
  const std::string token = only_finding("lost")[5], script = folder_ + "/script";
  std::ofstream(script) << "break __corace_stop_here\nrun\nprintf \"%s\\n\", *(char **)&__corace_stop_why\n"
                           "tbreak *(*(long *)&__corace_stop_at)\ncontinue\nbacktrace 1\n";
  const std::string command = "CORACE_OPTIONS=mode=replay:stop=1:token=" + token + " gdb -q -nx -batch -x " + script +
                              " --args '" PROGRAM "' lost >" + folder_ + "/out 2>&1 </dev/null";
  (void)std::system(command.c_str());
  const std::string out = slurp(folder_ + "/out");
  if (out.find("ptrace") != std::string::npos)
    GTEST_SKIP() << "gdb may not trace here";
  EXPECT_NE(out.find("B (increment) runs instead of A (increment) and begins"), std::string::npos) << out;
  EXPECT_NE(out.find("program.cpp:", out.find("\n#0 ")), std::string::npos) << out; // in the coroutine itself
}

TEST_F(process, a_plain_run_observes) {
  const auto done = start("lost", "evidence=" + evidence());
  EXPECT_EQ(done.status, 0);
  EXPECT_EQ(done.out, "before the run\ncounter 1\nend of main\n");
  EXPECT_EQ(records("search").size(), 0u);
  ASSERT_EQ(records("finding").size(), 1u) << slurp(evidence());
  EXPECT_EQ(records("finding")[0][2], "observed");
  EXPECT_EQ(records("finding")[0][5], "-");
}

TEST_F(process, a_deadlock_of_a_plain_run_is_written_down_once) {
  const auto done = start("deadlock", "evidence=" + evidence());
  EXPECT_EQ(done.status, 128 + SIGABRT);
  ASSERT_EQ(records("finding").size(), 1u) << slurp(evidence());
  EXPECT_EQ(records("finding")[0][3], "deadlock");
}

TEST_F(process, moves_and_choices_are_found_and_replayed_by_the_token_alone) {
  struct {
    const char *what, *options, *message, *deviations;
  } const cases[] = {{"leak-when-cancelled", ":cancellations=1", "leaked", "-Ax"},
                     {"choice", "", "chosen", "._1v2"}};
  for (const auto &each : cases) {
    const record f = only_finding(each.what, std::string(":strategy=exhaustive") + each.options);
    EXPECT_EQ(message(), each.message);
    EXPECT_TRUE(f[5].ends_with(each.deviations)) << f[5];
    (void)start(each.what, "mode=replay:token=" + f[5] + ":evidence=" + evidence());
    EXPECT_EQ(message(), each.message);
  }
}

TEST_F(process, a_cancellation_that_comes_out_of_the_run_is_no_failure) {
  const auto done = start("cancelled", "mode=explore:strategy=exhaustive:cancellations=1:evidence=" + evidence());
  EXPECT_EQ(done.status, 0) << done.err << slurp(evidence());
}

TEST_F(process, a_replay_of_a_program_without_a_loop_says_so) {
  const auto done = start("no-run", "mode=replay:token=c2.0000.-");
  EXPECT_EQ(done.status, 2);
  EXPECT_EQ(done.err,
            "corace: mode=replay: the program has ended without a call of corace::run() or of the test that the "
            "token is of, so there was nothing to replay\n");
}

TEST_F(process, a_plain_run_may_have_another_strategy) {
  EXPECT_EQ(start("lost", "strategy=serial").out, "before the run\ncounter 2\nend of main\n");
  const auto one = start("assert", "strategy=random:seed=3"), two = start("assert", "strategy=random:seed=3");
  EXPECT_EQ(one.status, two.status);
  EXPECT_EQ(one.out, two.out);
}

TEST_F(process, help_lists_the_options_and_goes_on) {
  const auto done = start("clean", "help=1");
  EXPECT_EQ(done.status, 0);
  EXPECT_NE(done.err.find("  strategy (text, \"portfolio\")"), std::string::npos) << done.err;
  EXPECT_EQ(done.out, "before the run\nin the run\nend of main\n");
}

TEST_F(process, the_process_id_may_stand_in_the_evidence_path) {
  start("lost", "evidence=" + folder_ + "/e-%p-%p");
  int found = 0;
  for (const auto &each : std::filesystem::directory_iterator(folder_)) {
    const std::string name = each.path().filename().string();
    if (!name.starts_with("e-"))
      continue;
    ++found;
    EXPECT_EQ(name.find_first_not_of("0123456789-", 1), std::string::npos) << name;
  }
  EXPECT_EQ(found, 1);
}

} // namespace
} // namespace corace
