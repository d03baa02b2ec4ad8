// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/completion_queue.h>
#include <corace/errors.h>

namespace corace::detail {

completion_queue::member::turn::turn(member &m) noexcept : self(m) {
  fire = [](ready_node &node, bool run) {
    if (!run)
      return;
    member &ended = static_cast<turn &>(node).self;
    completion_queue &queue = *ended.owner;
    ended.told = true;
    if (--queue.untold_ == 0)
      queue.alarm_.stop();
    queue.put(static_cast<std::size_t>(&ended - queue.members_.data()));
  };
}

void completion_queue::begin(optional_delay limit) {
  event_loop &loop = event_loop::require("as_completed()");
  untold_ = left_;
  for (std::size_t i = 0; i < left_; ++i) {
    member &each = members_[i];
    each.owner = this;
    each.completed = [](completion &node, future_state &future) noexcept {
      future.loop->post(static_cast<member &>(node).at_end);
    };
    if (each.future->done())
      loop.post(each.at_end);
    else
      each.future->completions.push_back(each);
  }
  if (limit.value && left_ != 0)
    alarm_.start(loop, loop.now() + *limit.value, timer::purpose::limit, [](ready_node &node, bool run) {
      if (run)
        static_cast<alarm &>(static_cast<timer &>(node)).owner.expire();
    });
}

void completion_queue::expire() noexcept {
  for (member &each : members_)
    if (each.future && !std::exchange(each.told, true)) {
      each.unlink();
      each.at_end.unlink();
      put(late);
    }
  untold_ = 0;
}

std::size_t completion_queue::take() noexcept {
  if (const member::turn *first = ended_.pop_front())
    return static_cast<std::size_t>(&first->self - members_.data());
  --late_;
  return late;
}

void completion_queue::put(std::size_t item, bool back) noexcept {
  if (wait_node *first = waiters_.pop_front()) {
    static_cast<completion_wait *>(first)->item_ = item;
    first->outcome = wait_node::state::woken;
    first->task->loop->wake(*first->task);
  } else if (item == late) {
    ++late_;
  } else if (back) {
    ended_.push_front(members_[item].at_end);
  } else {
    ended_.push_back(members_[item].at_end);
  }
}

const wait_operations completion_wait::operations = {[](wait_node &node) noexcept {
                                                       if (node.outcome != state::waiting)
                                                         return false;
                                                       node.unlink();
                                                       node.outcome = state::cancelled;
                                                       node.task->loop->wake(*node.task);
                                                       return true;
                                                     },
                                                     [](const wait_node &node) {
                                                       const auto &queue =
                                                           *static_cast<const completion_wait &>(node).queue_;
                                                       return "the next to end of " + std::to_string(queue.untold_);
                                                     }};

completion_wait::~completion_wait() {
  if (!claimed_)
    return;
  ++queue_->left_;
  if (item_ != none)
    queue_->put(item_, true);
}

bool completion_wait::await_ready() noexcept {
  if (!claimed_ && queue_->left_ != 0) {
    --queue_->left_;
    claimed_ = true;
  }
  if (strict_here() || (claimed_ && queue_->empty()))
    return false;
  if (claimed_)
    item_ = queue_->take();
  return true;
}

void completion_wait::await_suspend(detail::task_coroutine innermost) {
  task_state &waiting = running_task("as_completed()");
  if (claimed_ && queue_->empty()) {
    queue_->waiters_.push_back(*this);
    return waiting.loop->park(*this, innermost);
  }
  if (claimed_)
    item_ = queue_->take();
  waiting.loop->yield(*this, innermost); // the loop is strict
}

std::size_t completion_wait::await_resume() {
  if (end_wait(*this))
    throw_cancelled(); // the destructor gives back what was handed over
  if (!std::exchange(claimed_, false))
    return none;
  if (item_ == completion_queue::late)
    throw timeout_error("the time limit of as_completed() has passed");
  const future_state &ended = (*queue_)[item_];
  note(sync_event::join, ended.identity());
  if (event_loop *loop = here.loop; loop && loop->observed() && loop->running()) [[unlikely]]
    ended.order_before(*loop->running());
  return item_;
}

} // namespace corace::detail
