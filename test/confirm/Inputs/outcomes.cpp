#include <corace/corace.h>

using namespace std::chrono_literals;

struct totals {
  int many = 0, lonely = 0, unreached = 0;

  corace::task<void> add_many() {
    int value = many;
    co_await corace::sleep_for(1ms);
    many = value + 1;
  }
  corace::task<void> add_lonely() {
    int value = lonely;
    co_await corace::sleep_for(1ms);
    lonely = value + 1;
  }
  corace::task<void> add_unreached() {
    int value = unreached;
    co_await corace::sleep_for(1ms);
    unreached = value + 1;
  }
};

totals all;

corace::task<void> work(bool more) {
  co_await corace::gather(all.add_many(), all.add_many(), all.add_lonely());
  co_await all.add_lonely(); // once more, when the other one has long ended
  if (more)
    co_await corace::gather(all.add_unreached(), all.add_unreached());
}

int main(int argc, char **) { corace::run(work(argc > 1)); }
