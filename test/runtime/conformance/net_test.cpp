// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Descriptors and sockets, over the loopback. Each test runs on both clocks.
#include "support.h"

#include <array>
#include <system_error>

#include <unistd.h>

namespace corace::test {
namespace {

class net : public testing::TestWithParam<run_options::time> {
protected:
  void in_loop(task<void> main, bool strict = false) {
    run_options options;
    options.clock = GetParam();
    options.strict = strict;
    run(std::move(main), options);
  }
};
INSTANTIATE_TEST_SUITE_P(clock, net, testing::Values(run_options::time::virtual_, run_options::time::real),
                         [](const auto &each) { return each.param == run_options::time::real ? "real" : "virtual"; });

/// The error that awaiting it ends with.
template <class T> task<std::error_code> error_of(task<T> what, std::string *message = nullptr) {
  try {
    (void)co_await std::move(what);
  } catch (const std::system_error &e) {
    if (message)
      *message = e.what();
    co_return e.code();
  }
  co_return std::error_code();
}
template <> task<std::error_code> error_of(task<void> what, std::string *message) {
  return error_of<int>(
      [](task<void> w) -> task<int> {
        co_await std::move(w);
        co_return 0;
      }(std::move(what)),
      message);
}

task<void> echo(tcp_stream peer) {
  std::array<char, 64> place;
  while (const std::size_t count = co_await peer.read_some(place))
    co_await peer.write_all({place.data(), count});
}

task<void> serve(tcp_listener &at, int clients) {
  task_group group;
  for (int i = 0; i < clients; ++i)
    group.create_task(echo(co_await at.accept())).detach();
  co_await group.join();
}

task<void> talk(std::uint16_t port, int number) {
  auto stream = co_await tcp_stream::connect("127.0.0.1", port);
  for (int round = 0; round < 3; ++round) {
    const std::string line = "client " + std::to_string(number) + " round " + std::to_string(round) + "\n";
    co_await stream.write_all(line);
    EXPECT_EQ(co_await stream.read_until("\n"), line);
  }
  stream.shutdown_write();
  EXPECT_EQ(co_await stream.read_all(), "");
}

task<void> hundred_clients() {
  tcp_listener listener;
  EXPECT_NE(listener.port(), 0);
  auto server = create_task(serve(listener, 100), "server");
  std::vector<task<void>> clients;
  for (int i = 0; i < 100; ++i)
    clients.push_back(talk(listener.port(), i));
  co_await gather(std::move(clients));
  co_await server;
}

TEST_P(net, an_echo_server_serves_a_hundred_clients) { in_loop(hundred_clients()); }
TEST_P(net, the_same_where_every_await_gives_up_a_turn) { in_loop(hundred_clients(), true); }

TEST_P(net, more_than_fits_is_written_piece_by_piece) {
  in_loop([]() -> task<void> {
    auto [a, b] = socket_pair();
    std::string much(std::size_t{4} << 20, ' ');
    for (std::size_t i = 0; i < much.size(); ++i)
      much[i] = static_cast<char>('a' + i % 23);
    auto writer = create_task([](stream_socket &s, const std::string &text) -> task<void> {
      co_await s.write_all(text);
      s.shutdown_write();
    }(a, much));
    EXPECT_EQ(co_await b.read_exactly(1000), much.substr(0, 1000));
    EXPECT_TRUE(co_await b.read_all() == much.substr(1000));
    co_await writer;
  }());
}

TEST_P(net, after_a_half_close_the_other_way_stays_open) {
  in_loop([]() -> task<void> {
    tcp_listener listener;
    auto client = co_await tcp_stream::connect("localhost", listener.port());
    auto server = co_await listener.accept();
    co_await client.write_all("question");
    client.shutdown_write();
    EXPECT_EQ(co_await server.read_all(), "question");
    co_await server.write_all("answer");
    server.close();
    EXPECT_EQ(co_await client.read_all(), "answer");
    EXPECT_EQ(co_await error_of(client.write_all("more")), std::errc::broken_pipe);
  }());
}

TEST_P(net, writing_to_nobody_is_an_error_and_no_signal) {
  in_loop([]() -> task<void> {
    auto [a, b] = socket_pair();
    b.close();
    std::string message;
    EXPECT_EQ(co_await error_of(a.write_all("x"), &message), std::errc::broken_pipe);
    EXPECT_NE(message.find("write to the second end of a socket pair"), std::string::npos) << message;
    EXPECT_EQ(co_await a.read_all(), "");
    a.close();
    a.close();
    EXPECT_FALSE(a.is_open());
    EXPECT_EQ(co_await error_of(a.read_all()), std::errc::bad_file_descriptor);
  }());
}

TEST_P(net, a_refused_connection_names_the_endpoint) {
  in_loop([]() -> task<void> {
    std::uint16_t port = 0;
    {
      const tcp_listener gone;
      port = gone.port();
    }
    std::string message;
    EXPECT_EQ(co_await error_of(tcp_stream::connect("127.0.0.1", port), &message), std::errc::connection_refused);
    EXPECT_NE(message.find("connect to 127.0.0.1:" + std::to_string(port)), std::string::npos) << message;
  }());
  const tcp_listener taken;
  EXPECT_THROW(tcp_listener{taken.port()}, std::system_error);
  EXPECT_THROW(tcp_listener(0, "no number"), std::system_error);
}

TEST_P(net, cancellation_loses_neither_connections_nor_bytes) {
  in_loop([]() -> task<void> {
    tcp_listener listener;
    auto accepting = create_task(listener.accept());
    co_await turns(3);
    EXPECT_NE(to_string(accepting).find("to be readable"), std::string::npos) << to_string(accepting);
    accepting.cancel();
    EXPECT_TRUE(co_await ends_cancelled(accepting));
    auto client = co_await tcp_stream::connect("127.0.0.1", listener.port());
    auto server = co_await listener.accept();

    co_await client.write_all("abc");
    auto reading = create_task(server.read_exactly(6)); // three have come
    while (to_string(reading).find("to be readable") == std::string::npos)
      co_await yield();
    reading.cancel();
    EXPECT_TRUE(co_await ends_cancelled(reading));
    co_await client.write_all("def");
    EXPECT_EQ(co_await server.read_exactly(6), "abcdef");

    auto [a, b] = socket_pair();
    const std::string much(std::size_t{4} << 20, 'x');
    auto stuck = create_task(a.write_all(much));
    while (to_string(stuck).find("to be writable") == std::string::npos)
      co_await yield();
    stuck.cancel();
    EXPECT_TRUE(co_await ends_cancelled(stuck));
    a.close();
    const std::size_t came = (co_await b.read_all()).size();
    EXPECT_GT(came, 0U);
    EXPECT_LT(came, much.size());
  }());
}

TEST_P(net, a_stream_that_ends_early_keeps_what_has_come) {
  in_loop([]() -> task<void> {
    auto [a, b] = socket_pair();
    co_await a.write_all("abc");
    a.close();
    bool incomplete = false;
    try {
      (void)co_await b.read_exactly(5);
    } catch (const incomplete_read &e) {
      incomplete = true;
      EXPECT_NE(std::string(e.what()).find("after 3 of 5 bytes"), std::string::npos) << e.what();
    }
    EXPECT_TRUE(incomplete);
    EXPECT_EQ(co_await b.read_exactly(3), "abc");
    auto [c, d] = socket_pair();
    co_await c.write_all("no delimiter");
    bool too_long = false;
    try {
      (void)co_await d.read_until("\r\n", 5);
    } catch (const std::length_error &) {
      too_long = true;
    }
    EXPECT_TRUE(too_long);
    co_await c.write_all("\r\nrest");
    EXPECT_EQ(co_await d.read_until("\r\n"), "no delimiter\r\n");
    EXPECT_EQ(co_await d.read_exactly(4), "rest");
  }());
}

TEST_P(net, one_task_waits_for_a_direction_and_closing_tells_it) {
  in_loop([]() -> task<void> {
    auto [a, b] = socket_pair();
    auto first = create_task(error_of(a.read_all()), "first");
    co_await turns(2);
    bool refused = false;
    try {
      co_await wait_readable(a.native_handle());
    } catch (const usage_error &e) {
      refused = true;
      EXPECT_NE(std::string(e.what()).find("task 'first' waits already"), std::string::npos) << e.what();
    }
    EXPECT_TRUE(refused);
    co_await wait_writable(a.native_handle()); // the other direction is free
    a.close();
    EXPECT_EQ(co_await first, std::errc::operation_canceled);
  }());
}

TEST_P(net, readiness_of_a_pipe) {
  in_loop([]() -> task<void> {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    auto reader = create_task([](int from) -> task<char> {
      co_await wait_readable(from);
      char c = 0;
      EXPECT_EQ(::read(from, &c, 1), 1);
      co_return c;
    }(ends[0]));
    co_await wait_writable(ends[1]);
    EXPECT_FALSE(reader.done());
    EXPECT_EQ(::write(ends[1], "x", 1), 1);
    EXPECT_EQ(co_await reader, 'x');
    ::close(ends[1]);
    co_await wait_readable(ends[0]); // the end
    ::close(ends[0]);
    bool bad = false;
    try {
      co_await wait_readable(-1);
    } catch (const std::system_error &e) {
      bad = e.code() == std::errc::bad_file_descriptor;
    }
    EXPECT_TRUE(bad);
  }());
}

TEST_P(net, a_descriptor_number_that_comes_back_is_another_file) {
  in_loop([]() -> task<void> {
    for (int round = 0; round < 20; ++round) {
      auto [a, b] = socket_pair();
      auto reader = create_task(b.read_exactly(1));
      co_await turns(2);
      if (round % 3 == 0) {
        reader.cancel();
        EXPECT_TRUE(co_await ends_cancelled(reader));
        continue;
      }
      co_await a.write_all("x");
      EXPECT_EQ(co_await reader, "x");
    }
  }());
}

TEST_P(net, a_timer_fires_while_somebody_waits_for_a_descriptor) {
  in_loop([]() -> task<void> {
    auto [a, b] = socket_pair();
    auto reader = create_task(b.read_all());
    const auto before = std::chrono::steady_clock::now();
    const auto loop_before = loop_clock::now();
    co_await sleep_for(3ms);
    EXPECT_GE(std::chrono::steady_clock::now() - before, 2ms); // time passes at its real speed
    EXPECT_GE(loop_clock::now() - loop_before, 3ms);
    reader.cancel();
    EXPECT_TRUE(co_await ends_cancelled(reader));
  }());
}

TEST(real_time, a_sleep_takes_its_time) {
  run_options options;
  options.clock = run_options::time::real;
  const auto before = std::chrono::steady_clock::now();
  run([]() -> task<void> { co_await sleep_for(5ms); }(), options);
  EXPECT_GE(std::chrono::steady_clock::now() - before, 5ms);
}

TEST(net_types, streams_are_moved_and_not_copied) {
  static_assert(std::is_nothrow_move_constructible_v<tcp_stream> && !std::is_copy_constructible_v<tcp_stream>);
  static_assert(std::is_nothrow_move_constructible_v<tcp_listener> && !std::is_copy_constructible_v<tcp_listener>);
}

} // namespace
} // namespace corace::test
