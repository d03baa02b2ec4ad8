// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <corace/readiness.h>
#include <corace/sleep.h>
#include <corace/tcp_listener.h>
#include <corace/to_thread.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace corace {

namespace {
struct address {
  sockaddr_storage place{};
  socklen_t size = 0;
  [[nodiscard]] sockaddr *get() noexcept { return reinterpret_cast<sockaddr *>(&place); }
  [[nodiscard]] const sockaddr *get() const noexcept { return reinterpret_cast<const sockaddr *>(&place); }
};

[[nodiscard]] std::string endpoint(const std::string &host, std::uint16_t port) {
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}
[[nodiscard]] std::string endpoint(const address &of) {
  std::array<char, NI_MAXHOST> host;
  std::array<char, NI_MAXSERV> port;
  if (::getnameinfo(of.get(), of.size, host.data(), host.size(), port.data(), port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "an unknown address";
  return endpoint(host.data(), static_cast<std::uint16_t>(std::stoi(port.data())));
}

[[noreturn]] void refuse(const std::string &what, int error) {
  throw std::system_error(error, std::generic_category(), "corace: " + what);
}

/// Throws std::system_error; empty where `numbers_only` and it is a name.
[[nodiscard]] std::vector<address> look_up(const std::string &host, std::uint16_t port, bool numbers_only) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV | (numbers_only ? AI_NUMERICHOST : 0);
  addrinfo *found = nullptr;
  const int result = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  std::vector<address> all;
  if (result == EAI_NONAME && numbers_only)
    return all;
  if (result == EAI_SYSTEM)
    refuse("look up " + host, errno);
  if (result != 0)
    throw std::system_error(std::make_error_code(std::errc::address_not_available),
                            "corace: look up " + host + ": " + ::gai_strerror(result));
  for (const addrinfo *each = found; each; each = each->ai_next) {
    address one;
    one.size = each->ai_addrlen;
    std::copy_n(reinterpret_cast<const char *>(each->ai_addr), one.size, reinterpret_cast<char *>(&one.place));
    all.push_back(one);
  }
  return all;
}

/// Closes a socket that does not become a stream.
class raw_socket {
public:
  explicit raw_socket(int descriptor) noexcept : descriptor_(descriptor) {}
  raw_socket(const address &to, const std::string &what)
      : descriptor_(::socket(to.place.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    if (descriptor_ < 0)
      refuse(what, errno);
  }
  raw_socket(const raw_socket &) = delete;
  raw_socket &operator=(const raw_socket &) = delete;
  ~raw_socket() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
  }
  [[nodiscard]] int get() const noexcept { return descriptor_; }
  [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }

private:
  int descriptor_;
};

void send_at_once(int descriptor) noexcept {
  const int on = 1; // a request should not wait for the answer to the one before
  (void)::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// The error number; 0: it is connected.
[[nodiscard]] task<int> connect_to(int descriptor, const address &to) {
  if (::connect(descriptor, to.get(), to.size) == 0)
    co_return 0;
  if (errno != EINPROGRESS && errno != EINTR)
    co_return errno;
  co_await wait_writable(descriptor);
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
    error = errno;
  co_return error;
}
} // namespace

task<tcp_stream> tcp_stream::connect(std::string host, std::uint16_t port) {
  if (detail::strict_here())
    co_await yield();
  auto all = look_up(host, port, true);
  if (all.empty())
    all = co_await to_thread(look_up, host, port, false);
  const std::string what = "connect to " + endpoint(host, port);
  int error = EADDRNOTAVAIL;
  for (const address &each : all) {
    raw_socket socket(each, what);
    error = co_await connect_to(socket.get(), each);
    if (error != 0)
      continue;
    send_at_once(socket.get());
    std::string peer = endpoint(each);
    co_return tcp_stream(socket.release(), std::move(peer));
  }
  refuse(what, error);
}

tcp_listener::tcp_listener(std::uint16_t port, const std::string &host) : name_(endpoint(host, port)) {
  const std::string what = "listen at " + name_;
  const auto all = look_up(host, port, true);
  if (all.empty())
    throw std::system_error(std::make_error_code(std::errc::address_not_available),
                            "corace: " + what + ": the address is not a number");
  raw_socket socket(all.front(), what);
  const int on = 1;
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  address own;
  own.size = sizeof own.place;
  if (::bind(socket.get(), all.front().get(), all.front().size) < 0 || ::listen(socket.get(), SOMAXCONN) < 0 ||
      ::getsockname(socket.get(), own.get(), &own.size) < 0)
    refuse(what, errno);
  port_ = own.place.ss_family == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6 &>(own.place).sin6_port)
                                          : ntohs(reinterpret_cast<const sockaddr_in &>(own.place).sin_port);
  name_ = endpoint(host, port_);
  descriptor_ = socket.release();
}

void tcp_listener::close() noexcept {
  if (descriptor_ < 0)
    return;
  forget_descriptor(descriptor_);
  ::close(std::exchange(descriptor_, -1));
}

task<tcp_stream> tcp_listener::accept() {
  if (detail::strict_here())
    co_await yield();
  for (;;) {
    if (descriptor_ < 0)
      refuse("accept at " + name_, EBADF);
    address from;
    from.size = sizeof from.place;
    raw_socket fresh(::accept4(descriptor_, from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fresh.get() >= 0) {
      send_at_once(fresh.get());
      std::string peer = endpoint(from);
      co_return tcp_stream(fresh.release(), std::move(peer));
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      co_await wait_readable(descriptor_);
    else if (errno != EINTR && errno != ECONNABORTED)
      refuse("accept at " + name_, errno);
  }
}

} // namespace corace
