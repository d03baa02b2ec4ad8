// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "mock.h"

struct counts {
  long sum;
  int each[4];
};
int total, limit, awaited; // a name that must not be hidden
counts all;

mock::task<> hoisted(int k) {
  auto awaited_now = co_await mock::fetch(k);
  total += awaited_now;
  auto awaited_now2 = (co_await mock::fetch(k) + 1);
  total -= awaited_now2;
  auto awaited_now3 = co_await mock::fetch(k);
  all.sum |= awaited_now3; // a remark
  if (k)
    {
      auto awaited_now4 = co_await mock::fetch(k);
      all.each[2] *= awaited_now4;
    }
  else
    use(k);
  switch (k) {
  case 1:
    {
      auto awaited_now5 = co_await mock::fetch(1);
      total += awaited_now5;
    }
    break;
  default:
    break;
  }
}

// What may mean something else afterwards stays.
mock::task<> other_object_left(int k) { total = limit - total + co_await mock::fetch(k); }
#define ADD(x, e) x = x + e
mock::task<> macro_left(int k) { ADD(total, co_await mock::fetch(k)); }
mock::task<> value_used_left(int k) { use(total = total + co_await mock::fetch(k)); }
template <typename T> mock::task<> instance_left(T k) { total = total + co_await mock::fetch(k); }
template mock::task<> instance_left(int);

bool busy;
mock::event free_again;
mock::task<> waits_once() {
  while (busy)
    co_await free_again.wait();
  busy = true;
  use(1);
  busy = false;
}

bool taken;
mock::task<> waits_and_acts_left() {
  if (taken) {
    use(1);
    co_await free_again.wait();
  }
  taken = true;
  use(2);
  taken = false;
}

mock::mutex m;
mock::task<> dropped(int k) {
  co_await mock::work();
  co_await mock::fetch(k);
  co_await mock::work();
  if (k)
    co_await mock::fetch(1);
  co_await mock::sleep();
}
mock::task<> in_handler_left() {
  co_await mock::sleep();
  try {
    use(1);
  } catch (int) {
    mock::work();
  }
}
void no_coroutine_left() { mock::work(); }
mock::task<> choice_left(bool c) {
  c ? mock::fetch(1) : mock::fetch(2);
  co_return;
}
mock::task<> typed_left() {
  mock::task<int> t = mock::fetch();
  co_return;
}
