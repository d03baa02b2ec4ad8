#include <corace/corace.h>

int total;

corace::task<void> add() {
  int before = total;
#ifndef NO_AWAIT
  co_await corace::yield();
#endif
  total = before + 1;
  co_return;
}
