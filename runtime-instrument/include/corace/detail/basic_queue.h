// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything of queue, lifo_queue and priority_queue but the order of the items. See queue.h.
#pragma once

#include <corace/detail/queue_base.h>

#include <concepts>
#include <optional>
#include <utility>

namespace corace::detail {

/// `Items` has push(), pop(), clear() and for_each().
template <class T, class Items> class basic_queue : public queue_base {
  static_assert(std::is_object_v<T> && !std::is_const_v<T> && std::is_move_constructible_v<T>,
                "corace: the items of a queue are objects that can be moved");

public:
  using value_type = T;

  class get_awaiter;
  template <class U> class put_awaiter;

  /// The next item; waits for one where there is none. Throws queue_shutdown where there is none and none will come.
  [[nodiscard("an item is got by co_await")]] get_awaiter get() noexcept { return get_awaiter(*this); }
  /// Adds an item; waits for room where there is none. Throws queue_shutdown after shutdown(). What is put is moved or
  /// copied in the moment in which it is delivered: where this await throws, `item` is as it was.
  template <class U = T>
    requires std::constructible_from<T, U &&>
  [[nodiscard("an item is put by co_await")]] put_awaiter<U> put(U &&item) noexcept {
    return put_awaiter<U>(*this, std::forward<U>(item));
  }

  /// Throws queue_shutdown, or queue_empty where there is no item.
  T get_nowait() {
    if (!has_item()) [[unlikely]]
      refuse_empty("get_nowait()");
    return take();
  }
  /// Throws queue_shutdown, or queue_full where there is no room; `item` is as it was then.
  template <class U = T>
    requires std::constructible_from<T, U &&>
  void put_nowait(U &&item) {
    if (shut_down_ || !has_room() || seems_full()) [[unlikely]]
      refuse_full("put_nowait()");
    store(std::forward<U>(item));
  }
  /// Nothing where there is no item.
  [[nodiscard]] std::optional<T> try_get() {
    std::optional<T> item;
    if (!has_item()) {
      note(sync_event::look);
      return item;
    }
    item.emplace(take());
    return item;
  }
  /// False where there is no room and after shutdown(); `item` is as it was then.
  template <class U = T>
    requires std::constructible_from<T, U &&>
  [[nodiscard]] bool try_put(U &&item) {
    if (shut_down_ || !has_room() || seems_full()) {
      note(sync_event::look);
      return false;
    }
    store(std::forward<U>(item));
    return true;
  }

  /// Nothing is put any more; what is there can still be got. `immediate`: what is there is dropped, and counts as
  /// done. All who wait go on. May be repeated, also with `immediate` after without.
  void shutdown(bool immediate = false) {
    begin_shutdown(immediate);
    if (immediate)
      items_.clear();
  }

  /// "queue 'q' of at most 3: 2 items [1, 2], 1 getter waits, 2 unfinished".
  [[nodiscard]] friend std::string to_string(const basic_queue &q) {
    std::string items;
    if constexpr (has_text<T>) {
      q.items_.for_each([&](const T &each) { items += (items.empty() ? "" : ", ") + text_of(each); });
    }
    return q.describe(items);
  }

protected:
  template <class... Arguments>
  basic_queue(const char *kind, std::ptrdiff_t max_size, const char *name, Arguments &&...of_items)
      : queue_base(kind, max_size, name), items_(std::forward<Arguments>(of_items)...) {}
  ~basic_queue() = default;

private:
  T take();
  template <class U> void store(U &&item);

  Items items_;
};

template <class T, class Items> T basic_queue<T, Items>::take() {
  if constexpr (std::is_nothrow_move_constructible_v<T>) {
    T item(items_.pop());
    removed();
    return item;
  } else {
    try {
      T item(items_.pop());
      removed();
      return item;
    } catch (...) {
      pass_item_on();
      throw;
    }
  }
}

template <class T, class Items> template <class U> void basic_queue<T, Items>::store(U &&item) {
  try {
    items_.push(std::forward<U>(item));
  } catch (...) {
    pass_room_on();
    throw;
  }
  added();
}

template <class T, class Items> class basic_queue<T, Items>::get_awaiter : public getter {
public:
  explicit get_awaiter(basic_queue &queue) noexcept : getter(queue) {}
  bool await_ready() const noexcept { return (queue().has_item() || queue().shut_down_) && !strict_here(); }
  void await_suspend(task_coroutine innermost) { this->wait_for_item(innermost); }
  T await_resume() {
    if (this->task)
      this->end_wait_for_item();
    if (!queue().has_item()) [[unlikely]]
      queue().refuse_shut_down("get()");
    return queue().take();
  }

private:
  [[nodiscard]] basic_queue &queue() const noexcept { return static_cast<basic_queue &>(this->queue_); }
};

template <class T, class Items> template <class U> class basic_queue<T, Items>::put_awaiter : public putter {
public:
  put_awaiter(basic_queue &queue, U &&item) noexcept : putter(queue), item_(std::forward<U>(item)) {}
  bool await_ready() const noexcept {
    return (queue().shut_down_ || (queue().has_room() && !queue().seems_full())) && !strict_here();
  }
  void await_suspend(task_coroutine innermost) { this->wait_for_room(innermost); }
  void await_resume() {
    if (this->task)
      this->end_wait_for_room();
    if (queue().shut_down_) [[unlikely]]
      queue().refuse_shut_down("put()");
    queue().store(std::forward<U>(item_));
  }

private:
  [[nodiscard]] basic_queue &queue() const noexcept { return static_cast<basic_queue &>(this->queue_); }
  U &&item_; ///< the caller's, until it is delivered
};

} // namespace corace::detail
