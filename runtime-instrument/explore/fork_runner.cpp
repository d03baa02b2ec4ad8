// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/fork_runner.h"

#include "explore/search.h"
#include "report/crash.h"
#include "report/evidence.h"
#include "report/start.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <string>

namespace corace::schedule {

namespace {
/// A run that takes longer than this many seconds hangs. It takes a few of them to show a hang and to go on.
[[nodiscard]] long longest_run() {
  return static_cast<long>(std::clamp<std::uint64_t>(report::current_options().seconds / 10, 1, 10));
}

bool read_all(int from, void *to, std::size_t size) {
  auto *at = static_cast<char *>(to);
  while (size > 0) {
    const ssize_t count = ::read(from, at, size);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    at += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool write_all(int to, const void *from, std::size_t size) {
  for (;;) {
    const ssize_t count = ::write(to, from, size);
    if (count == static_cast<ssize_t>(size))
      return true;
    if (count < 0 && errno == EINTR)
      continue;
    return false;
  }
}

/// The run's own part: nothing that it prints is seen, and it cannot outlive its time or its parent.
void become_run(int messages) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (const int null = ::open("/dev/null", O_RDWR); null >= 0) {
    ::dup2(null, STDOUT_FILENO);
    if (messages < 0)
      ::dup2(null, STDERR_FILENO);
    ::close(null);
  }
  if (messages >= 0) {
    ::dup2(messages, STDERR_FILENO);
    ::close(messages);
  }
  const rlimit no_core{0, 0}; // one for each schedule that fails would fill the disk
  ::setrlimit(RLIMIT_CORE, &no_core);
  std::signal(SIGALRM, SIG_DFL);
  itimerval limit{};
  limit.it_value.tv_sec = longest_run();
  ::setitimer(ITIMER_REAL, &limit, nullptr);
}

class fork_runner final : public runner {
public:
  fork_runner() : messages_(::memfd_create("corace-run-stderr", MFD_CLOEXEC)) {
    int to[2], from[2];
    if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0)
      report::refuse(std::string("mode=explore: cannot make a pipe: ") + std::strerror(errno));
    orders_[0] = to[0], orders_[1] = to[1], answers_[0] = from[0], answers_[1] = from[1];
    // Nothing that is waiting in a buffer may be written twice.
    std::fflush(nullptr);
    std::cout.flush();
    template_ = ::fork();
    if (template_ < 0)
      report::refuse(std::string("mode=explore: cannot fork: ") + std::strerror(errno));
  }
  [[nodiscard]] bool in_template() const noexcept { return template_ == 0; }

  // The template is a process that does nothing but fork, so that each run starts with the same heap as all others.
  // Returns in the runs only.
  void serve() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(orders_[1]);
    ::close(answers_[0]);
    char order;
    while (read_all(orders_[0], &order, 1)) {
      int status = 0;
      const pid_t child = ::fork();
      if (child == 0) {
        ::close(orders_[0]);
        ::close(answers_[1]);
        become_run(messages_);
        return;
      }
      if (child < 0)
        status = -errno;
      else
        while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
      if (!write_all(answers_[1], &status, sizeof(status)))
        break;
    }
    ::_exit(0);
  }

