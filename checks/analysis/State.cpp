// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/State.h"

#include <algorithm>
#include <functional>
#include <vector>

namespace corace::checks {

namespace {

/// Stale if stale on either path; of two suspensions the one that stands first.
unsigned staler(unsigned A, unsigned B) { return A == 0 || B == 0 ? std::max(A, B) : std::min(A, B); }

template <typename Key> bool joinSets(std::map<Key, FactSet> &Into, const std::map<Key, FactSet> &From) {
  bool Changed = false;
  for (const auto &[K, Set] : From)
    if (!Set.empty())
      Changed |= Into[K].add(Set);
  return Changed;
}

constexpr std::size_t MaxCarriers = 96;      // of one kind
constexpr std::size_t MaxEntries = 1U << 10; // of all kinds

template <typename Key> void trimSets(std::map<Key, FactSet> &Sets) {
  if (Sets.size() <= MaxCarriers)
    return;
  for (auto It = Sets.begin(); It != Sets.end();)
    It = It->second.empty() ? Sets.erase(It) : std::next(It);
  if (Sets.size() <= MaxCarriers)
    return;
  std::vector<unsigned> Latest;
  for (const auto &[K, Set] : Sets)
    Latest.push_back(Set.latest());
  const auto Last = Latest.begin() + MaxCarriers - 1;
  std::nth_element(Latest.begin(), Last, Latest.end(), std::greater<>());
  for (auto It = Sets.begin(); It != Sets.end();)
    It = It->second.latest() < *Last ? Sets.erase(It) : std::next(It);
}

} // namespace

bool FactSet::add(const Entry &E) {
  auto It = std::lower_bound(Entries.begin(), Entries.end(), E.Fact,
                             [](const Entry &A, unsigned Fact) { return A.Fact < Fact; });
  if (It == Entries.end() || It->Fact != E.Fact) {
    if (Entries.size() < MaxEntries) {
      Entries.insert(It, E);
    } else if (It == Entries.begin()) {
      return false; // older than all that are kept
    } else {
      std::move(Entries.begin() + 1, It, Entries.begin());
      *std::prev(It) = E;
    }
    return true;
  }
  const Entry Before = *It;
  It->Since = staler(It->Since, E.Since);
  It->Locks &= E.Locks;
  It->Decided = It->Decided && E.Decided;
  return !(*It == Before);
}

bool FactSet::add(const FactSet &Other) {
  bool Changed = false;
  for (const Entry &E : Other)
    Changed |= add(E);
  return Changed;
}

void State::trim() {
  trimSets(Vars);
  trimSets(Temps);
  trimSets(Conditions);
  trimSets(References);
  std::size_t Size = 0;
  forEachSet([&](const FactSet &Set) { Size += Set.size(); });
  if (Size <= MaxEntries)
    return;
  std::vector<unsigned> Facts;
  Facts.reserve(Size);
  forEachSet([&](const FactSet &Set) {
    for (const Entry &E : Set)
      Facts.push_back(E.Fact);
  });
  const auto Oldest = Facts.begin() + MaxEntries / 2;
  std::nth_element(Facts.begin(), Oldest, Facts.end(), std::greater<>());
  forEachSet([&](FactSet &Set) { Set.eraseIf([&](const Entry &E) { return E.Fact < *Oldest; }); });
}

bool State::join(const State &Other) {
  if (!Other.Reachable)
    return false;
  if (!Reachable) {
    *this = Other;
    return true;
  }
  bool Changed = joinSets(Vars, Other.Vars);
  Changed |= joinSets(Temps, Other.Temps);
  Changed |= joinSets(Conditions, Other.Conditions);
  Changed |= joinSets(References, Other.References);
  Changed |= Stores.add(Other.Stores);
  Changed |= Owners.add(Other.Owners);
  if (Other.LastSuspension > LastSuspension) {
    LastSuspension = Other.LastSuspension;
    Changed = true;
  }
  Changed |= (Held & ~Other.Held) != 0;
  Held &= Other.Held;
  Changed |= llvm::any_of(Reserved, [&](unsigned Fact) { return !llvm::is_contained(Other.Reserved, Fact); });
  llvm::erase_if(Reserved, [&](unsigned Fact) { return !llvm::is_contained(Other.Reserved, Fact); });
  for (const auto &[Var, Locks] : Other.Guards) {
    LockSet &Mine = Guards[Var];
    Changed |= (Locks & ~Mine) != 0;
    Mine |= Locks;
  }
  return Changed;
}

} // namespace corace::checks
