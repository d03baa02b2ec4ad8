// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/notes.h"

#include <corace/errors.h>
#include <corace/explore_test.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string_view>

namespace corace {

namespace {
/// Null when it is not set, or empty.
[[nodiscard]] const char *variable(const char *name) {
  const char *value = std::getenv(name);
  return value && *value ? value : nullptr;
}

template <class Number> void override_with(Number &option, const char *name) {
  const char *value = variable(name);
  if (!value)
    return;
  const std::string_view text = value;
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < Number{})
    throw usage_error(std::string(name) + "=" + value + ": this is no number; write for example " + name + "=1000");
  option = number;
}

void apply_environment(explore_options &options) {
  if (const char *strategy = variable("CORACE_STRATEGY"))
    options.strategy = strategy;
  override_with(options.seed, "CORACE_SEED");
  override_with(options.runs, "CORACE_RUNS");
  override_with(options.seconds, "CORACE_SECONDS");
  if (const char *token = variable("CORACE_REPLAY")) {
    options.strategy = "replay";
    options.token = token;
  }
}

/// As the user may type it in this directory.
[[nodiscard]] std::string program() {
  std::string path(4096, '\0'), here(4096, '\0');
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  if (!::getcwd(here.data(), here.size()))
    return path;
  here = here.c_str();
  if (path.starts_with(here + '/'))
    path = (path.find('/', here.size() + 1) == std::string::npos ? "./" : "") + path.substr(here.size() + 1);
  return path;
}

[[nodiscard]] std::string counted(std::uint64_t n, const char *one, const char *many) {
  return std::to_string(n) + ' ' + (n == 1 ? one : many);
}

[[nodiscard]] std::string describe(const explore_failure &failure, const explore_case &test) {
  const std::string place =
      failure.line ? failure.file.substr(failure.file.rfind('/') + 1) + ':' + std::to_string(failure.line) + ": " : "";
  std::string kind = failure.kind;
  std::replace(kind.begin(), kind.end(), '-', ' ');
  const bool told = failure.kind == "assertion" || failure.message.starts_with(failure.kind) ||
                    failure.message.starts_with(kind); // the message begins with it
  std::string text = place + (told ? "" : failure.kind + ": ") + failure.message + "\n\n";
  if (const std::string drawn = interleaving(failure); !drawn.empty())
    text += drawn + '\n';
  text += "  found in schedule " + std::to_string(failure.found_in_run) + ", " +
          counted(failure.switches, "switch", "switches") + " away from running one task after the other" +
          (failure.verified ? ", shown again 10 times of 10\n"
                            : "; NOT shown again each time: something besides the schedule decides\n") +
          (failure.realisable.empty() ? "" : "  realisable: " + failure.realisable + '\n') +
          "  replay: CORACE_REPLAY=" + failure.token + ' ' + program() +
          (test.arguments.empty() ? "" : ' ' + test.arguments) + '\n';
  return text;
}

/// For whoever puts the parts together.
void state(const explore_case &test, const explore_result &result) {
  const char *path = variable("CORACE_STATEMENTS");
  if (!path)
    return;
  const explore_statement statement{test.name, result.part, result.runs, result.failures.size(), result.complete};
  std::FILE *file = std::fopen(path, "a");
  if (!file || std::fputs(to_text({&statement, 1}).c_str(), file) < 0 || std::fclose(file) != 0)
    throw usage_error(std::string("CORACE_STATEMENTS=") + path + ": cannot write there");
}

[[nodiscard]] std::string statistics_of(const explore_result &result, const explore_options &options) {
  if (options.strategy == "replay")
    return result.stopped;
  return "seed " + std::to_string(options.seed) + ", " + result.statistics.line() + "; " + result.stopped;
}
} // namespace

explore_verdict explore_test(const explore_case &test, const std::function<task<void>()> &body,
                             explore_options options) {
  explore_verdict verdict;
  verdict.verbose = variable("CORACE_VERBOSE") || variable("CORACE_REPLAY");
  try {
    apply_environment(options);
    if (options.name.empty())
      options.name = test.name;
    const explore_result result = explore(body, options);
    verdict.passed = result.clean();
    if (result.part.of > 1)
      state(test, result);
    for (const explore_failure &each : result.failures)
      verdict.text += describe(each, test) + '\n';
    if (result.failures.size() > 1)
      verdict.text = counted(result.failures.size(), "failure", "failures") + "\n\n" + verdict.text;
    verdict.statistics = statistics_of(result, options);
    for (const std::string &each : result.notes)
      verdict.text += "  note: " + each + '\n';
    verdict.text += (verdict.passed ? "" : "  ") + verdict.statistics;
  } catch (const std::exception &e) {
    verdict = {.passed = false, .text = e.what(), .statistics = {}, .verbose = false};
  }
  return verdict;
}

namespace {
bool quiet_search = false;       ///< explore_quietly() is at work
bool failed_in_this_run = false; ///< a check of the framework's

/// What is written to stdout goes nowhere.
class silence {
public:
  silence() {
    std::fflush(stdout);
    std::cout.flush();
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    kept_ = nowhere < 0 ? -1 : ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (kept_ >= 0)
      ::dup2(nowhere, STDOUT_FILENO);
    if (nowhere >= 0)
      ::close(nowhere);
  }
  silence(const silence &) = delete;
  silence &operator=(const silence &) = delete;
  ~silence() {
    std::fflush(stdout);
    std::cout.flush();
    if (kept_ < 0)
      return;
    ::dup2(kept_, STDOUT_FILENO);
    ::close(kept_);
  }

private:
  int kept_; ///< stdout; -1: it was left alone
};

task<void> without_the_frameworks_exceptions(task<void> (*body)()) {
  failed_in_this_run = false;
  try {
    co_await body();
  } catch (...) {
    if (!failed_in_this_run)
      throw;
  }
}
} // namespace

bool detail::exploring_quietly() noexcept { return quiet_search; }

explore_verdict detail::explore_quietly(const explore_case &test, task<void> (*body)(),
                                        const explore_options &options) {
  std::optional<silence> quiet;
  if (!variable("CORACE_REPLAY"))
    quiet.emplace();
  quiet_search = true;
  explore_verdict verdict = explore_test(test, [body] { return without_the_frameworks_exceptions(body); }, options);
  quiet_search = false;
  return verdict;
}

void detail::check_failed(const char *file, std::uint32_t line, std::string message) {
  failed_in_this_run = true;
  report::add_note({.kind = race_kind::assertion,
                    .site = nullptr,
                    .file = file ? file : "",
                    .function = std::to_string(line), // two checks of one file are two failures
                    .line = line,
                    .message = std::move(message)});
}

} // namespace corace
