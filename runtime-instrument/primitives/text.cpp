// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/any_task.h>
#include <corace/callback_handle.h>
#include <corace/event_loop.h>
#include <corace/loop_report.h>

#include <cstdio>
#include <utility>

namespace corace {

namespace {
[[nodiscard]] std::string place_of(const std::source_location &where) {
  return std::string(where.file_name()) + ":" + std::to_string(where.line());
}

/// "exception 'text'", as far as it is known.
[[nodiscard]] std::string words(const std::exception_ptr &error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception &e) {
    return std::string("exception '") + e.what() + "'";
  } catch (const cancelled_error &e) {
    return std::string("cancellation") + (e.message().empty() ? "" : " '" + e.message() + "'");
  } catch (const fatal_exit &e) {
    return std::string("exit '") + e.what() + "'";
  } catch (const base_exception_group &e) {
    return std::string("exception '") + e.what() + "'";
  } catch (...) {
    return "an exception that is no std::exception";
  }
}
} // namespace

std::string to_string(const callback_handle &handle) {
  if (!handle)
    return "no call-back";
  std::string text = handle.cancelled() ? "call-back cancelled" : "call-back";
  if (const auto when = handle.when())
    text += " at " + std::to_string(std::chrono::duration<double>(when->time_since_epoch()).count()) + " s";
  if (handle.state()->has_place)
    text += ", created at " + place_of(handle.state()->created);
  return text;
}

std::string to_string(const loop_report &report) {
  std::string text = report.object.empty() ? report.message : report.object + " " + report.message;
  if (report.exception)
    text += ": " + words(report.exception);
  if (report.created)
    text += "; created at " + place_of(*report.created);
  if (report.original)
    text += "; while this was reported: " + to_string(*report.original);
  return text;
}

namespace detail {

std::string state_words(const future_state &state, const std::string &value) {
  std::string text = state.title();
  if (!state.done())
    text += state.is_task && static_cast<const task_state &>(state).cancel_requests ? " cancelling" : " pending";
  else if (state.was_cancelled)
    text += " cancelled";
  else if (state.error)
    text += " finished with " + words(state.error);
  else
    text += " finished" + (value.empty() ? "" : " with " + value);
  if (!state.done() && state.is_task)
    if (const std::string target = static_cast<const task_state &>(state).waits_for(); !target.empty())
      text += ", waits for " + target;
  std::size_t callbacks = 0;
  for (const completion *each = state.completions.first(); each; each = state.completions.after(*each))
    ++callbacks;
  if (callbacks == 1)
    text += ", 1 call-back";
  else if (callbacks)
    text += ", " + std::to_string(callbacks) + " call-backs";
  if (state.has_place)
    text += ", created at " + place_of(state.created);
  return text;
}

} // namespace detail

std::string to_string(const any_future &f) { return f ? detail::state_words(*f.state(), {}) : "no future"; }

void event_loop::default_exception_handler(const loop_report &report) {
  std::fprintf(stderr, "corace: %s\n", to_string(report).c_str());
}

void event_loop::call_exception_handler(const loop_report &report) {
  if (!exception_handler_) {
    if (scheduler_ && scheduler_->reported(report))
      return;
    try {
      default_exception_handler(report);
    } catch (const fatal_exit &) {
      throw;
    } catch (...) {
      std::fprintf(stderr, "corace: the default exception handler failed: %s\n",
                   words(std::current_exception()).c_str());
    }
    return;
  }
  try {
    exception_handler_(*this, report);
  } catch (const fatal_exit &) {
    throw;
  } catch (...) {
    loop_report failure{.message = "the exception handler failed", .exception = std::current_exception()};
    failure.original = std::make_shared<const loop_report>(report);
    try {
      default_exception_handler(failure);
    } catch (const fatal_exit &) {
      throw;
    } catch (...) {
      std::fprintf(stderr, "corace: the exception handlers failed: %s\n", words(std::current_exception()).c_str());
    }
  }
}

} // namespace corace