  void run() override {
    memory().flags[0].timed = true;
    memory().clear();
    if (messages_ >= 0 && ::ftruncate(messages_, 0) == 0)
      (void)::lseek(messages_, 0, SEEK_SET);
    int status = 0;
    if (!write_all(orders_[1], "r", 1) || !read_all(answers_[0], &status, sizeof(status)))
      report::refuse("mode=explore: the process that runs the schedules has gone");
    if (status < 0)
      report::refuse(std::string("mode=explore: cannot fork: ") + std::strerror(-status));
    judge(status);
  }
  [[nodiscard]] bool cheap() const noexcept override { return false; }
  [[nodiscard]] bool stable_addresses() const noexcept override { return true; }

private:
  /// The way in which a run ended may be a failure of its own.
  void judge(int status) {
    run_flags &flags = memory().flags[0];
    if (flags.abandoned || flags.cut_off || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
      return;
    const int signal = flags.crashed ? flags.crashed : WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (signal == SIGALRM) { // what goes from step to step is slow and may end; what stays in one hangs
      const std::chrono::nanoseconds now = std::chrono::steady_clock::now().time_since_epoch();
      flags.hung = now.count() - flags.step_began > std::int64_t{500'000'000} * longest_run();
      flags.slow = true;
      flags.cut_off = !flags.hung;
      if (flags.cut_off)
        return;
    }
    for (const failure_entry &each : memory().failures.all())
      if (each.kind != race_kind::never_awaited)
        return; // it has told the reason itself
    const std::string said = last_words();
    std::string message;
    if (flags.hung)
      message = "the program had not ended after " + std::to_string(longest_run()) +
                (longest_run() == 1 ? " second" : " seconds") + ", and its last step ran for " +
                "most of that; more seconds give each schedule more time";
    else if (signal == SIGABRT)
      message = said.empty() ? "the program aborted" : said;
    else if (signal)
      message =
          std::string("the program was ended by a signal: ") + ::strsignal(signal) + (said.empty() ? "" : "; " + said);
    else
      message =
          "the program exited with code " + std::to_string(WEXITSTATUS(status)) + (said.empty() ? "" : ": " + said);
    failure_entry entry{
        .kind = race_kind::assertion, .site = nullptr, .line = 0, .file = {}, .function = {}, .message = {}};
    message.copy(entry.message, sizeof(entry.message) - 1);
    memory().failures.push(entry);
  }

  /// The last line that the run wrote to stderr.
  [[nodiscard]] std::string last_words() const {
    if (messages_ < 0)
      return {};
    const off_t end = ::lseek(messages_, 0, SEEK_END);
    std::string tail(static_cast<std::size_t>(std::clamp<off_t>(end, 0, 4096)), '\0');
    const ssize_t count = ::pread(messages_, tail.data(), tail.size(), end - static_cast<off_t>(tail.size()));
    tail.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    while (!tail.empty() && (tail.back() == '\n' || tail.back() == ' '))
      tail.pop_back();
    const auto line = tail.rfind('\n');
    return line == std::string::npos ? tail : tail.substr(line + 1);
  }

  int messages_; ///< what the run writes to stderr; -1: nothing keeps it
  int orders_[2], answers_[2];
  pid_t template_;
};
} // namespace

run_memory &search_in_forks() {
  // Lives as long as the process; a run must not give back what all share.
  auto &runs = *new fork_runner;
  if (runs.in_template()) {
    runs.serve();
    return runs.memory();
  }
  std::signal(SIGPIPE, SIG_IGN);
  const report::options &options = report::current_options();
  if (const std::string path = report::evidence_path(); !path.empty()) // better now than after the search
    if (const std::string problem = report::check_writable(path); !problem.empty())
      report::refuse(problem);
  report::evidence e;
  e.strength = outcome::confirmed;
  e.token_fingerprint = program_fingerprint();
  e.searched = true;
  search_options wanted;
  wanted.strategy = options.strategy;
  wanted.seed = options.seed;
  wanted.depth = options.depth;
  wanted.bound = options.bound;
  wanted.finding = options.finding;
  wanted.runs = options.runs;
  wanted.seconds = static_cast<double>(options.seconds);
  wanted.allowed = allowance_of(options);
  wanted.footprints = detect::instrumented_sites() > 0; // without, nothing is known of plain memory
  try {
    e.result = search(runs, wanted).go();
  } catch (const std::invalid_argument &problem) {
    report::refuse(problem.what());
  }
  if (const std::string path = report::evidence_path(); !path.empty()) {
    if (const std::string problem = report::write_file(path, report::to_text(e)); !problem.empty())
      report::refuse(problem);
  } else if (options.report) {
    const std::string lines = report::to_lines(e);
    std::fputs(lines.c_str(), stderr);
    std::fprintf(stderr, "corace: %llu schedules, %s%s\n", static_cast<unsigned long long>(e.result.runs),
                 e.result.stopped.c_str(), e.result.findings.empty() ? "; nothing found" : "");
  }
  std::fflush(nullptr);
  ::_exit(e.result.findings.empty() ? 0 : 1); // main does not go on in this process
}

} // namespace corace::schedule
