// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/errors.h>
#include <corace/task_group.h>

namespace corace {

namespace {
/// Waits for the group's tasks; true: the wait was cancelled.
class quiet_wait : public detail::joint_wait {
public:
  using joint_wait::joint_wait;
  bool await_ready() const noexcept { return ready(); }
  void await_suspend(std::coroutine_handle<> innermost) { suspend(innermost); }
  bool await_resume() noexcept { return resume(); }
};

[[nodiscard]] exception_group group_of(std::vector<std::exception_ptr> errors) {
  std::string message =
      std::to_string(errors.size()) + (errors.size() == 1 ? " task" : " tasks") + " of a group failed";
  try {
    std::rethrow_exception(errors.front());
  } catch (const std::exception &e) {
    message += errors.size() == 1 ? ": " : "; the first: ";
    message += e.what();
  } catch (...) { // nothing more is known of it
  }
  return exception_group(message, std::move(errors));
}
} // namespace

task<void> task_group::join() { return join(nullptr, false); }

task<void> task_group::join(std::exception_ptr failure, bool cancelled) {
  detail::task_state &self = detail::running_task("task_group::join()");
  if (joint_.parent_cancelled && self.uncancel() == 0)
    cancelled = false; // the group itself cancelled the body
  if (failure || cancelled)
    cancel();
  bool absorbed = false;
  while (!joint_.over()) {
    if (!co_await quiet_wait(joint_))
      continue;
    if (joint_.shutting_down) {
      absorbed = true;
    } else {
      cancelled = true;
      cancel();
    }
  }
  joined_ = true;
  std::vector<std::exception_ptr> errors = joint_.errors();
  if (failure)
    errors.push_back(std::move(failure));
  if (errors.empty() && (cancelled || absorbed))
    detail::throw_cancelled();
  if (errors.empty())
    co_return;
  if ((cancelled || absorbed) && self.cancel_requests)
    self.must_cancel = true; // the request from outside is still due: the next await delivers it
  throw group_of(std::move(errors));
}

} // namespace corace
