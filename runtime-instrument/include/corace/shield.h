// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// shield(): a future that ends as a task or future does, and whose cancellation does not reach that one.
//
// A task<T> becomes a task first. What has ended already is given as it is. Else the end of the inner one queues a
// call-back that ends the shield, so that who awaits it goes on two ticks after the inner one's end. Cancellation of
// the shield, also that of a waiter, ends the shield at once: the waiter goes on, with cancelled_error, in the next
// tick, and the inner one goes on; if that fails later and nobody asks for it, it is reported. Cancellation of the
// inner one cancels the shield. Conformance: SH. Differs from asyncio: the result stands in the inner one, and is not
// copied.
#pragma once

#include <corace/create_task.h>

namespace corace {

namespace detail {
class shield_state final : public plain_future_state {
public:
  explicit shield_state(pointer<> inner) noexcept;
  bool cancel(std::string message = {}) noexcept override;
  [[nodiscard]] std::string title() const override;
  void order_before(task_state &next) const noexcept override { inner_->order_before(next); }

private:
  struct hook : completion {
    explicit hook(shield_state &shield) noexcept;
    shield_state &owner;
  };
  struct turn : ready_node {
    explicit turn(shield_state &shield) noexcept;
    shield_state &owner;
  };
  void finish() noexcept;

  pointer<> inner_;
  hook hook_{*this};
  turn turn_{*this};
};
} // namespace detail

template <class T> [[nodiscard]] future<T> shield(future<T> inner) {
  detail::check_loop(*inner.state(), "shield()");
  if (inner.done())
    return inner;
  return future<T>(
      detail::pointer<>(detail::pointer<detail::shield_state>::adopt(new detail::shield_state(inner.state()))));
}
template <class T> [[nodiscard]] future<T> shield(task_handle<T> inner) { return shield(future<T>(inner)); }
/// Throws usage_error where no loop runs.
template <class T> [[nodiscard]] future<T> shield(task<T> inner) { return shield(create_task(std::move(inner))); }

} // namespace corace
