// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support.h"

namespace corace::test {
namespace {

task<void> read(shared_mutex &m, texts &log, std::string name, int for_turns = 1) {
  auto lock = co_await m.lock_shared();
  log.push_back(name);
  co_await turns(for_turns);
}

task<void> write(shared_mutex &m, texts &log, std::string name, int for_turns = 1) {
  auto lock = co_await m.lock();
  log.push_back(name);
  co_await turns(for_turns);
}

TEST(shared_mutex, many_readers_or_one_writer_without_suspending_where_it_is_free) {
  run([]() -> task<void> {
    static constinit shared_mutex m{"m"};
    const auto before = ticks();
    {
      auto one = co_await m.lock_shared();
      EXPECT_TRUE(co_await m.lock_shared_manual());
      EXPECT_EQ(m.readers(), 2u);
      EXPECT_FALSE(m.try_lock());
      EXPECT_TRUE(m.try_lock_shared());
      m.unlock_shared();
      m.unlock_shared();
      EXPECT_EQ(m.readers(), 1u);
    }
    EXPECT_TRUE(co_await m.lock_manual());
    EXPECT_TRUE(m.locked());
    auto other = create_task([]() -> task<void> {
      EXPECT_FALSE(m.try_lock_shared());
      EXPECT_FALSE(m.try_lock());
      co_return;
    }());
    EXPECT_EQ(ticks(), before);
    co_await other;
    m.unlock();
    EXPECT_TRUE(m.try_lock());
    m.unlock();
  }());
}

TEST(shared_mutex, a_reader_behind_a_waiting_writer_waits_and_readers_go_together) {
  run([]() -> task<void> {
    shared_mutex m;
    texts log;
    auto lock = co_await m.lock_shared();
    auto w1 = create_task(write(m, log, "w1"));
    auto r1 = create_task(read(m, log, "r1", 5));
    auto r2 = create_task(read(m, log, "r2", 5));
    auto w2 = create_task(write(m, log, "w2"));
    auto r3 = create_task(read(m, log, "r3"));
    co_await yield();
    EXPECT_FALSE(m.try_lock_shared());
    EXPECT_EQ(m.readers(), 1u);
    lock.unlock();
    co_await turns(5);
    EXPECT_EQ(m.readers(), 2u);
    EXPECT_EQ(log, (texts{"w1", "r1", "r2"}));
    co_await gather(w1, r1, r2, w2, r3);
    EXPECT_EQ(log, (texts{"w1", "r1", "r2", "w2", "r3"}));
    EXPECT_EQ(to_string(m), "shared mutex unlocked");
  }());
}

TEST(shared_mutex, between_release_and_claim_nobody_barges) {
  run([]() -> task<void> {
    shared_mutex m;
    texts log;
    auto lock = co_await m.lock();
    auto writer = create_task(write(m, log, "writer"));
    co_await yield();
    lock.unlock();
    EXPECT_FALSE(m.locked());
    EXPECT_FALSE(m.try_lock());
    EXPECT_FALSE(m.try_lock_shared());
    co_await read(m, log, "newcomer");
    EXPECT_EQ(log, (texts{"writer", "newcomer"}));
    co_await writer;
  }());
}

TEST(shared_mutex, readers_behind_a_cancelled_writer_join_those_who_read) {
  run([]() -> task<void> {
    shared_mutex m;
    texts log;
    auto lock = co_await m.lock_shared();
    auto writer = create_task(write(m, log, "writer"));
    auto reader = create_task(read(m, log, "reader"));
    co_await yield();
    writer.cancel();
    co_await reader;
    EXPECT_TRUE(lock.owns_lock());
    EXPECT_EQ(log, texts{"reader"});
  }());
}

TEST(shared_mutex, the_text_form_shows_who_holds_it_and_the_number_of_waiters) {
  run([]() -> task<void> {
    shared_mutex m{"m"};
    texts log;
    EXPECT_EQ(to_string(m), "shared mutex 'm' unlocked");
    auto one = co_await m.lock_shared();
    EXPECT_EQ(to_string(m), "shared mutex 'm' locked by 1 reader");
    auto two = co_await m.lock_shared();
    EXPECT_EQ(to_string(m), "shared mutex 'm' locked by 2 readers");
    auto writer = create_task(write(m, log, "writer"), "writer");
    co_await yield();
    EXPECT_EQ(to_string(m), "shared mutex 'm' locked by 2 readers, 1 waiter");
    EXPECT_NE(to_string(writer).find("waits for shared mutex 'm', which 2 readers hold"), std::string::npos);
    one.unlock();
    two.unlock();
    co_await yield();
    EXPECT_EQ(to_string(m), "shared mutex 'm' locked by 'writer'");
    co_await writer;
  }());
}

TEST(shared_mutex, misuse_throws_and_names_it) {
  run([]() -> task<void> {
    shared_mutex m{"m"};
    EXPECT_EQ(message_of<usage_error>([&] { m.unlock(); }),
              "task 'main' unlocks shared mutex 'm', which no writer holds");
    EXPECT_EQ(message_of<usage_error>([&] { m.unlock_shared(); }),
              "task 'main' unlocks shared mutex 'm', which no reader holds");
    auto lock = co_await m.lock();
    EXPECT_EQ(message_of<usage_error>([&] { (void)m.try_lock_shared(); }),
              "task 'main' locks shared mutex 'm', which it holds already");
    auto stranger = create_task(
        [](shared_mutex &x) -> task<void> {
          EXPECT_EQ(message_of<usage_error>([&] { x.unlock(); }),
                    "task 'stranger' unlocks shared mutex 'm', which 'main' holds");
          co_return;
        }(m),
        "stranger");
    co_await stranger;
  }());
}

} // namespace
} // namespace corace::test
