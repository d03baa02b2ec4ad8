// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// No coroutine is in here.
class Store {
public:
  int stored() const;
  void keep(int value);
  int spared() const;

private:
  int value_ = 0, spare_ = 0;
};

int Store::stored() const { return value_; }
void Store::keep(int value) { value_ = value; }
int Store::spared() const { return spare_; }
