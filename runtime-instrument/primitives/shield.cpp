// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/future_wait.h>
#include <corace/shield.h>

namespace corace::detail {

shield_state::hook::hook(shield_state &shield) noexcept : owner(shield) {
  completed = [](completion &node, future_state &inner) noexcept {
    inner.loop->post(static_cast<hook &>(node).owner.turn_);
  };
}

shield_state::turn::turn(shield_state &shield) noexcept : owner(shield) {
  fire = [](ready_node &node, bool run) {
    if (run)
      static_cast<turn &>(node).owner.finish();
  };
}

shield_state::shield_state(pointer<> inner) noexcept
    : plain_future_state(*inner->loop, inner->value), inner_(std::move(inner)) {
  lends = true;
  inner_->completions.push_back(hook_);
}

std::string shield_state::title() const { return "a shield of " + inner_->title(); }

void shield_state::finish() noexcept {
  inner_->retrieved = true; // who has the shield takes care of it
  error = inner_->error;
  was_cancelled = inner_->was_cancelled;
  end_future(*this);
}

bool shield_state::cancel(std::string message) noexcept {
  hook_.unlink();
  turn_.unlink();
  return cancel_future(*this, std::move(message));
}

} // namespace corace::detail
