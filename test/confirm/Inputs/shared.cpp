#include "shared.h"

static int shared_total;

static corace::task<void> add() {
  int before = shared_total;
  co_await corace::yield();
  shared_total = before + AMOUNT;
}

corace::task<void> both() { co_await corace::gather(add(), add()); }
