// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "explore/bytes.h"
#include "explore/in_process.h"
#include "report/start.h"

#include <corace/errors.h>
#include <corace/event_loop.h>
#include <corace/fuzz.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace corace {

struct byte_explorer::state {
  explicit state(std::function<task<void>()> &&given) : body(std::move(given)) {}

  std::function<task<void>()> body;
  schedule::search_options options;
  std::unique_ptr<schedule::runner> runs = schedule::make_in_process_runner(body);
};

byte_explorer::byte_explorer(std::function<task<void>()> body, explore_options options)
    : state_(std::make_unique<state>(std::move(body))) {
  report::at_start();
  state_->options = schedule::to_search_options(options);
  state_->options.once = true;
  state_->options.part = {};
}

byte_explorer::~byte_explorer() = default;

explore_result byte_explorer::run(std::span<const std::uint8_t> bytes) {
  if (event_loop::current())
    throw usage_error("corace::byte_explorer: the calling thread runs an event loop");
  schedule::bytes given(bytes);
  explore_result result = schedule::to_result(schedule::search(*state_->runs, state_->options).go(given));
  detect::begin_run({}); // the process goes on as it was
  return result;
}

explore_result explore_bytes(const std::function<task<void>()> &body, std::span<const std::uint8_t> bytes,
                             const explore_options &options) {
  return byte_explorer(body, options).run(bytes);
}

void abort_with(const explore_failure &failure) {
  const std::string text =
      "corace: " + failure.message + "\n\n" + interleaving(failure) + "\n  replay: " + failure.token + '\n';
  std::fputs(text.c_str(), stderr);
  std::abort();
}

} // namespace corace
