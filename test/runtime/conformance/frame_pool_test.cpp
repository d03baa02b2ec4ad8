// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Frames that one thread allocates and another one releases.
#include "support.h"

#include <cstring>
#include <thread>

namespace corace::test {
namespace {

struct block {
  void *place;
  std::size_t size;
};

std::vector<block> allocate_some(int count) {
  std::vector<block> all;
  for (int i = 0; i < count; ++i) {
    const std::size_t size = 40 + static_cast<std::size_t>(i) * 97 % 2500; // some come from the heap
    all.push_back({detail::allocate_frame(size), size});
    std::memset(all.back().place, i, size);
  }
  return all;
}

void release_all(const std::vector<block> &all) {
  for (const block &each : all) {
    const auto *bytes = static_cast<const unsigned char *>(each.place);
    EXPECT_EQ(bytes[0], bytes[each.size - 1]); // nobody else has got it
    detail::release_frame(each.place, each.size);
  }
}

TEST(frame_pool, blocks_of_a_thread_that_has_ended_stay_good_until_the_last_one_is_released) {
  std::vector<block> theirs;
  std::thread([&] {
    theirs = allocate_some(200);
    const std::vector<block> more = allocate_some(50);
    release_all(more);
  }).join();
  const std::vector<block> mine = allocate_some(200);
  release_all(theirs);
  release_all(mine);
}

TEST(frame_pool, a_thread_may_release_as_many_as_it_allocates_and_still_have_blocks_in_use_elsewhere) {
  const std::vector<block> mine = allocate_some(100);
  std::vector<block> theirs;
  std::thread([&] {
    theirs = allocate_some(100);
    release_all(mine); // its count of blocks must not be taken for zero
  }).join();
  const std::vector<block> again = allocate_some(100);
  release_all(theirs);
  release_all(again);
}

TEST(frame_pool, blocks_go_back_to_the_thread_that_they_came_from) {
  if (!detail::frames_of_thread)
    detail::release_frame(detail::allocate_frame(1000), 1000);
  if (!detail::frames_of_thread)
    GTEST_SKIP() << "each frame comes straight from the heap here";
  std::vector<void *> first, second;
  for (int i = 0; i < 300; ++i)
    first.push_back(detail::allocate_frame(1900));
  const std::size_t live = detail::frames_of_thread->live;
  std::thread([&] {
    for (void *each : first)
      detail::release_frame(each, 1900);
  }).join();
  for (int i = 0; i < 300; ++i)
    second.push_back(detail::allocate_frame(1900));
  EXPECT_EQ(detail::frames_of_thread->live, live);
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  EXPECT_EQ(first, second);
  for (void *each : second)
    detail::release_frame(each, 1900);
}

TEST(frame_pool, threads_pass_blocks_around) {
  std::vector<block> handed;
  std::mutex lock;
  const auto work = [&] {
    for (int round = 0; round < 200; ++round) {
      std::vector<block> mine = allocate_some(8);
      {
        const std::lock_guard guard(lock);
        std::swap(mine, handed);
      }
      release_all(mine);
    }
  };
  std::vector<std::thread> all;
  for (int i = 0; i < 4; ++i)
    all.emplace_back(work);
  for (auto &each : all)
    each.join();
  release_all(handed);
}

} // namespace
} // namespace corace::test
