// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// tcp_listener: waits for connections.
//
// accept() does not suspend where one has come already; else the loop posts the task when one comes. One task at a time
// may accept; a second one gets a usage_error. A task that is cancelled has taken no connection. Closing ends the wait
// with std::system_error (operation_canceled).
#pragma once

#include <corace/tcp_stream.h>

namespace corace {

class tcp_listener final {
public:
  /// Of this machine alone unless another address, as a number, is given. Port 0: any that is free, see port(). Throws
  /// std::system_error that names the endpoint.
  explicit tcp_listener(std::uint16_t port = 0, const std::string &address = "127.0.0.1");
  tcp_listener(tcp_listener &&other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), port_(other.port_), name_(std::move(other.name_)) {}
  tcp_listener &operator=(tcp_listener &&other) noexcept {
    if (this != &other) {
      close();
      descriptor_ = std::exchange(other.descriptor_, -1);
      port_ = other.port_;
      name_ = std::move(other.name_);
    }
    return *this;
  }
  ~tcp_listener() { close(); }

  [[nodiscard]] task<tcp_stream> accept();
  /// May be repeated.
  void close() noexcept;
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }

private:
  int descriptor_ = -1;
  std::uint16_t port_ = 0;
  std::string name_; ///< for messages
};

} // namespace corace
