#include <corace/corace.h>

static int counter;

static corace::task<void> increment() {
  int value = counter;
  co_await corace::sleep_for(std::chrono::seconds(0));
  counter = value + 1;
}

static corace::task<void> both() { co_await corace::gather(increment(), increment()); }

static void start() { corace::run(both()); }
static const int started = (start(), 0);
