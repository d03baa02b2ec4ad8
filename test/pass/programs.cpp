// Programs with their own coroutine types, at every level of optimisation: what the detector sees of them.
// RUN: %clangxx -std=c++20 -g -O1 %detector_headers -c %S/Inputs/report.cpp -o %t.report.o
// RUN: %clangxx_instrumented -O0 %s %t.report.o %link_instrumented -o %t.0 && %t.0 | FileCheck %s
// RUN: %clangxx_instrumented -O1 %s %t.report.o %link_instrumented -o %t.1 && %t.1 | FileCheck %s
// RUN: %clangxx_instrumented -O2 %s %t.report.o %link_instrumented -o %t.2 && %t.2 | FileCheck %s
// RUN: %clangxx_instrumented -O3 %s %t.report.o %link_instrumented -o %t.3 && %t.3 | FileCheck %s
// RUN: %clangxx_instrumented -O2 -g0 %s %t.report.o %link_instrumented -o %t.g0 && %t.g0 | FileCheck --check-prefix=COUNT %s
// RUN: %clangxx_instrumented -O1 -fsanitize=address,undefined %s %t.report.o %link_instrumented -o %t.asan && env ASAN_OPTIONS=detect_stack_use_after_return=0 %t.asan | FileCheck %s

#include "Inputs/mini.h"

#include <functional>
#include <map>
#include <optional>
#include <string>

int counter;
int request;
std::string text;

mini::eager lost() {
  int value = counter;
  co_await mini::yield{};
  counter = value + 1;
}
mini::eager fresh() {
  co_await mini::yield{};
  ++counter;
  co_await mini::yield{};
  counter = counter + 1;
}
mini::eager one_line() { counter = counter + (co_await mini::yield{}, 1); }
mini::eager compound() { counter += (co_await mini::yield{}, 1); }

struct session {
  int count = 0;
  mini::lazy bump() {
    int value = count;
    co_await mini::yield{};
    count = value + 1;
  }
  mini::lazy bump_twice() {
    co_await bump();
    co_await bump();
  }
};
mini::eager drive(session &s) { co_await s.bump_twice(); }

mini::lazy add_one(int &to) {
  co_await mini::yield{};
  to = to + 1;
}
mini::eager own_child() {
  int value = counter;
  co_await add_one(counter);
  counter = value + 1;
}
mini::eager bleeds(int id) {
  request = id;
  co_await mini::yield{};
  if (request != id)
    counter = 0;
}
mini::eager words() {
  std::string old = text;
  co_await mini::yield{};
  text = old + "x";
}
mini::lazy throws() {
  co_await mini::yield{};
  throw 1;
}
mini::eager catches() {
  int value = counter;
  try {
    co_await throws();
  } catch (int) {
    counter = value + 1;
  }
}
struct sometimes {
  bool suspends;
  bool await_ready() noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> h) {
    if (suspends)
      mini::post(h);
    return suspends;
  }
  void await_resume() noexcept {}
};
mini::eager undecided(bool suspends) {
  int value = counter;
  co_await sometimes{suspends};
  counter = value + 1;
}
mini::eager destroyed(std::coroutine_handle<> &out) {
  struct keep {
    std::coroutine_handle<> &out;
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> h) { out = h; }
    void await_resume() noexcept {}
  };
  int value = counter;
  std::string local(100, 'x');
  co_await keep{out};
  counter = value + static_cast<int>(local.size());
}

void run(const char *title, const std::function<void()> &body) {
  counter = 0;
  mini::begin();
  body();
  mini::run();
  mini::end(title);
}

int main() {
  // CHECK: lost: 1 violations
  // CHECK-NEXT: lost: lost-update on 'counter': 22, 23, 24, 24 in lost() against lost()
  // COUNT: lost: 1 violations
  run("lost", [] { lost(), lost(); });
  // CHECK-NEXT: alone: 0 violations
  run("alone", [] { lost(); });
  // CHECK-NEXT: fresh: 0 violations
  run("fresh", [] { fresh(), fresh(); });
  // CHECK-NEXT: one line: 1 violations
  // CHECK-NEXT: one line: lost-update on 'counter': 32, 32, 32, 32 in one_line() against one_line()
  // COUNT: one line: 1 violations
  run("one line", [] { one_line(), one_line(); });
  // CHECK-NEXT: compound: 0 violations
  run("compound", [] { compound(), compound(); });
  // CHECK-NEXT: member: 1 violations
  // CHECK-NEXT: member: lost-update on 'session::count': 38, 39, 40, 40 in drive(session&) against drive(session&)
  // COUNT: member: 1 violations
  session s;
  run("member", [&] { drive(s), drive(s); });
  // CHECK-NEXT: own child: 0 violations
  run("own child", [] { own_child(); });
  // CHECK-NEXT: bleeds: 1 violations
  // CHECK-NEXT: bleeds: state-bleed on 'request': 59, 60, 59, 61 in bleeds(int) against bleeds(int)
  run("bleeds", [] { bleeds(1), bleeds(2); });
  // CHECK-NEXT: same request: 0 violations
  run("same request", [] { bleeds(3), bleeds(3); });
  // CHECK-NEXT: words: 1 violations
  // CHECK-NEXT: words: lost-update on 'text'
  run("words", [] { words(), words(); });
  // CHECK-NEXT: exceptions: 1 violations
  // CHECK-NEXT: exceptions: lost-update on 'counter': 74, 76, 78, 78 in catches() against catches()
  run("exceptions", [] { catches(), catches(); });
  // CHECK-NEXT: undecided: 1 violations
  // CHECK-NEXT: undecided: lost-update on 'counter': 92, 93, 94, 94
  run("undecided", [] { undecided(true), undecided(false), undecided(true); });
  // CHECK-NEXT: never suspends: 0 violations
  run("never suspends", [] { undecided(false), undecided(false); });
  // CHECK-NEXT: destroyed: 0 violations
  run("destroyed", [] {
    std::coroutine_handle<> kept;
    destroyed(kept);
    lost();
    kept.destroy();
  });
  // CHECK-NEXT: local of main: 1 violations
  // COUNT: local of main: 1 violations
  int local = 0;
  auto on_local = [&]() -> mini::eager {
    int value = local;
    co_await mini::yield{};
    local = value + 1;
  };
  run("local of main", [&] { on_local(), on_local(); });
}
