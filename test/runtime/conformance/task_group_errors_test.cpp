// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// task_group: failures and cancellation. Cases TG-05 to TG-17, TG-24, TG-30, TG-36 to TG-39.
#include "support.h"

namespace corace::test {
namespace {

/// Waits until it is cancelled, and fails then.
task<void> fails_when_cancelled(std::string message) {
  try {
    co_await sleep_long();
  } catch (const cancelled_error &) {
    throw std::runtime_error(message);
  }
}

/// What the exceptions of a group say, in order.
template <class Group> texts messages(const Group &group) {
  texts all;
  for (const auto &each : group.exceptions())
    try {
      std::rethrow_exception(each);
    } catch (const std::exception &e) {
      all.push_back(e.what());
    } catch (int number) {
      all.push_back(std::to_string(number));
    }
  return all;
}

/// Runs the body in a group; what the exception group says that comes out.
template <class Body> task<texts> failures(Body body) {
  try {
    co_await with_task_group(std::move(body));
  } catch (const exception_group &e) {
    co_return messages(e);
  }
  co_return texts{"no exception"};
}

TEST(conformance, TG_05_a_failing_child_cancels_its_siblings_and_the_body) {
  run([]() -> task<void> {
    task_handle<void> sibling;
    bool body_cancelled = false;
    try {
      co_await with_task_group([&](task_group &g) -> task<void> {
        sibling = g.create_task(sleep_long());
        g.create_task(fail("boom", 1));
        try {
          co_await sleep_long();
        } catch (const cancelled_error &) {
          body_cancelled = true;
          throw;
        }
      });
      ADD_FAILURE() << "no exception";
    } catch (const exception_group &e) {
      EXPECT_EQ(messages(e), texts{"boom"});
      EXPECT_STREQ(e.what(), "1 task of a group failed: boom");
    }
    EXPECT_TRUE(body_cancelled);
    EXPECT_TRUE(sibling.cancelled());
    EXPECT_EQ(this_task::cancelling(), 0u);
    co_await yield(); // no cancellation is left over
  }());
}

TEST(conformance, TG_07_an_error_of_a_cancelled_sibling_is_listed_too) {
  run([]() -> task<void> {
    task_group g;
    g.create_task(fails_when_cancelled("second"));
    g.create_task(fail("first", 1));
    try {
      co_await g.join();
      ADD_FAILURE() << "no exception";
    } catch (const exception_group &e) {
      EXPECT_EQ(messages(e), (texts{"first", "second"}));
      EXPECT_STREQ(e.what(), "2 tasks of a group failed; the first: first");
    }
  }());
}

TEST(conformance, TG_08_an_exception_of_the_body_cancels_the_children_and_is_listed_last) {
  run([]() -> task<void> {
    task_handle<void> child;
    const texts said = co_await failures([&](task_group &g) -> task<void> {
      child = g.create_task(sleep_long());
      g.create_task(fails_when_cancelled("child"));
      co_await yield();
      throw std::logic_error("body");
    });
    EXPECT_EQ(said, (texts{"child", "body"}));
    EXPECT_TRUE(child.cancelled());
  }());
}

TEST(conformance, TG_10_cancellation_during_the_exit_wait_cancels_the_children_and_comes_out) {
  run([]() -> task<void> {
    task_handle<void> child;
    auto owner = create_task([](task_handle<void> &c) -> task<void> {
      co_await with_task_group([&](task_group &g) -> task<void> {
        c = g.create_task(sleep_long());
        co_return;
      });
    }(child));
    co_await turns(2);
    owner.cancel("enough");
    EXPECT_TRUE(co_await ends_cancelled(owner));
    EXPECT_TRUE(child.cancelled());
    try {
      (void)owner.result();
    } catch (const cancelled_error &e) {
      EXPECT_EQ(e.message(), "enough");
    }
    auto joiner = create_task([](task_handle<void> &c) -> task<void> {
      task_group g;
      c = g.create_task(sleep_long());
      co_await g.join();
    }(child));
    co_await turns(2);
    joiner.cancel();
    EXPECT_TRUE(co_await ends_cancelled(joiner));
    EXPECT_TRUE(child.cancelled());
  }());
}

TEST(conformance, TG_12_a_failing_inner_group_is_nested) {
  run([]() -> task<void> {
    try {
      co_await with_task_group([](task_group &outer) -> task<void> {
        outer.create_task(with_task_group([](task_group &inner) -> task<void> {
          inner.create_task(fail("deep"));
          co_return;
        }));
        co_return;
      });
      ADD_FAILURE() << "no exception";
    } catch (const exception_group &e) {
      EXPECT_EQ(e.exceptions().size(), 1u);
      try {
        std::rethrow_exception(e.exceptions().front());
      } catch (const exception_group &inner) {
        EXPECT_EQ(messages(inner), texts{"deep"});
      }
    }
  }());
}

TEST(conformance, TG_13_the_failure_of_an_inner_group_cancels_the_outer_groups_other_children) {
  run([]() -> task<void> {
    task_handle<void> other;
    (void)co_await failures([&](task_group &outer) -> task<void> {
      other = outer.create_task(sleep_long());
      outer.create_task(with_task_group([](task_group &inner) -> task<void> {
        inner.create_task(fail("deep", 2));
        co_return;
      }));
      co_return;
    });
    EXPECT_TRUE(other.cancelled());
    EXPECT_EQ(now(), 0s);
  }());
}

TEST(conformance, TG_15_what_the_body_turns_the_cancellation_into_is_grouped) {
  run([]() -> task<void> {
    const texts said = co_await failures([](task_group &g) -> task<void> {
      g.create_task(fail("child", 1));
      try {
        co_await sleep_long();
      } catch (const cancelled_error &) {
        throw std::runtime_error("body");
      }
    });
    EXPECT_EQ(said, (texts{"child", "body"}));
    texts outside;
    auto owner = create_task([](texts &out) -> task<void> {
      out = co_await failures([](task_group &) { return fails_when_cancelled("cleanup"); });
      co_await yield(); // the request from outside is still due
    }(outside));
    co_await turns(2);
    owner.cancel();
    EXPECT_TRUE(co_await ends_cancelled(owner));
    EXPECT_EQ(outside, texts{"cleanup"});
  }());
}

TEST(conformance, TG_17_with_an_error_that_is_no_std_exception_the_group_is_none) {
  run([]() -> task<void> {
    bool generic = false;
    try {
      co_await with_task_group([](task_group &g) -> task<void> {
        g.create_task(fail("plain"));
        g.create_task([]() -> task<void> {
          throw 42;
          co_return;
        }());
        co_return;
      });
      ADD_FAILURE() << "no exception";
    } catch (const std::exception &) {
      generic = true;
    } catch (const base_exception_group &e) {
      EXPECT_EQ(messages(e), (texts{"plain", "42"}));
    }
    EXPECT_FALSE(generic);
    try { // and so is one that contains it
      co_await with_task_group([](task_group &outer) -> task<void> {
        outer.create_task(with_task_group([]() -> task<void> {
          throw 1;
          co_return;
        }));
        co_return;
      });
      ADD_FAILURE() << "no exception";
    } catch (const base_exception_group &e) {
      EXPECT_EQ(e.exceptions().size(), 1u);
    }
  }());
}

TEST(conformance, TG_24_a_cancellation_that_coincides_with_a_failure_survives) {
  run([]() -> task<void> {
    for (const bool joined : {false, true}) {
      std::string seen;
      auto owner = create_task([](std::string &out, bool join) -> task<void> {
        try {
          if (join) {
            task_group g;
            g.create_task(fails_when_cancelled("child"));
            co_await g.join();
          } else {
            co_await with_task_group([](task_group &g) -> task<void> {
              g.create_task(fails_when_cancelled("child"));
              co_await sleep_long();
            });
          }
        } catch (const exception_group &) {
          out += "group " + std::to_string(this_task::cancelling());
        }
        co_await yield();
        out += " not reached";
      }(seen, joined));
      co_await turns(2);
      owner.cancel();
      EXPECT_TRUE(co_await ends_cancelled(owner));
      EXPECT_EQ(seen, "group 1");
    }
    // The other way round: the child has failed, and its group has cancelled the body; then comes the request.
    std::string seen;
    promise<void> gate;
    auto owner = create_task([](std::string &out, future<void> f) -> task<void> {
      try {
        co_await with_task_group([&](task_group &g) -> task<void> {
          g.create_task([](future<void> until) -> task<void> {
            co_await until;
            throw std::runtime_error("child");
          }(f));
          co_await sleep_long();
        });
      } catch (const exception_group &) {
        out = "group " + std::to_string(this_task::cancelling());
      }
      co_await yield();
      out += " not reached";
    }(seen, gate.get_future()));
    co_await turns(3);
    gate.set_value();
    co_await turns(2); // the child has failed
    owner.cancel();
    EXPECT_TRUE(co_await ends_cancelled(owner));
    EXPECT_EQ(seen, "group 1");
  }());
}

TEST(conformance, TG_30_the_cancellation_that_the_group_injects_never_leaves_it) {
  run([]() -> task<void> {
    for (int after = 0; after < 6; ++after) {
      const texts said = co_await failures([after](task_group &g) -> task<void> {
        g.create_task(fail("child", after));
        g.create_task(sleep_long());
        co_await turns(3);
      });
      EXPECT_EQ(said, texts{"child"});
      EXPECT_EQ(this_task::cancelling(), 0u);
      co_await yield();
    }
  }());
}

TEST(conformance, TG_36_repeated_cancels_wait_for_stubborn_children) {
  run([]() -> task<void> {
    texts log;
    auto owner = create_task([](texts &l) -> task<void> {
      co_await with_task_group([&](task_group &g) -> task<void> {
        g.create_task([](texts &inner) -> task<void> {
          for (int i = 0; i < 2; ++i)
            try {
              co_await sleep_for(1s);
            } catch (const cancelled_error &) {
            }
          inner.push_back("child ended");
        }(l));
        co_return;
      });
    }(log));
    co_await turns(2);
    for (int i = 0; i < 3; ++i) {
      owner.cancel();
      co_await turns(2);
      EXPECT_FALSE(owner.done());
    }
    EXPECT_TRUE(co_await ends_cancelled(owner));
    EXPECT_EQ(log, texts{"child ended"});
    EXPECT_EQ(now(), 1s);
  }());
}

TEST(conformance, TG_38_a_failure_after_the_body_still_makes_the_block_throw) {
  run([]() -> task<void> {
    bool body_ended = false, after = false;
    try {
      co_await with_task_group([&](task_group &g) -> task<void> {
        g.create_task(fail("late", 5));
        body_ended = true;
        co_return;
      });
      after = true;
    } catch (const exception_group &e) {
      EXPECT_EQ(messages(e), texts{"late"});
    }
    EXPECT_TRUE(body_ended);
    EXPECT_FALSE(after);
  }());
}

TEST(conformance, TG_39_after_a_fatal_exit_the_groups_own_request_is_taken_back) {
  std::uint32_t left = 99;
  task_handle<void> sibling;
  int code = 0;
  auto main = [](std::uint32_t &requests, task_handle<void> &other, int &exit_code) -> task<void> {
    try {
      co_await with_task_group([&](task_group &g) -> task<void> {
        other = g.create_task(sleep_long());
        g.create_task(fail("swallowed by the exit"));
        g.create_task([]() -> task<void> {
          throw fatal_exit(3);
          co_return;
        }());
        co_await sleep_long();
      });
    } catch (const fatal_exit &e) { // as itself, in no group
      exit_code = e.code();
      requests = this_task::cancelling();
    }
  };
  event_loop loop;
  std::optional<task_handle<void>> owner;
  loop.call_soon([&] { owner = create_task(main(left, sibling, code)); });
  EXPECT_THROW(loop.run_forever(), fatal_exit); // out of the child
  loop.run_until_complete(*owner);
  EXPECT_EQ(code, 3);
  EXPECT_EQ(left, 0u); // asyncio leaves 1
  EXPECT_TRUE(sibling.cancelled());
}

} // namespace
} // namespace corace::test
