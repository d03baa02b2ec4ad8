// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/crash.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <system_error>
#include <thread>
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

int stops[2] = {-1, -1}; ///< a pipe: a handler may call next to nothing, so a thread does the work
pid_t stopped_process = 0;

void end_by(int signal) noexcept {
  std::signal(signal, SIG_DFL);
  ::kill(::getpid(), signal);
}

void on_stop(int signal) {
  const int before = errno;
  const char number = static_cast<char>(signal);
  // A process that the program has forked has the pipe, but not the thread.
  if (::getpid() != stopped_process || ::write(stops[1], &number, 1) != 1)
    end_by(signal);
  errno = before;
}

void wait_for_stop(void (*told)() noexcept) noexcept {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr); // the program's handlers run on the program's threads
  char signal = 0;
  while (::read(stops[0], &signal, 1) < 0 && errno == EINTR) {
  }
  told();
  sigset_t only;
  ::sigemptyset(&only);
  ::sigaddset(&only, signal);
  end_by(signal);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
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

void watch_for_stop(void (*told)() noexcept) {
  if (::pipe2(stops, O_CLOEXEC) != 0)
    return;
  stopped_process = ::getpid();
  try {
    std::thread(wait_for_stop, told).detach();
  } catch (const std::system_error &) { // then they end it as they always did
    return;
  }
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction before{};
    if (::sigaction(signal, nullptr, &before) != 0 || before.sa_handler != SIG_DFL)
      continue;
    struct sigaction now{};
    now.sa_handler = on_stop;
    now.sa_flags = SA_RESTART;
    ::sigaction(signal, &now, nullptr);
  }
}

} // namespace corace::report
