// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/detail/reactor.h>

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
} // namespace

reactor::reactor()
    : epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.ptr = nullptr;
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
  for (int i = 0; i < count; ++i)
    if (!events[static_cast<std::size_t>(i)].data.ptr) {
      std::uint64_t calls = 0; // as if it had not been called: a failure means just that
      [[maybe_unused]] const auto got = ::read(wake_, &calls, sizeof calls);
    }
}

void reactor::wake() noexcept {
  const int saved = errno; // a signal handler may be calling
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto put = ::write(wake_, &one, sizeof one); // fails only when it is due already
  errno = saved;
}

} // namespace corace::detail
