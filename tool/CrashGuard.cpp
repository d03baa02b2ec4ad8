// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/CrashGuard.h"

#include "llvm/Support/CrashRecoveryContext.h"

#include <csignal>
#include <vector>

using namespace llvm;

namespace corace::tool {

static constexpr unsigned StackSize = 8 << 20; // deep code needs a deep stack
static constexpr std::size_t SignalStackSize = 64 << 10;

CrashGuard::CrashGuard() {
  CrashRecoveryContext::Enable();
  // LLVM's handler would run on the stack that has just been used up.
  for (const int Signal : {SIGSEGV, SIGBUS}) {
    struct sigaction Action{};
    if (sigaction(Signal, nullptr, &Action) == 0) {
      Action.sa_flags |= SA_ONSTACK;
      sigaction(Signal, &Action, nullptr);
    }
  }
}

CrashGuard::~CrashGuard() { CrashRecoveryContext::Disable(); }

bool CrashGuard::run(function_ref<void()> Job) {
  std::vector<char> SignalStack(SignalStackSize); // outlives the thread
  CrashRecoveryContext Context;
  return Context.RunSafelyOnThread(
      [&] {
        stack_t Own{};
        Own.ss_sp = SignalStack.data();
        Own.ss_size = SignalStack.size();
        sigaltstack(&Own, nullptr);
        Job();
        Own.ss_flags = SS_DISABLE;
        sigaltstack(&Own, nullptr);
      },
      StackSize);
}

} // namespace corace::tool
