// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a body in this process.
#pragma once

#include "explore/runner.h"
#include "explore/search.h"

#include <corace/explore.h>

#include <functional>
#include <memory>
#include <string_view>

namespace corace::schedule {

/// The body must outlive it.
[[nodiscard]] std::unique_ptr<runner> make_in_process_runner(const std::function<task<void>()> &body);
/// Throws usage_error where an option is wrong.
[[nodiscard]] search_options to_search_options(const explore_options &options);
[[nodiscard]] explore_result to_result(search_result found, std::string_view test = {});

} // namespace corace::schedule
