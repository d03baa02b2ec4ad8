// Which stores derive from an earlier load of the same location: flag 2 in the table (16 is: in a coroutine).
// RUN: %clangxx_instrumented %detector_headers -O0 -c %s -o %t.o
// RUN: %clangxx_instrumented %detector_headers -O2 -c %s -o %t.2.o
// RUN: %clangxx -std=c++20 %detector_headers -c %S/Inputs/table.cpp -o %t.table.o
// RUN: %clangxx %t.o %t.table.o %link_instrumented -o %t && %t write-back.cpp | FileCheck %s
// RUN: %clangxx %t.2.o %t.table.o %link_instrumented -o %t.2 && %t.2 write-back.cpp | FileCheck %s

#include <string>

int pure(int);
int pure(int x) { return x * 3; }
template <class T> const T &larger(const T &a, const T &b) { return a < b ? b : a; }

struct pair {
  int first, second;
};
struct object {
  int count = 0, other = 0, array[4] = {};
  pair both;
  std::string name;
  int next();
  void test(int i, bool c, int &reference);
};
int global;
int object::next() { return 1; }

void object::test(int i, bool c, int &reference) {
  int before = count;
  count = before + 1; // CHECK-DAG: write back [[@LINE]]: object::count
  count = pure(before); // CHECK-DAG: write back [[@LINE]]: object::count
  count = larger(before, 7); // CHECK-DAG: write back [[@LINE]]: object::count
  count = c ? before : 0; // CHECK-DAG: write back [[@LINE]]: object::count
  ++count; // CHECK-DAG: write back [[@LINE]]: object::count
  int copy = before;
  while (i-- > 0)
    copy = copy * 2;
  count = copy; // CHECK-DAG: write back [[@LINE]]: object::count
  array[i] = array[i] + 1; // CHECK-DAG: write back [[@LINE]]: object::array
  reference = reference + 1; // CHECK-DAG: write back [[@LINE]]: reference
  global = global + 1; // CHECK-DAG: write back [[@LINE]]: global
  both.second = both.second + 1; // CHECK-DAG: write back [[@LINE]]: pair::second
  std::string old = name;
  name = old + "!"; // CHECK-DAG: write back [[@LINE]]: object::name

  count = 0; // CHECK-DAG: write [[@LINE]]: object::count
  count = other + 1; // CHECK-DAG: write [[@LINE]]: object::count
  count = next(); // CHECK-DAG: write [[@LINE]]: object::count
  array[1] = array[2]; // CHECK-DAG: write [[@LINE]]: object::array
  both.first = both.second; // CHECK-DAG: write [[@LINE]]: pair::first
  name = "new"; // CHECK-DAG: write [[@LINE]]: object::name
}
