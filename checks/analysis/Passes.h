// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The blocks of a control-flow graph that are still to be visited, pass after pass: each pass goes from the entry to
// the exit, and a block that a back edge leads to waits for the next one. So a block is visited as often as loops are
// nested around it, and not as often as there are ways back to it (`continue`, `goto again`).
#pragma once

#include "clang/Analysis/Analyses/PostOrderCFGView.h"
#include "clang/Analysis/CFG.h"
#include "llvm/ADT/BitVector.h"

namespace corace::checks {

class Passes {
public:
  explicit Passes(const clang::CFG &Graph, const clang::PostOrderCFGView &Order)
      : Position(Graph.getNumBlockIDs(), None), Dirty(Graph.getNumBlockIDs()) {
    for (const clang::CFGBlock *Block : Order) {
      Position[Block->getBlockID()] = static_cast<unsigned>(Blocks.size());
      Blocks.push_back(Block);
    }
    enqueue(&Graph.getEntry());
  }
  void enqueue(const clang::CFGBlock *Block) {
    if (const unsigned At = Position[Block->getBlockID()]; At != None)
      Dirty.set(At);
  }
  /// Null when nothing is left to do.
  const clang::CFGBlock *next() {
    int Found = Dirty.find_next(Last);
    if (Found < 0)
      Found = Dirty.find_first();
    Last = Found;
    if (Found < 0)
      return nullptr;
    Dirty.reset(static_cast<unsigned>(Found));
    return Blocks[static_cast<std::size_t>(Found)];
  }

private:
  static constexpr unsigned None = ~0U;
  std::vector<const clang::CFGBlock *> Blocks; ///< in reverse post-order
  std::vector<unsigned> Position;
  llvm::BitVector Dirty;
  int Last = -1;
};

} // namespace corace::checks
