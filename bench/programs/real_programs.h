// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bugs of real programs: CB, Inspect and RADBench as SCTBench has them, and some CVEs of ConVul.
#pragma once

#include "bench/programs/program.h"

#include <array>

namespace corace::programs {

/// Producers and consumers wait at one condition, and one of them is told: it may be the wrong one. Repaired: all are
/// told; benign: one is told as well, but there is a condition for each side. It takes three of each: the mutex serves
/// who was told before who comes later, and then two of each always find their way.
template <form Form> struct bounded_buffer {
  int producers, consumers, rounds; ///< of each producer
  shared<int> items{0, "items"};
  mutex lock{"buffer"};
  condition_variable changed{lock, "changed"}, emptied{lock, "emptied"};

  [[nodiscard]] condition_variable &room() { return Form == form::benign ? emptied : changed; }
  void tell(condition_variable &whom) {
    if (Form == form::repaired)
      whom.notify_all();
    else
      whom.notify_one();
  }
  task<void> put() {
    for (int i = 0; i < rounds; ++i) {
      auto held = co_await lock.lock();
      while (items == 1)
        co_await room().wait();
      ++items;
      tell(changed);
    }
  }
  task<void> take(int times) {
    for (int i = 0; i < times; ++i) {
      auto held = co_await lock.lock();
      while (items == 0)
        co_await changed.wait();
      --items;
      tell(room());
    }
  }
  task<void> run() {
    return concurrently(producers + consumers,
                        [this](int i) { return i < producers ? put() : take(producers * rounds / consumers); });
  }
};

/// The length of another string is asked for, and then that many characters of it. Repaired: the other one is locked
/// for both; benign: it is copied in one segment.
template <form Form> struct string_buffer {
  shared<int> length{8, "length"};
  mutex lock{"other string"};

  task<void> append() {
    if constexpr (Form == form::repaired) {
      auto held = co_await lock.lock();
      co_await append_what_is_locked();
    } else if constexpr (Form == form::benign) {
      const int copied = length;
      co_await yield();
      expect(copied == 0 || copied == 8, "copied ", copied);
    } else {
      co_await append_what_is_locked();
    }
  }
  task<void> append_what_is_locked() {
    const int wanted = length;
    co_await yield(); // room is made
    expect(wanted <= length, "characters ", length.peek(), " to ", wanted, " were read");
  }
  task<void> erase() {
    co_await yield();
    auto held = co_await lock.lock();
    length = 0;
    co_await yield();
    length = 8;
  }
  task<void> run() { co_await gather(append(), erase()); }
};

/// A download is interrupted and its state saved: the total, and how far each part has come. Repaired: the parts stand
/// still meanwhile; benign: the total is that of the saved parts.
template <form Form> struct aget {
  static constexpr std::size_t parts = 2;
  int chunks;
  std::array<shared<int>, parts> offsets{};
  shared<int> total{0, "total"};
  mutex lock{"state"};

  task<void> download(std::size_t part) {
    for (int i = 0; i < chunks; ++i) {
      co_await yield(); // a chunk comes
      auto held = co_await lock.lock();
      ++offsets[part];
      co_await yield(); // and is written
      ++total;
    }
  }
  [[nodiscard]] int sum() const {
    int all = 0;
    for (const auto &each : offsets)
      all += each;
    return all;
  }
  task<void> save() {
    co_await yield();
    if constexpr (Form == form::repaired) {
      auto held = co_await lock.lock();
      co_await write();
    } else {
      co_await write();
    }
  }
  task<void> write() {
    const int saved_parts = sum();
    const int saved_total = Form == form::benign ? saved_parts : total.load();
    co_await yield(); // to the disk
    expect(saved_parts == saved_total, "saved ", saved_parts, " chunks, but a total of ", saved_total);
  }
  task<void> run() {
    return concurrently(static_cast<int>(parts) + 1,
                        [this](int i) { return i == 0 ? save() : download(static_cast<std::size_t>(i - 1)); });
  }
};

/// The queue goes when the producer has ended, though consumers still use it. Repaired: it goes after them; benign:
/// when the producer has ended, if all was consumed, and else with the last block.
template <form Form> struct pbzip2 {
  int blocks;
  shared<bool> alive{true, "alive"};
  shared<int> waiting{0, "waiting"}, compressed{0, "compressed"};
  mutex lock{"queue"};
  condition_variable filled{lock, "filled"};

  task<void> consume(int times) {
    for (int i = 0; i < times; ++i) {
      expect(alive, "the queue is used after it has gone");
      auto held = co_await lock.lock();
      co_await filled.wait([this] { return waiting > 0; });
      --waiting;
      held.unlock();
      co_await yield(); // compresses
      if (++compressed == blocks && Form == form::benign)
        alive = false;
    }
  }
  task<void> produce() {
    for (int i = 0; i < blocks; ++i) {
      co_await yield(); // reads
      auto held = co_await lock.lock();
      ++waiting;
      filled.notify_one();
    }
    if (Form == form::buggy)
      alive = false;
  }
  task<void> run() {
    co_await gather(produce(), consume(blocks / 2), consume(blocks / 2));
    alive = false;
  }
};

/// A monitor is made by whoever finds it missing, so two may be inside at once. Repaired: it is made beforehand;
/// benign: made ahead of the look, and one of the two is thrown away.
template <form Form> struct lazy_monitor {
  shared<int> monitor{Form == form::repaired ? 1 : 0, "monitor"}; ///< which one is in use; 0: none
  shared<int> made{1, "made"}, inside{0, "inside"};
  std::vector<mutex> monitors = std::vector<mutex>(4);

  task<int> get() {
    if constexpr (Form == form::benign) {
      const int own = ++made;
      co_await yield();
      if (monitor == 0)
        monitor = own;
    } else if (monitor == 0) {
      const int own = ++made;
      co_await yield();
      monitor = own;
    }
    co_return monitor.load();
  }
  task<void> convert_time() {
    const int which = co_await get();
    auto held = co_await monitors[static_cast<std::size_t>(which)].lock();
    ++inside;
    co_await yield();
    expect(inside == 1, inside.peek(), " are inside");
    --inside;
  }
  task<void> run() { co_await gather(convert_time(), convert_time()); }
};

/// A reader locks again what it holds, and a writer came in between, whom it waits for and who waits for it. Repaired:
/// it does not lock again; benign: only if it gets the lock at once.
template <form Form> struct reader_again {
  shared<int> value{0, "value"};
  shared_mutex lock{"value"};

  task<void> read() {
    auto reading = co_await lock.lock_shared();
    const int seen = value;
    co_await yield();
    if constexpr (Form == form::buggy) {
      auto again = co_await lock.lock_shared();
      expect(value == seen, "changed under the lock");
    } else if constexpr (Form == form::benign) {
      const bool again = lock.try_lock_shared();
      expect(value == seen, "changed under the lock");
      if (again)
        lock.unlock_shared();
    } else {
      expect(value == seen, "changed under the lock");
    }
  }
  task<void> write() {
    auto writing = co_await lock.lock();
    ++value;
  }
  task<void> run() { co_await gather(read(), write()); }
};

/// CVE-2009-3547: a pipe is opened for which the last one has just gone. Repaired: it is counted first; benign: its
/// presence is asked for once more.
template <form Form> struct pipe_open {
  shared<int> users{1, "users"};
  shared<bool> present{true, "present"};

  task<void> open() {
    if (!present)
      co_return;
    if (Form == form::repaired)
      ++users;
    co_await yield();
    if (Form == form::benign && !present)
      co_return;
    expect(present, "the pipe has gone");
    if (Form != form::repaired)
      ++users;
    co_await yield();
    co_await close();
  }
  task<void> close() {
    if (--users == 0)
      present = false;
    co_return;
  }
  task<void> run() { co_await gather(open(), close()); }
};

/// CVE-2013-1792: two keyrings are made one after the other, and the first is taken for a sign of both. Repaired: under
/// a lock; benign: the second is made first.
template <form Form> struct keyrings {
  shared<bool> user{false, "user keyring"}, session{false, "session keyring"};
  mutex lock{"keyrings"};

  task<void> install() {
    (Form == form::benign ? session : user) = true;
    co_await yield();
    (Form == form::benign ? user : session) = true;
  }
  task<void> install_if_missing() {
    if constexpr (Form == form::repaired) {
      auto held = co_await lock.lock();
      if (!user)
        co_await install();
    } else {
      if (!user)
        co_await install();
    }
    co_await yield();
    expect(session, "there is no session keyring");
  }
  task<void> run() { co_await gather(install_if_missing(), install_if_missing()); }
};

/// CVE-2015-7550: a key is tested and then read, and revoked in between. Repaired: under its lock; benign: tested
/// again.
template <form Form> struct key_read {
  shared<bool> valid{true, "valid"};
  shared<int> payload{7, "payload"};
  mutex lock{"key"};

  task<void> check_and_read() {
    if (!valid)
      co_return;
    co_await yield();
    if (Form == form::benign && !valid)
      co_return;
    expect(payload == 7, "payload ", payload.peek());
  }
  task<void> read() {
    if constexpr (Form == form::repaired) {
      auto held = co_await lock.lock();
      co_await check_and_read();
    } else {
      co_await check_and_read();
    }
  }
  task<void> revoke() {
    co_await yield();
    auto held = co_await lock.lock();
    valid = false;
    co_await yield();
    payload = 0;
  }
  task<void> run() { co_await gather(read(), revoke()); }
};

/// CVE-2017-6346: two calls add a socket to a group, for each finds that it is in none. Repaired: under a lock; benign:
/// what is not needed is thrown away at the end.
template <form Form> struct fanout_add {
  shared<int> group{0, "group"}, groups{0, "groups"};
  mutex lock{"fanout"};

  task<void> add_if_none(int own) {
    if (group != 0)
      co_return;
    ++groups;
    co_await yield(); // memory is allocated
    if (Form == form::benign && group != 0) {
      --groups;
      co_return;
    }
    group = own;
  }
  task<void> add(int own) {
    if constexpr (Form == form::repaired) {
      auto held = co_await lock.lock();
      co_await add_if_none(own);
    } else {
      co_await add_if_none(own);
    }
  }
  task<void> run() {
    co_await gather(add(1), add(2));
    expect(groups == 1, groups.peek(), " groups for one socket");
  }
};

inline void add_real_programs(std::vector<program> &to) {
  const char *const wrong = "exception", *const stuck = "deadlock";
  to.push_back(make_program<bounded_buffer>("bounded_buffer_3p3c", "inspect", stuck, 3, 3, 1));
  to.push_back(make_program<string_buffer>("stringbuffer", "cb", wrong));
  to.push_back(make_program<aget>("aget", "cb", wrong, 2));
  to.push_back(make_program<pbzip2>("pbzip2", "cb", wrong, 4));
  to.push_back(make_program<lazy_monitor>("nspr_monitor", "radbench", wrong));
  to.push_back(make_program<reader_again>("nspr_rwlock", "radbench", stuck));
  to.push_back(make_program<pipe_open>("cve_2009_3547", "convul", wrong));
  to.push_back(make_program<keyrings>("cve_2013_1792", "convul", wrong));
  to.push_back(make_program<key_read>("cve_2015_7550", "convul", wrong));
  to.push_back(make_program<fanout_add>("cve_2017_6346", "convul", wrong));
}

} // namespace corace::programs
