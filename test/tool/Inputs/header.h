#pragma once
#include <corace/corace.h>

inline int hits;

inline corace::task<void> hit() {
  int before = hits;
  co_await corace::yield();
  hits = before + 1;
}
