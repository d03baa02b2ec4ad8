// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "detect/sites.h"

#include "report/start.h"
#include "vocab/stable_hash.h"

#include <corace/detail/hooks.h>

#include <algorithm>
#include <mutex>
#include <unordered_set>

const int __corace_abi_1 = 1;

namespace corace::detect {
namespace {

struct registry {
  std::mutex lock;
  std::vector<module_sites> modules;
};

// Constructors of other modules use it before and after ours: built on first use, never destroyed.
registry &the_registry() noexcept {
  static registry *const instance = new registry;
  return *instance;
}

} // namespace

const std::vector<module_sites> &modules() noexcept { return the_registry().modules; }
std::size_t modules_generation() noexcept { return the_registry().modules.size(); }

std::uint64_t instrumented_sites() noexcept {
  std::uint64_t count = 0;
  for (const module_sites &module : modules())
    count += static_cast<std::uint64_t>(module.end - module.begin);
  return count;
}

std::uint64_t fingerprint() noexcept {
  // Modules announce themselves in link order, which a build system may change: only their sorted hashes count.
  std::vector<std::uint64_t> hashes;
  for (const module_sites &module : modules()) {
    stable_hash hash;
    for (const corace_site *site = module.begin; site != module.end; ++site)
      hash.add(site->hash).add(site->kind);
    hashes.push_back(hash.value());
  }
  std::sort(hashes.begin(), hashes.end());
  stable_hash all;
  for (const std::uint64_t hash : hashes)
    all.add(hash);
  return all.value();
}

std::vector<std::string> instrumented_files() {
  std::vector<std::string> files;
  std::unordered_set<std::string_view> seen;
  const char *last = nullptr;
  for (const module_sites &module : modules())
    for (const corace_site *site = module.begin; site != module.end; ++site) {
      const char *file = file_of(*site);
      if (file == last || *file == '\0')
        continue;
      last = file;
      if (seen.insert(file).second)
        files.emplace_back(file);
    }
  return files;
}

const char *file_of(const corace_site &site) noexcept { return text_at(site.file); }
const char *function_of(const corace_site &site) noexcept { return text_at(site.function); }
const char *object_of(const corace_site &site) noexcept { return text_at(site.object); }

} // namespace corace::detect

extern "C" void __corace_module(const corace_site *begin, const corace_site *end) {
  using namespace corace::detect;
  if (begin == end)
    return;
  {
    registry &all = the_registry();
    const std::scoped_lock guard(all.lock);
    all.modules.push_back({begin, end});
    any_module = true;
  }
  corace::report::at_start();
}
