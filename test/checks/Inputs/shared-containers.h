// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Containers that share what they hold with their copies until one of them is changed, as Qt's do. Their bodies are here
// to be seen, as if the project named the library's directory with -I.
#pragma once

template <typename Key, typename T> class QMap {
  struct Data {
    Key key;
    T value;
    Data *next;
  };
  Data *d = nullptr;

public:
  using key_type = Key;
  struct iterator {
    Data *at;
    T &operator*() const { return at->value; }
    T &value() const { return at->value; }
    iterator &operator++() { at = at->next; return *this; }
    bool operator==(const iterator &other) const { return at == other.at; }
  };
  QMap() = default;
  QMap(const QMap &other) : d(other.d) {}
  QMap &operator=(const QMap &other) { d = other.d; return *this; }
  void detach() { d = new Data(*d); }
  iterator begin() { detach(); return {d}; }
  iterator end() { detach(); return {nullptr}; }
  iterator find(const Key &) { detach(); return {d}; }
  iterator insert(const Key &, const T &) { detach(); return {d}; }
  T &operator[](const Key &) { detach(); return d->value; }
  T value(const Key &) const { return d->value; }
  bool contains(const Key &) const { return d != nullptr; }
  int remove(const Key &) { detach(); return 0; }
};
