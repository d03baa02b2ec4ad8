// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/crash.h"

#include <csignal>
#include <cstdlib>
#include <exception>
#include <typeinfo>
#include <utility>

namespace corace::report {

namespace {
void (*tell)(bool, const std::string &) noexcept = nullptr;
std::terminate_handler next_terminate = nullptr;

void say_once(bool by_exception, const std::string &message) noexcept {
  if (auto *call = std::exchange(tell, nullptr))
    call(by_exception, message);
}

[[noreturn]] void on_terminate() {
  if (const std::exception_ptr error = std::current_exception()) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception &e) {
      say_once(true, std::string(e.what()));
    } catch (...) {
      say_once(true, "an exception that is no std::exception");
    }
  }
  if (next_terminate)
    next_terminate();
  std::abort();
}

void on_abort(int) {
  say_once(false, "");
  std::signal(SIGABRT, SIG_DFL); // abort() raises it again
}
} // namespace

void watch_for_death(void (*told)(bool, const std::string &) noexcept) {
  tell = told;
  next_terminate = std::set_terminate(on_terminate);
  struct sigaction before{};
  if (::sigaction(SIGABRT, nullptr, &before) == 0 && before.sa_handler == SIG_DFL)
    std::signal(SIGABRT, on_abort);
}

} // namespace corace::report
