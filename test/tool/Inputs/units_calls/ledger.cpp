// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Classes that are known in this file only.
#include "store.h"


struct Paper final : Ledger {
  int total() const override { return total_; }
  void setTotal(int total) override;
  int limit() const override { return limit_; }
  int total_ = 0, limit_ = 9;
};
void Paper::setTotal(int total) { total_ = total; }

struct Water : Meter {
  int count() const override { return count_; }
  void setCount(int count) override { count_ = count; }
  int count_ = 0;
};
struct Gas : Meter {
  int count() const override { return count_ / 2; }
  void setCount(int count) override { count_ = count * 2; }
  int count_ = 0;
};
