// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/readiness.h>
#include <corace/sleep.h>
#include <corace/stream_socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace corace {

namespace {
[[nodiscard]] bool would_block(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK; }
} // namespace

stream_socket::stream_socket(int descriptor, std::string peer) : descriptor_(descriptor), peer_(std::move(peer)) {
  const int flags = ::fcntl(descriptor_, F_GETFL);
  if (flags >= 0 && ::fcntl(descriptor_, F_SETFL, flags | O_NONBLOCK) >= 0)
    return;
  const int error = errno;
  close();
  fail("a socket for", error);
}

void stream_socket::fail(const char *operation, int error) const {
  throw std::system_error(error, std::generic_category(), std::string("corace: ") + operation + " " + peer_);
}

void stream_socket::close() noexcept {
  if (descriptor_ < 0)
    return;
  forget_descriptor(descriptor_);
  ::close(std::exchange(descriptor_, -1));
}

task<std::size_t> stream_socket::read_some(std::span<char> into) {
  if (into.empty())
    throw std::invalid_argument("corace::stream_socket::read_some: no place to read to");
  if (detail::strict_here())
    co_await yield();
  if (!unread_.empty()) {
    const std::size_t count = std::min(into.size(), unread_.size());
    std::copy_n(unread_.begin(), count, into.begin());
    unread_.erase(0, count);
    co_return count;
  }
  for (;;) {
    if (descriptor_ < 0)
      fail("read from", EBADF);
    const ssize_t got = ::recv(descriptor_, into.data(), into.size(), 0);
    if (got >= 0)
      co_return static_cast<std::size_t>(got);
    if (would_block(errno))
      co_await wait_readable(descriptor_);
    else if (errno != EINTR)
      fail("read from", errno);
  }
}

// What comes goes to unread_, so that a reader that is cancelled in between loses nothing. Nothing: none is there yet.
std::optional<bool> stream_socket::receive() {
  std::array<char, 4096> place;
  for (;;) {
    if (descriptor_ < 0)
      fail("read from", EBADF);
    const ssize_t got = ::recv(descriptor_, place.data(), place.size(), 0);
    if (got >= 0) {
      unread_.append(place.data(), static_cast<std::size_t>(got));
      return got > 0;
    }
    if (would_block(errno))
      return std::nullopt;
    if (errno != EINTR)
      fail("read from", errno);
  }
}

task<bool> stream_socket::fill() {
  for (;;) {
    if (const std::optional<bool> more = receive())
      co_return *more;
    co_await wait_readable(descriptor_);
  }
}

std::string stream_socket::take(std::size_t count) {
  std::string taken = unread_.substr(0, count);
  unread_.erase(0, count);
  return taken;
}

task<std::string> stream_socket::read_exactly(std::size_t count) {
  if (detail::strict_here())
    co_await yield();
  while (unread_.size() < count)
    if (const bool more = co_await fill(); !more)
      throw incomplete_read("corace: read from " + peer_ + ": the stream ended after " +
                            std::to_string(unread_.size()) + " of " + std::to_string(count) + " bytes");
  co_return take(count);
}

task<std::string> stream_socket::read_until(std::string delimiter, std::size_t limit) {
  if (delimiter.empty())
    throw std::invalid_argument("corace::stream_socket::read_until: the delimiter is empty");
  if (detail::strict_here())
    co_await yield();
  std::size_t searched = 0;
  for (;;) {
    if (const std::size_t found = unread_.find(delimiter, searched); found != std::string::npos) {
      if (found + delimiter.size() > limit)
        break;
      co_return take(found + delimiter.size());
    }
    if (unread_.size() >= limit)
      break;
    searched = unread_.size() - std::min(unread_.size(), delimiter.size() - 1);
    if (const bool more = co_await fill(); !more)
      throw incomplete_read("corace: read from " + peer_ + ": the stream ended before the delimiter, after " +
                            std::to_string(unread_.size()) + " bytes");
  }
  throw std::length_error("corace: read from " + peer_ + ": no delimiter within " + std::to_string(limit) + " bytes");
}

task<std::string> stream_socket::read_all() {
  if (detail::strict_here())
    co_await yield();
  for (bool more = true; more;)
    more = co_await fill();
  co_return take(unread_.size());
}

task<void> stream_socket::write_all(std::string_view bytes) {
  if (detail::strict_here())
    co_await yield();
  while (!bytes.empty()) {
    if (descriptor_ < 0)
      fail("write to", EBADF);
    const ssize_t put = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(put));
    else if (would_block(errno))
      co_await wait_writable(descriptor_);
    else if (errno != EINTR)
      fail("write to", errno);
  }
}

void stream_socket::shutdown_write() {
  if (descriptor_ < 0)
    fail("shut down the way to", EBADF);
  if (::shutdown(descriptor_, SHUT_WR) < 0)
    fail("shut down the way to", errno);
}

std::pair<stream_socket, stream_socket> socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) < 0)
    throw std::system_error(errno, std::generic_category(), "corace: socket_pair");
  stream_socket first(ends[0], "the second end of a socket pair");
  return {std::move(first), stream_socket(ends[1], "the first end of a socket pair")};
}

} // namespace corace
