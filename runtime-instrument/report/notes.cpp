// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/notes.h"

#include "report/start.h"

#include <corace/event_loop.h>
#include <corace/explore.h>

#include <algorithm>
#include <utility>

namespace corace::report {

namespace {
std::vector<note> &notes() {
  static auto *all = new std::vector<note>; // outlives static destructors, in which tasks may still be dropped
  return *all;
}
} // namespace

void add_note(note n) noexcept { notes().push_back(std::move(n)); }

bool has_note(race_kind kind) noexcept {
  return std::any_of(notes().begin(), notes().end(), [&](const note &each) { return each.kind == kind; });
}

std::vector<note> take_notes() noexcept { return std::exchange(notes(), {}); }

} // namespace corace::report

void corace::detail::report_deadlock(const std::string &message) noexcept {
  report::add_note(
      {.kind = race_kind::deadlock, .site = nullptr, .file = {}, .function = {}, .line = 0, .message = message});
}

void corace::report_failure(std::string message, std::source_location where) {
  report::at_start();
  report::add_note({.kind = race_kind::assertion,
                    .site = nullptr,
                    .file = where.file_name(),
                    .function = where.function_name(),
                    .line = where.line(),
                    .message = std::move(message)});
}

namespace corace::report {

std::string_view short_name(std::string_view signature) {
  int depth = 0;
  std::size_t end = signature.size();
  for (std::size_t i = 0; i < signature.size(); ++i) { // up to the parameter list, which stands outside of all <>
    if (signature[i] == '<')
      ++depth;
    else if (signature[i] == '>')
      --depth;
    if (signature[i] != '(' || depth != 0)
      continue;
    const std::string_view before = signature.substr(0, i), rest = signature.substr(i);
    if (rest.starts_with("(anonymous") || rest.starts_with("(lambda") || rest.starts_with("(unnamed")) {
      i += rest.find(')');
    } else if (before.ends_with("operator") && rest.starts_with("()")) {
      return "lambda";
    } else {
      end = i;
      break;
    }
  }
  const std::string_view name = signature.substr(0, end);
  for (std::size_t i = name.size(); i-- > 0;) {
    if (name[i] == '>')
      ++depth;
    else if (name[i] == '<')
      --depth;
    else if (depth == 0 && (name[i] == ' ' || name[i] == ':' || name[i] == '*' || name[i] == '&'))
      return name.substr(i + 1);
  }
  return name;
}

std::string task_title(const detail::task_state &task) {
  // A default name says less than the coroutine's.
  if (task.has_own_name() || !task.watched || !*task.watched->function)
    return task.name();
  return std::string(short_name(task.watched->function));
}

} // namespace corace::report
