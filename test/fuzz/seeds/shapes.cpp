#include "mock.h"
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

int shared;
bool flag;
std::vector<int> items;
std::map<int, int> table;
std::pair<int, int> pair;
std::mutex mutex;
mock::mutex lock;
mock::event ready;
thread_local int local;
std::optional<int> maybe;

struct session {
  int count = 0;
  std::unique_ptr<int> own;
  std::map<int, int> cache;
  session *next;
  mock::mutex guard;
  int get() const { return count; }
  void set(int v) { count = v; }
  mock::task<> add(int by) {
    int v = get();
    co_await mock::sleep();
    set(v + by);
    auto held = co_await guard.scoped_lock();
    if (!cache.contains(by))
      cache[by] = co_await mock::fetch(by);
  }
  virtual mock::task<int> walk(session &other, int *p) {
    for (auto &each : cache)
      other.count += each.second + co_await mock::fetch(each.first);
    if (own)
      *own = *p;
    while (next && next->count > 0) {
      co_await next->walk(*this, p);
      next = next->next;
    }
    co_return count;
  }
};

mock::generator<int> numbers() {
  for (int i = 0; i < shared; ++i)
    co_yield i;
}

template <typename T> mock::task<T> generic(T value) {
  auto before = shared;
  co_await mock::work();
  shared = before + static_cast<int>(value);
  co_return value;
}

mock::task<> all(session &s) {
  std::unique_lock<std::mutex> held(mutex);
  held.unlock();
  int &own = local;
  co_await s.add(1);
  own = 2;
  auto lambda = [&s, n = 1](auto by) -> mock::task<> { s.count = s.count + n + co_await mock::fetch(by); };
  co_await lambda(1);
  switch (shared) {
  case 1: co_await generic(2); [[fallthrough]];
  default: break;
  }
  try {
    if (auto it = table.find(shared); it != table.end())
      it->second = co_await mock::fetch();
  } catch (int e) {
    shared = e;
  }
  auto t = mock::fetch();
  shared = flag ? co_await std::move(t) : shared;
  mock::spawn(mock::work());
  std::function<void()> f = [] { mock::work(); };
}
