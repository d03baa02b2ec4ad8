// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declarations alone: the bodies are in other files.
#pragma once
#include "mock.h"
#include <map>
#include <string>

struct Ledger {
  virtual ~Ledger() = default;
  virtual int total() const = 0; // one override, in ledger.cpp
  virtual void setTotal(int total) = 0;
  virtual int limit() const = 0;
};

struct Meter {
  virtual ~Meter() = default;
  virtual int count() const = 0; // two overrides, in ledger.cpp
  virtual void setCount(int count) = 0;
};

class Store {
public:
  int shown() const;    // calls stored(), in second.cpp
  int stored() const;   // in third.cpp
  void put(int value);  // calls keep(), in second.cpp
  void keep(int value); // in third.cpp
  int spare() const;    // reads something else, by way of third.cpp
  int spared() const;
  void drop(int id);                     // erases, in rival.cpp
  void name(int id, std::string called); // inserts, in rival.cpp

  mock::task<> chain();
  mock::task<> others();
  mock::task<> look(int id);
  mock::task<> named(int id);

private:
  int value_ = 0, spare_ = 0;
  std::map<int, std::string> entries_, names_;
};

mock::task<> keeps(const std::string &text);   // uses it, in second.cpp
mock::task<> ignores(const std::string &text); // does not
void launch(mock::task<> task);                // only starts it, in second.cpp
