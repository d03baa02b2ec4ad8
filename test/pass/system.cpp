// Whose code it is: the system's headers, or directories that an option names, are a library's. The option is the plugin's,
// so the plugin is loaded before options are read, by -fplugin.
// RUN: %clangxx -std=c++20 %detector_headers -c %S/Inputs/table.cpp -o %t.table.o
// RUN: %clangxx_instrumented -c %s -o %t.o
// RUN: %clangxx %t.o %t.table.o %link_instrumented -o %t && %t counter.h | FileCheck --check-prefix=OWN %s
// RUN: %t system.cpp | FileCheck --check-prefix=MAIN %s
// RUN: %t stl_vector.h | FileCheck --check-prefix=VECTOR %s
// RUN: %clangxx_instrumented -fplugin=%corace_pass -mllvm -corace-system-prefix=/no/where,%S/Inputs/library/ -c %s -o %t.o
// RUN: %clangxx %t.o %t.table.o %link_instrumented -o %t && %t counter.h | FileCheck --check-prefix=LIBRARY %s
// RUN: %clangxx_instrumented -fplugin=%corace_pass -mllvm -corace-system-prefix=%S/Inputs/lib -c %s -o %t.o
// RUN: %clangxx %t.o %t.table.o %link_instrumented -o %t && %t counter.h | FileCheck --check-prefix=OWN %s

#include "Inputs/library/counter.h"

#include <vector>

// OWN: {{^}}write 6: library_counter
// LIBRARY: {{^}}library's write 6: library_counter
// MAIN: {{^}}write [[@LINE+6]]: own
// VECTOR: library's write
// VECTOR-NOT: {{^}}write
int own;
std::vector<int> numbers;
void use() {
  own = 2;
  count();
  numbers.push_back(1);
}
