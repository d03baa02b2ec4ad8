// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Accesses to shared<T>, told to the detector as the pass would tell them. Their sites are made when they are first
// met, and stay.
#include "detect/access_log.h"
#include "detect/detector.h"
#include "vocab/stable_hash.h"

#include <corace/event_loop.h>
#include <corace/shared.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <string>
#include <tuple>
#include <utility>

namespace corace::detail {

namespace {
using site_key = std::tuple<std::string, std::uint32_t, std::string, std::string, corace_site_kind>;

/// A site and its texts, in one block because a site finds them relative to itself.
[[nodiscard]] const corace_site *make_site(const shared_access &access, const char *function, corace_site_kind kind) {
  const std::string_view texts[] = {access.where.file_name(), function, access.name};
  std::size_t size = sizeof(corace_site);
  for (std::string_view each : texts)
    size += each.size() + 1;
  auto *block = static_cast<char *>(std::malloc(size));
  if (!block)
    throw std::bad_alloc();
  auto *site = new (block) corace_site{};
  char *next = block + sizeof(corace_site);
  std::int32_t corace_site::*const fields[] = {&corace_site::file, &corace_site::function, &corace_site::object};
  for (std::size_t i = 0; i < 3; ++i) {
    std::memcpy(next, texts[i].data(), texts[i].size());
    next[texts[i].size()] = '\0';
    if (!texts[i].empty())
      site->*fields[i] = static_cast<std::int32_t>(next - reinterpret_cast<char *>(&(site->*fields[i])));
    next += texts[i].size() + 1;
  }
  site->line = access.where.line();
  site->column = static_cast<std::uint16_t>(access.where.column());
  site->kind = static_cast<std::uint8_t>(kind);
  site->flags =
      static_cast<std::uint8_t>(CORACE_SITE_IN_COROUTINE | (kind == CORACE_SITE_WRITE ? CORACE_SITE_WRITE_BACK : 0));
  stable_hash hash;
  hash.add(std::uint64_t(kind)).add(texts[1]).add(texts[2]).add(std::uint64_t(site->line));
  site->hash = static_cast<std::uint32_t>(hash.value());
  return site;
}

/// The function is known by the access itself, or else it is the running task's coroutine.
[[nodiscard]] const corace_site *site_of(const shared_access &access, corace_site_kind kind) {
  static auto *lock = new std::mutex;
  static auto *known = new std::map<site_key, const corace_site *>;
  const char *function = access.where.function_name();
  if (const event_loop *loop = here.loop; !*function && loop && loop->running() && loop->running()->watched)
    function = loop->running()->watched->function;
  const std::lock_guard guard(*lock);
  const corace_site *&site = (*known)[{access.where.file_name(), access.where.line(), function, access.name, kind}];
  if (!site)
    site = make_site(access, function, kind);
  return site;
}
} // namespace

void tell_shared(const shared_access &access, shared_use what) noexcept {
  using detect::access_log;
  if (access_log *log = here.log) {
    const std::uint64_t place =
        access.where.line()
            ? reinterpret_cast<std::uintptr_t>(access.where.file_name()) +
                  (std::uint64_t{access.where.line()} << 40 ^ std::uint64_t{access.where.column()} << 32)
            : reinterpret_cast<std::uintptr_t>(access.name);
    log->memory(reinterpret_cast<std::uintptr_t>(access.identity), static_cast<access_log::access>(what), place);
    log->global(reinterpret_cast<std::uintptr_t>(access.address), access.size, static_cast<access_log::access>(what),
                access.name, access.where.file_name(), access.where.line());
  }
  if (!here.loop->observed())
    return;
  // The detector knows the variable by its address; the log has been told already, and knows it by its identity.
  struct without_log {
    access_log *log = std::exchange(here.log, nullptr);
    ~without_log() { here.log = log; }
  } const aside;
  switch (what) {
  case shared_use::read: return __corace_read(access.address, access.size, site_of(access, CORACE_SITE_READ));
  case shared_use::write: return __corace_write(access.address, access.size, site_of(access, CORACE_SITE_WRITE));
  case shared_use::update: return __corace_update(access.address, access.size, site_of(access, CORACE_SITE_UPDATE));
  }
}

} // namespace corace::detail
