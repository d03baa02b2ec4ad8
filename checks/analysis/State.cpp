// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/analysis/State.h"

#include <algorithm>

namespace corace::checks {

namespace {

/// Stale if stale on either path; of two suspensions the one that stands first.
unsigned staler(unsigned A, unsigned B) { return A == 0 || B == 0 ? std::max(A, B) : std::min(A, B); }

template <typename Key> void joinSets(std::map<Key, FactSet> &Into, const std::map<Key, FactSet> &From) {
  for (const auto &[K, Set] : From)
    if (!Set.empty())
      Into[K].add(Set);
}

} // namespace

void FactSet::add(const Entry &E) {
  auto It = std::lower_bound(Entries.begin(), Entries.end(), E.Fact,
                             [](const Entry &A, unsigned Fact) { return A.Fact < Fact; });
  if (It == Entries.end() || It->Fact != E.Fact) {
    Entries.insert(It, E);
    return;
  }
  It->Since = staler(It->Since, E.Since);
  It->Locks &= E.Locks;
  It->Decided = It->Decided && E.Decided;
}

void FactSet::add(const FactSet &Other) {
  for (const Entry &E : Other)
    add(E);
}

bool State::join(const State &Other) {
  if (!Other.Reachable)
    return false;
  if (!Reachable) {
    *this = Other;
    return true;
  }
  State Before = *this;
  joinSets(Vars, Other.Vars);
  joinSets(Temps, Other.Temps);
  joinSets(Conditions, Other.Conditions);
  joinSets(References, Other.References);
  Stores.add(Other.Stores);
  Held &= Other.Held;
  for (const auto &[Var, Locks] : Other.Guards)
    Guards[Var] |= Locks;
  return !(*this == Before);
}

} // namespace corace::checks
