// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// shared<T>: a variable whose accesses the detector and the explorer see without the pass, whatever the compiler.
//
//   corace::shared<int> balance{100, "balance"};
//   int seen = balance;      // a read
//   balance = seen - 10;     // a write
//   balance += 5;            // both, in one segment
//
// Each access counts as one of the whole variable. A task that reads it in one segment and writes it in a later one,
// without reading it again and although another task has written in between, has lost an update: the write is taken to
// rest on the read.
//
// Outside of explored and observed runs an access costs a test of a pointer.
#pragma once

#include <corace/detail/identity.h>
#include <corace/detail/thread_state.h>

#include <concepts>
#include <cstdint>
#include <cstring>
#include <functional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace corace {

namespace detail {
/// What the observers know of a shared<T> and of one access.
struct shared_access {
  const void *identity;
  const void *address;
  std::uint32_t size;
  const char *name;
  std::source_location where;
};
enum class shared_use : std::uint8_t { read = 1, write = 2, update = 3 };
void tell_shared(const shared_access &access, shared_use what) noexcept;
} // namespace detail

template <class T> class shared {
public:
  using value_type = T;
  using place = std::source_location;

  shared()
    requires std::default_initializable<T>
      : value_() {}
  /// The name appears in reports and must outlive the variable.
  shared(T value, const char *name = "") : value_(std::move(value)), name_(name) {}
  shared(const shared &) = delete;

  [[nodiscard]] T load(const place &where = place::current()) const {
    tell(detail::shared_use::read, where);
    return value_;
  }
  void store(T value, const place &where = place::current()) {
    value_ = std::move(value);
    tell(detail::shared_use::write, where);
  }
  /// Reads: what f(const T &) returns.
  template <class F> decltype(auto) read(F &&f, const place &where = place::current()) const {
    tell(detail::shared_use::read, where);
    return std::invoke(std::forward<F>(f), std::as_const(value_));
  }
  /// Reads and writes: what f(T &) returns.
  template <class F> decltype(auto) update(F &&f, const place &where = place::current()) {
    tell(detail::shared_use::update, where);
    return std::invoke(std::forward<F>(f), value_);
  }

  operator T() const { return load(place()); }
  shared &operator=(T value) {
    store(std::move(value), place());
    return *this;
  }
  shared &operator=(const shared &other) { return *this = other.load(place()); }
  shared &operator++() {
    return change([](T &v) { ++v; });
  }
  shared &operator--() {
    return change([](T &v) { --v; });
  }
  T operator++(int) {
    return update([](T &v) { return v++; }, place());
  }
  T operator--(int) {
    return update([](T &v) { return v--; }, place());
  }
  template <class U> shared &operator+=(U &&by) {
    return change([&](T &v) { v += std::forward<U>(by); });
  }
  template <class U> shared &operator-=(U &&by) {
    return change([&](T &v) { v -= std::forward<U>(by); });
  }

  /// The value, seen by nobody: for checks after a run.
  [[nodiscard]] const T &peek() const noexcept { return value_; }

private:
  void tell(detail::shared_use what, const place &where) const {
    if (detail::here.loop)
      detail::tell_shared({identity_.get(), &value_, sizeof(T), name_, where}, what);
  }
  template <class F> shared &change(F f) {
    update(f, place());
    return *this;
  }

  alignas(alignof(T) < 8 ? 8 : alignof(T)) T value_; // no two share a granule of the detector
  const char *name_ = "";
  [[no_unique_address]] detail::identity identity_;
};

} // namespace corace
