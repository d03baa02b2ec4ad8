// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An account, by its declarations.
#pragma once

class Account {
public:
  int balance() const;
  void setBalance(int amount);

private:
  int balance_ = 0;
};
