// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A property of the exhaustive search: on random small programs of variables, locks, events and branches it reaches
// exactly the outcomes that plain enumeration reaches. An outcome is all that the conflicting
// operations tell of their order, written down by the program itself: which write each read saw, who wrote in which
// order, and in which order each lock and event was used.
#include "support.h"

#include <array>
#include <memory>
#include <optional>
#include <set>

namespace corace::test {
namespace {

#ifdef NDEBUG
constexpr unsigned programs = 40'000;
#else
constexpr unsigned programs = 300; // without optimisation, and under sanitizers
#endif
/// A program with more interleavings is left out.
constexpr std::uint64_t most_interleavings = 3'000;

enum class verb : std::uint8_t { read, write, write_if, lock, unlock, set, wait, pause };
struct operation {
  verb what;
  unsigned object;    ///< which variable, lock or event
  int bound;          ///< write_if: write when what was read last is above it
  std::uint64_t site; ///< a number of its own in the program
};
using thread = std::vector<operation>;
using program = std::vector<thread>;

constexpr unsigned variables = 2, locks = 2, events = 2;

/// SplitMix64.
class numbers {
public:
  explicit numbers(std::uint64_t seed) noexcept : state_(seed * 0xd1342543de82ef95u) {}
  unsigned below(unsigned count) noexcept {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return static_cast<unsigned>((z ^ (z >> 31)) % count);
  }

private:
  std::uint64_t state_;
};

/// Nothing in it can wait for ever: locks are taken one at a time, event n is set by thread n at its end, and that one
/// waits for no event.
program make_program(std::uint64_t seed) {
  numbers random(seed);
  program all(2 + random.below(2));
  std::uint64_t site = 0;
  for (unsigned t = 0; t < all.size(); ++t) {
    std::optional<unsigned> held;
    const auto add = [&](verb what, unsigned object = 0, int bound = 0) {
      all[t].push_back({what, object, bound, ++site});
    };
    for (unsigned left = 2 + random.below(3); left > 0; --left) {
      const unsigned dice = random.below(16);
      if (dice < 4)
        add(verb::read, random.below(variables));
      else if (dice < 7)
        add(verb::write, random.below(variables));
      else if (dice < 9)
        add(verb::write_if, random.below(variables), static_cast<int>(random.below(3)));
      else if (dice < 11 && !held)
        add(verb::lock, *(held = random.below(locks)));
      else if (dice < 12 && held)
        add(verb::unlock, *std::exchange(held, std::nullopt));
      else if (dice < 13 && !held && t >= events)
        add(verb::wait, random.below(events));
      else
        add(verb::pause);
      if (random.below(3) == 0)
        add(verb::pause);
    }
    if (held)
      add(verb::unlock, *held);
    if (t < events)
      add(verb::set, t);
  }
  return all;
}

// Sites of a library, so that nothing is taken for a race: this is about schedules.
const corace_site quiet_read = site(CORACE_SITE_READ, 201, CORACE_SITE_SYSTEM);
const corace_site quiet_write = site(CORACE_SITE_WRITE, 202, CORACE_SITE_SYSTEM);

/// In static memory: it has the same address in every run.
struct alignas(8) variable {
  int value = 0;
  std::uint64_t last_write = 0; ///< the site; not observed
};
std::array<variable, variables> shared_variables;

class machine {
public:
  explicit machine(const program &code) : code_(code) { shared_variables.fill({}); }

  task<void> run(unsigned t) {
    std::array<std::optional<mutex::guard>, locks> held;
    int seen = 0;
    for (const operation &each : code_[t]) {
      variable &at = shared_variables[each.object];
      switch (each.what) {
      case verb::read:
        __corace_read(&at.value, sizeof(at.value), &quiet_read);
        seen = at.value;
        note(each.site, at.last_write);
        break;
      case verb::write_if:
        if (seen <= each.bound)
          break;
        [[fallthrough]];
      case verb::write:
        note(each.site, at.last_write);
        at.value = seen + 1;
        at.last_write = each.site;
        __corace_write(&at.value, sizeof(at.value), &quiet_write);
        break;
      case verb::lock:
        note(each.site, ++turns_[each.object]);
        held[each.object] = co_await locks_[each.object].lock();
        note(each.site, ++turns_[each.object]);
        break;
      case verb::unlock:
        note(each.site, ++turns_[each.object]);
        held[each.object].reset();
        break;
      case verb::set: events_[each.object].set(); break;
      case verb::wait:
        note(each.site, events_[each.object].is_set());
        co_await events_[each.object].wait();
        break;
      case verb::pause: co_await yield(); break;
      }
    }
  }
  task<void> run_all() {
    std::vector<task<void>> all;
    for (unsigned t = 0; t < code_.size(); ++t)
      all.push_back(run(t));
    co_await gather(std::move(all));
  }
  [[nodiscard]] std::uint64_t outcome() const noexcept { return outcome_; }

private:
  /// A sum, so that the order of independent operations does not count.
  void note(std::uint64_t site, std::uint64_t saw) noexcept {
    std::uint64_t z = site * 0x9e3779b97f4a7c15u + saw + 1;
    z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93u;
    z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93u;
    outcome_ += z ^ (z >> 32);
  }

  const program &code_;
  std::array<mutex, locks> locks_;
  std::array<event, events> events_;
  std::array<std::uint64_t, locks> turns_{}; ///< of each lock: how many operations it has seen
  std::uint64_t outcome_ = 0;
};

struct explored {
  std::set<std::uint64_t> outcomes;
  explore_result result;
};

explored explore_program(const program &code, bool footprints) {
  explored all;
  all.result = explore(
      [&]() -> task<void> {
        machine m(code);
        co_await m.run_all();
        all.outcomes.insert(m.outcome());
      },
      exhaustively(footprints, most_interleavings));
  return all;
}

TEST(property, exhaustive_search_reaches_every_outcome_of_random_programs) {
  unsigned compared = 0;
  std::uint64_t interleavings = 0, runs = 0, given_up = 0;
  for (std::uint64_t seed = 1; compared < programs; ++seed) {
    const program code = make_program(seed);
    const explored all = explore_program(code, false);
    if (!all.result.complete)
      continue;
    ++compared;
    const explored some = explore_program(code, true);
    ASSERT_TRUE(some.result.complete) << "program " << seed << ": " << some.result.stopped;
    ASSERT_EQ(some.outcomes, all.outcomes) << "program " << seed;
    ASSERT_LE(some.result.runs, all.result.runs) << "program " << seed;
    ASSERT_TRUE(some.result.clean() && all.result.clean()) << "program " << seed;
    interleavings += all.result.runs;
    runs += some.result.runs;
    given_up += some.result.blocked;
  }
  RecordProperty("programs", std::to_string(compared));
  RecordProperty("interleavings", std::to_string(interleavings));
  RecordProperty("classes", std::to_string(runs));
  RecordProperty("given_up", std::to_string(given_up));
}

} // namespace
} // namespace corace::test
