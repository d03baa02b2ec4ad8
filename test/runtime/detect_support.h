// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Site tables by hand, as the pass would emit them, and a program of events to go with them.
#pragma once

#include "detect/detector.h"

#include <cstdint>
#include <cstring>
#include <string_view>

namespace corace::test {

inline constexpr std::uint8_t user = 0, write_back = CORACE_SITE_WRITE_BACK, library = CORACE_SITE_SYSTEM,
                              initial = CORACE_SITE_INITIAL, final = CORACE_SITE_FINAL,
                              in_coroutine = CORACE_SITE_IN_COROUTINE;

/// A module's table with its texts side by side: texts are found relative to the entry.
class table {
public:
  const corace_site *add(std::uint8_t kind, std::uint32_t line, std::uint8_t flags = user,
                         std::string_view function = "work()", std::string_view object = "shared",
                         std::string_view file = "/src/app.cpp", std::uint16_t column = 1) {
    corace_site &site = sites_[count_++];
    site = {};
    site.file = text(site.file, file);
    site.function = text(site.function, function);
    site.object = text(site.object, object);
    site.line = line;
    site.column = column;
    site.kind = kind;
    site.flags = flags;
    site.hash = static_cast<std::uint32_t>(count_) * 77 + kind;
    return &site;
  }
  void announce() const { __corace_module(sites_, sites_ + count_); }
  [[nodiscard]] const corace_site *begin() const { return sites_; }

private:
  std::int32_t text(const std::int32_t &field, std::string_view value) {
    if (value.empty())
      return 0;
    std::size_t at = 0; // one text is stored once: functions are told apart by the address of their name
    while (at < used_ && value != texts_ + at)
      at += std::strlen(texts_ + at) + 1;
    if (at == used_) {
      std::memcpy(texts_ + used_, value.data(), value.size());
      used_ += value.size() + 1;
    }
    return static_cast<std::int32_t>(texts_ + at - reinterpret_cast<const char *>(&field));
  }

  corace_site sites_[64] = {};
  char texts_[2048] = {};
  std::size_t count_ = 0, used_ = 0;
};

/// What instrumented code does for `value = variable` and `variable = value`.
template <class T> T load(const T &variable, const corace_site *site) {
  __corace_read(&variable, sizeof variable, site);
  return variable;
}
template <class T> void store(T &variable, T value, const corace_site *site) {
  variable = value;
  __corace_write(&variable, sizeof variable, site);
}

/// A coroutine's frame: only its address and size matter.
struct fake_frame {
  alignas(16) char bytes[64] = {};
  [[nodiscard]] void *promise() { return bytes + 16; }
};

} // namespace corace::test
