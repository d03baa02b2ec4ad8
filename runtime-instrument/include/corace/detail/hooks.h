// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The way from the primitives to the detector: the few functions of detect/detector.h that they call. A primitive calls
// them only where event_loop::observed() says so; then an unobserved program pays one test of a flag.
#pragma once

#include <cstdint>
#include <string_view>

struct corace_site;

namespace corace::detect {

using task_id = std::uint32_t;

task_id add_task(task_id parent, std::string_view name);
void enter(task_id task) noexcept;
void leave() noexcept;
void order(task_id from, task_id to);
void synchronise(const void *object, bool written) noexcept;
[[nodiscard]] const corace_site *current_call() noexcept;

} // namespace corace::detect
