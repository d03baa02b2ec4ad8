// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// loop_report: what went wrong in an event loop where nobody waits for it, as its exception handler gets it.
#pragma once

#include <corace/callback_handle.h>
#include <corace/context.h>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace corace {

struct loop_report {
  std::string message;                              ///< one sentence
  std::exception_ptr exception = nullptr;           ///< null: none
  callback_handle callback = {};                    ///< the call-back that failed
  std::string object = {};                          ///< the task or future, in words: "task 'a'"
  std::optional<std::source_location> created = {}; ///< where that was made; known in debug mode
  std::shared_ptr<const loop_report> original = {}; ///< what was being reported when the handler failed
};

using exception_handler = std::function<void(event_loop &, const loop_report &)>;

/// As the default handler prints it.
[[nodiscard]] std::string to_string(const loop_report &report);

} // namespace corace
