// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// tcp_stream: a stream_socket over TCP.
//
// connect() tries the addresses of the host one after another; a name, unlike a number, is looked up on another thread.
// A task that is cancelled meanwhile leaves nothing open. Everything else is that of stream_socket.h.
#pragma once

#include <corace/stream_socket.h>

#include <cstdint>

namespace corace {

class tcp_stream final : public stream_socket {
public:
  using stream_socket::stream_socket;
  /// Throws std::system_error that names the endpoint.
  [[nodiscard]] static task<tcp_stream> connect(std::string host, std::uint16_t port);
};

} // namespace corace
