// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// stream_socket: bytes to and from somebody, over a socket; socket_pair() makes two that are connected.
//
// Reading and writing do not suspend while the operating system has or takes bytes; else the loop posts the task when
// it does. One task at a time may read and one may write; a second one gets a usage_error. A reader that is cancelled
// loses nothing: what has come stays for the next read. A writer that is cancelled has written a part of its bytes,
// nobody knows which. Closing ends the waits of others with std::system_error (operation_canceled). Errors are
// std::system_error, and name the operation and the other end; nothing raises SIGPIPE. Differs from asyncio: stands for
// StreamReader and StreamWriter; a write is over when the operating system has the bytes.
#pragma once

#include <corace/task.h>

#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace corace {

/// The stream has ended before all was read that was asked for. That part stays in the stream.
class incomplete_read : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

class stream_socket {
public:
  /// Closed.
  stream_socket() noexcept = default;
  /// Takes a connected socket over and makes it non-blocking. `peer` is what messages call the other end.
  stream_socket(int descriptor, std::string peer);
  stream_socket(stream_socket &&other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), peer_(std::move(other.peer_)),
        unread_(std::move(other.unread_)) {}
  stream_socket &operator=(stream_socket &&other) noexcept {
    if (this != &other) {
      close();
      descriptor_ = std::exchange(other.descriptor_, -1);
      peer_ = std::move(other.peer_);
      unread_ = std::move(other.unread_);
    }
    return *this;
  }
  ~stream_socket() { close(); }

  /// At least one byte, at most as many as there is place for; 0 at the end of the stream.
  [[nodiscard]] task<std::size_t> read_some(std::span<char> into);
  /// Exactly `count` bytes; throws incomplete_read where the stream ends before.
  [[nodiscard]] task<std::string> read_exactly(std::size_t count);
  /// Up to and with the delimiter; throws incomplete_read where the stream ends before it, std::length_error where it
  /// does not come within `limit` bytes.
  [[nodiscard]] task<std::string> read_until(std::string delimiter, std::size_t limit = std::size_t{1} << 16);
  /// All that comes until the end of the stream.
  [[nodiscard]] task<std::string> read_all();
  /// The bytes have to stay until it is over.
  [[nodiscard]] task<void> write_all(std::string_view bytes);

  /// The other end sees the end of the stream; reading goes on.
  void shutdown_write();
  /// May be repeated.
  void close() noexcept;

  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  [[nodiscard]] int native_handle() const noexcept { return descriptor_; }
  [[nodiscard]] const std::string &peer() const noexcept { return peer_; }

private:
  /// Waits for bytes; false: the end of the stream.
  [[nodiscard]] task<bool> fill();
  [[nodiscard]] std::optional<bool> receive();
  [[nodiscard]] std::string take(std::size_t count);
  [[noreturn]] void fail(const char *operation, int error) const;

  int descriptor_ = -1;
  std::string peer_;
  std::string unread_; ///< has come, and nobody has taken it
};

[[nodiscard]] std::pair<stream_socket, stream_socket> socket_pair();

} // namespace corace
