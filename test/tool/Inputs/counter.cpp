#include <corace/corace.h>

using namespace std::chrono_literals;

int shared_counter;

corace::task<void> increment(int by) {
  // Reads, awaits, writes back.
  int value = shared_counter;
  co_await corace::sleep_for(0s);
  shared_counter = value + by;
}

corace::task<void> both() { co_await corace::gather(increment(1), increment(1)); }

int main() { corace::run(both()); }
