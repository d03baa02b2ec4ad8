// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What queues are, whatever their items and whatever the order of these: who waits for an item, for room, or for the
// end of the work, and what becomes of it.
#pragma once

#include <corace/detail/sync_object.h>
#include <corace/errors.h>

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

namespace corace::detail {

class queue_base : public sync_object {
public:
  [[nodiscard]] std::size_t size() const noexcept {
    note(sync_event::look);
    return size_;
  }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// Never where there is no limit.
  [[nodiscard]] bool full() const noexcept { return size() >= limit_; }
  /// How many items it may hold; 0: any number.
  [[nodiscard]] std::size_t max_size() const noexcept { return limit_ == no_limit ? 0 : limit_; }
  [[nodiscard]] bool is_shut_down() const noexcept {
    note(sync_event::look);
    return shut_down_;
  }
  /// Items that were put and that no task_done() has answered.
  [[nodiscard]] std::size_t unfinished() const noexcept {
    note(sync_event::look);
    return unfinished_;
  }

  /// The work on an item that came out is done. Throws std::invalid_argument where all of it is done already.
  void task_done();

  class joiner;
  /// Waits until the work on each item that was put is done.
  [[nodiscard("the end of the work is waited for by co_await")]] joiner join() noexcept;

protected:
  static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

  queue_base(const char *kind, std::ptrdiff_t max_size, const char *name) noexcept
      : sync_object(kind, name), limit_(max_size > 0 ? static_cast<std::size_t>(max_size) : no_limit) {}
  /// Who still waits is told that the queue is gone.
  ~queue_base();

  [[nodiscard]] bool has_item() const noexcept { return size_ != 0; }
  [[nodiscard]] bool has_room() const noexcept { return size_ < limit_; }
  void added() noexcept {
    ++size_;
    ++unfinished_;
    note(sync_event::put);
    if (!getters_.empty())
      wake_first(getters_);
  }
  void removed() noexcept {
    --size_;
    note(sync_event::get);
    if (!putters_.empty())
      wake_first(putters_);
  }
  /// An item, or room, is there and was not used after all: the next one may.
  void pass_item_on() noexcept {
    if (has_item())
      wake_first(getters_);
  }
  void pass_room_on() noexcept {
    if (has_room())
      wake_first(putters_);
  }
  /// For the explorer: there is room, but it may be as if there were none.
  [[nodiscard]] bool seems_full() const noexcept {
    return CORACE_INSTRUMENT && limit_ != no_limit && here.loop && here.loop->order() &&
           decide(choice_kind::full, 2, name()) != 0;
  }
  /// `drop`: the items go, and count as done.
  void begin_shutdown(bool drop) noexcept;
  [[noreturn]] void refuse_empty(const char *call) const;
  [[noreturn]] void refuse_full(const char *call) const;
  [[noreturn]] void refuse_shut_down(const char *call) const;
  /// `items` is their list, or nothing where they have no text.
  [[nodiscard]] std::string describe(const std::string &items) const;

  /// Parked in one of the lines below. Its queue may go before its turn comes; then it stands in none.
  class waiter : public wait_node {
  protected:
    waiter(const wait_operations &ops, queue_base &queue) noexcept : wait_node(ops), queue_(queue) {}
    void wait(list<wait_node> &line, bool could_go_on, std::coroutine_handle<> innermost, const char *call);
    /// After a wait. Throws where it was cancelled; who had been let go on hands his turn on before.
    void end(void (queue_base::*hand_on)() noexcept);
    static bool cancel(wait_node &node) noexcept;
    friend class queue_base;
    queue_base &queue_;
  };
  class getter;
  class putter;

  bool shut_down_ = false;

private:
  void wake_first(list<wait_node> &line) noexcept;
  void wake_all(list<wait_node> &line) noexcept;
  [[nodiscard]] std::string caller(const char *call) const;

  std::size_t limit_;
  std::size_t size_ = 0;
  std::size_t unfinished_ = 0;
  list<wait_node> getters_, putters_, joiners_; ///< oldest first
  list<wait_node> woken_;                       ///< they have not had their turn
};

class queue_base::getter : public waiter {
protected:
  explicit getter(queue_base &queue) noexcept : waiter(operations, queue) {}
  void wait_for_item(std::coroutine_handle<> innermost);
  void end_wait_for_item() { end(&queue_base::pass_item_on); }

private:
  static const wait_operations operations;
};

class queue_base::putter : public waiter {
protected:
  explicit putter(queue_base &queue) noexcept : waiter(operations, queue) {}
  void wait_for_room(std::coroutine_handle<> innermost);
  void end_wait_for_room() { end(&queue_base::pass_room_on); }

private:
  static const wait_operations operations;
};

class queue_base::joiner : public waiter {
public:
  explicit joiner(queue_base &queue) noexcept : waiter(operations, queue) {}
  bool await_ready() const noexcept {
    queue_.note(sync_event::look);
    return queue_.unfinished_ == 0 && !strict_here();
  }
  void await_suspend(task_coroutine innermost);
  void await_resume() {
    if (task)
      end(nullptr);
  }

private:
  static const wait_operations operations;
};

inline queue_base::joiner queue_base::join() noexcept { return joiner(*this); }

/// The text of an item, where it has one: numbers, strings, and what has a to_string() of its own.
template <class T>
concept has_text = std::is_arithmetic_v<T> || std::is_convertible_v<const T &, std::string_view> ||
                   requires(const T &item) { std::string(to_string(item)); };

template <has_text T> [[nodiscard]] std::string text_of(const T &item) {
  if constexpr (std::is_convertible_v<const T &, std::string_view>)
    return "'" + std::string(std::string_view(item)) + "'";
  else {
    using std::to_string;
    return to_string(item);
  }
}

} // namespace corace::detail
