// What the runtime's own headers call of the standard library is their business, also where the user's code calls the
// same functions.
// RUN: %clangxx -std=c++20 -g -O0 -S -emit-llvm -Xclang -disable-llvm-passes %s -o %t.ll
// RUN: opt -load-pass-plugin=%corace_pass -passes=corace,verify -S %t.ll -o %t.out.ll
// RUN: FileCheck --check-prefix=OWN %s < %t.out.ll
// RUN: FileCheck --check-prefix=USER %s < %t.out.ll
// RUN: FileCheck --check-prefix=NOTED %s < %t.out.ll
// RUN: FileCheck --check-prefix=MADE %s < %t.out.ll

#include <memory>
#include <utility>

struct noted {
  static inline int count = 0;
  noted() { ++count; }
};

namespace corace {
int kept(int &state) { return std::exchange(state, 1); }
std::unique_ptr<noted> made() { return std::make_unique<noted>(); }
} // namespace corace

int by_user(int &state) { return std::exchange(state, 1); }

// Copies call copies.
// OWN-LABEL: define {{.*}}@_ZN6corace4keptERi(
// OWN: call {{.*}}@corace._ZSt8exchangeIiiET_RS0_OT0_(
// OWN-LABEL: define internal {{.*}}@corace._ZSt8exchangeIiiET_RS0_OT0_(
// OWN-NOT: __corace_
// OWN: {{call|invoke}} {{.*}}@corace._ZSt10__exchangeIiiET_RS0_OT0_(
// OWN-LABEL: define internal {{.*}}@corace._ZSt10__exchangeIiiET_RS0_OT0_(
// OWN-NOT: __corace_
// OWN: ret i32

// The user's code calls the originals, which are observed.
// USER-LABEL: define {{.*}}@_Z7by_userRi(
// USER: call {{.*}} @_ZSt8exchangeIiiET_RS0_OT0_(
// USER-LABEL: define linkonce_odr {{.*}} @_ZSt10__exchangeIiiET_RS0_OT0_(
// USER: call void @__corace_read(
// USER: call void @__corace_write(
// USER: ret i32

// So is the user's code that a copy calls.
// NOTED-LABEL: define {{.*}}@_ZN5notedC2Ev(
// NOTED: call void @__corace_write(ptr @_ZN5noted5countE

// Memory that a copy takes or gives back may have been an object of the user's.
// MADE-LABEL: define internal {{.*}}@corace._ZSt11make_uniqueI5noted
// MADE-NOT: call void @__corace_{{read|write}}
// MADE: call {{.*}}@_Znwm(
// MADE-NEXT: call void @__corace_alloc(
// MADE-NOT: call void @__corace_{{read|write}}
// MADE: {{call|invoke}} void @_ZN5notedC2Ev(
