// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/errors.h>
#include <corace/readiness.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <system_error>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace corace::detail {

namespace {
[[nodiscard]] int checked(int result, const char *what) {
  if (result < 0)
    throw std::system_error(errno, std::generic_category(), std::string("corace: ") + what);
  return result;
}

/// In milliseconds, rounded up: a wait that ends early would only be repeated.
[[nodiscard]] int to_milliseconds(std::optional<std::chrono::nanoseconds> limit) noexcept {
  if (!limit)
    return -1;
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(*limit).count();
  return whole <= 0                                ? 0
         : whole > std::numeric_limits<int>::max() ? std::numeric_limits<int>::max()
                                                   : static_cast<int>(whole);
}

// What epoll tells of a descriptor is the number itself; of the wake-up it is this.
constexpr std::uint64_t wake_up = ~std::uint64_t{0};

[[nodiscard]] constexpr std::uint32_t events_of(direction wanted) noexcept {
  return wanted == direction::read ? static_cast<std::uint32_t>(EPOLLIN) | EPOLLRDHUP
                                   : static_cast<std::uint32_t>(EPOLLOUT);
}
} // namespace

reactor::reactor()
    : epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.u64 = wake_up;
  (void)checked(::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &wanted), "epoll_ctl");
}

reactor::~reactor() {
  ::close(wake_);
  ::close(epoll_);
}

void reactor::wait(std::optional<std::chrono::nanoseconds> limit) {
  std::array<epoll_event, 64> events;
  const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), to_milliseconds(limit));
  if (count < 0 && errno != EINTR)
    throw std::system_error(errno, std::generic_category(), "corace: epoll_wait");
  for (int i = 0; i < count; ++i) {
    const epoll_event &each = events[static_cast<std::size_t>(i)];
    if (each.data.u64 == wake_up) {
      std::uint64_t calls = 0; // as if it had not been called: a failure means just that
      [[maybe_unused]] const auto got = ::read(wake_, &calls, sizeof calls);
    } else {
      ready(static_cast<int>(each.data.u64), each.events);
    }
  }
}

void reactor::wake() noexcept {
  const int saved = errno; // a signal handler may be calling
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto put = ::write(wake_, &one, sizeof one); // fails only when it is due already
  errno = saved;
}

// The kernel forgets a descriptor that is closed, so what we believe may be wrong both ways. The error number, or 0.
int reactor::ask(int descriptor, std::uint32_t events) noexcept {
  entry &of = entries_[static_cast<std::size_t>(descriptor)];
  epoll_event wanted{};
  wanted.events = events;
  wanted.data.u64 = static_cast<std::uint64_t>(descriptor);
  const int first = events == 0 ? EPOLL_CTL_DEL : of.asked ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  int result = ::epoll_ctl(epoll_, first, descriptor, &wanted);
  if (result < 0 && events != 0 && (errno == ENOENT || errno == EEXIST))
    result = ::epoll_ctl(epoll_, errno == ENOENT ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &wanted);
  of.asked = result < 0 ? 0 : events;
  return result < 0 ? errno : 0;
}

void reactor::add(descriptor_wait &waiting) {
  const int descriptor = waiting.descriptor_;
  if (descriptor < 0)
    throw std::system_error(EBADF, std::generic_category(), "corace: " + waiting.title());
  if (entries_.size() <= static_cast<std::size_t>(descriptor))
    entries_.resize(static_cast<std::size_t>(descriptor) + 1);
  entry &of = entries_[static_cast<std::size_t>(descriptor)];
  descriptor_wait *&place = of.waiting[static_cast<std::size_t>(waiting.wanted_)];
  if (place)
    throw usage_error("corace: " + waiting.title() + ", for which task '" + place->task->name() + "' waits already");
  // Always said anew: the number may be another file's by now.
  std::uint32_t events = events_of(waiting.wanted_);
  if (const descriptor_wait *other = of.waiting[1 - static_cast<std::size_t>(waiting.wanted_)])
    events |= events_of(other->wanted_);
  if (const int error = ask(descriptor, events))
    throw std::system_error(error, std::generic_category(), "corace: " + waiting.title());
  place = &waiting;
  waiting.registered_ = this;
  ++watched_;
}

void reactor::remove(descriptor_wait &waiting) noexcept {
  waiting.registered_ = nullptr;
  entries_[static_cast<std::size_t>(waiting.descriptor_)].waiting[static_cast<std::size_t>(waiting.wanted_)] = nullptr;
  --watched_;
}

void reactor::tell(descriptor_wait *&waiting, bool closed) noexcept {
  descriptor_wait *told = std::exchange(waiting, nullptr);
  if (!told)
    return;
  --watched_;
  told->registered_ = nullptr;
  told->closed_ = closed;
  told->outcome = wait_node::state::woken;
  told->task->loop->wake(*told->task);
}

void reactor::ready(int descriptor, std::uint32_t events) noexcept {
  entry &of = entries_[static_cast<std::size_t>(descriptor)];
  const bool both = (events & (EPOLLERR | EPOLLHUP)) != 0;
  for (const direction each : {direction::read, direction::write})
    if (both || (events & events_of(each)))
      tell(of.waiting[static_cast<std::size_t>(each)], false);
  std::uint32_t left = 0;
  for (const descriptor_wait *each : of.waiting)
    if (each)
      left |= events_of(each->wanted_);
  (void)ask(descriptor, left); // it would be told again and again
}

void reactor::forget(int descriptor) noexcept {
  if (descriptor < 0 || entries_.size() <= static_cast<std::size_t>(descriptor))
    return;
  entry &of = entries_[static_cast<std::size_t>(descriptor)];
  if (of.asked)
    (void)ask(descriptor, 0);
  for (descriptor_wait *&each : of.waiting)
    tell(each, true);
}

// The wait.

const wait_operations descriptor_wait::operations = {[](wait_node &node) noexcept {
                                                       auto &self = static_cast<descriptor_wait &>(node);
                                                       if (!self.registered_)
                                                         return false; // it is on its way
                                                       self.registered_->remove(self);
                                                       self.outcome = state::cancelled;
                                                       self.task->loop->wake(*self.task);
                                                       return true;
                                                     },
                                                     [](const wait_node &node) {
                                                       const auto &self = static_cast<const descriptor_wait &>(node);
                                                       return "descriptor " + std::to_string(self.descriptor_) +
                                                              (self.wanted_ == direction::read ? " to be readable"
                                                                                               : " to be writable");
                                                     }};

std::string descriptor_wait::title() const {
  return "task '" + task->name() + "' waits for " + operations.describe(*this);
}

descriptor_wait::~descriptor_wait() {
  if (registered_)
    registered_->remove(*this);
}

void descriptor_wait::await_suspend(detail::task_coroutine innermost) {
  task_state &self = running_task("wait_readable()");
  task = &self; // for messages
  try {
    self.loop->outside().add(*this);
  } catch (...) {
    task = nullptr;
    throw;
  }
  self.loop->park(*this, innermost);
}

void descriptor_wait::await_resume() {
  const std::string message = closed_ ? "corace: " + title() + ", which was closed" : std::string();
  if (end_wait(*this))
    throw_cancelled();
  if (closed_)
    throw std::system_error(std::make_error_code(std::errc::operation_canceled), message);
}

} // namespace corace::detail

void corace::forget_descriptor(int descriptor) noexcept {
  if (event_loop *loop = event_loop::current())
    loop->forget_descriptor(descriptor);
}
