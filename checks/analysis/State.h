// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lattice of the data-flow analysis. A state says which facts live in which carriers, how stale they are, and which
// locks have been held ever since they were read. Joining two states keeps what is true on either path (facts,
// staleness) and what is true on both (protection).
#pragma once

#include "checks/analysis/AccessPath.h"

#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <map>

namespace corace::checks {

/// A set of acquisitions, one bit each. A function with more than 64 of them loses protection for the rest: it then
/// reports nothing that these would have protected, see Locks::acquire.
using LockSet = std::uint64_t;

/// That a carrier holds what a fact read.
struct Entry {
  unsigned Fact = 0;
  unsigned Since = 0;   ///< the first suspension after the read, counted from 1 in the order of the source; 0: fresh
  LockSet Locks = 0;    ///< exclusive acquisitions held from the read until now
  bool Decided = false; ///< the value does not hold the fact, but a condition over it chose the value
  friend bool operator==(const Entry &, const Entry &) = default;
};

/// Entries sorted by fact, at most one for each. Of very many only the latest are kept: what is true of generated code
/// must not take time that grows with the square of its size.
class FactSet {
public:
  static constexpr std::size_t MaxEntries = 64;
  /// True if that changed anything.
  bool add(const Entry &E);
  bool add(const FactSet &Other);
  template <typename Predicate> void eraseIf(Predicate P) { llvm::erase_if(Entries, P); }
  [[nodiscard]] bool empty() const { return Entries.empty(); }
  [[nodiscard]] std::size_t size() const { return Entries.size(); }
  [[nodiscard]] auto begin() const { return Entries.begin(); }
  [[nodiscard]] auto end() const { return Entries.end(); }
  [[nodiscard]] auto begin() { return Entries.begin(); }
  [[nodiscard]] auto end() { return Entries.end(); }
  /// The latest of the facts; only of sets that are not empty.
  [[nodiscard]] unsigned latest() const { return Entries.back().Fact; }
  friend bool operator==(const FactSet &A, const FactSet &B) { return A.Entries == B.Entries; }

private:
  llvm::SmallVector<Entry, 2> Entries;
};

struct State {
  bool Reachable = false;
  std::map<const clang::ValueDecl *, FactSet> Vars;       ///< locals
  std::map<const clang::Expr *, FactSet> Temps;           ///< values of sub-expressions that are not used up yet
  std::map<const clang::Stmt *, FactSet> Conditions;      ///< by the branching statement: what its last test read
  FactSet Stores;                                         ///< own writes of shared places, for what is read back later
  std::map<const clang::ValueDecl *, FactSet> References; ///< by the variable that refers: where it came from
  FactSet Owners;              ///< shared pointers and optionals whose content was awaited on
  unsigned LastSuspension = 0; ///< the latest one on some path; 0: none yet
  LockSet Held = 0;
  std::map<const clang::ValueDecl *, LockSet> Guards; ///< what goes when the variable goes
  llvm::SmallVector<unsigned, 2> Reserved; ///< changes of shared numbers that are yet to be given back, on every path

  /// Takes in what holds on another path to the same point; true if that changed anything.
  bool join(const State &Other);
  /// Forgets what lies far back, where there is very much, so that a state has a bounded size.
  void trim();
  /// Calls the function for every set of facts.
  template <typename Fn> void forEachSet(Fn F) {
    for (auto &[Key, Set] : Vars)
      F(Set);
    for (auto &[Key, Set] : Temps)
      F(Set);
    for (auto &[Key, Set] : Conditions)
      F(Set);
    for (auto &[Key, Set] : References)
      F(Set);
    F(Stores);
    F(Owners);
  }
  friend bool operator==(const State &, const State &) = default;
};

} // namespace corace::checks
