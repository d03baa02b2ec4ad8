// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Process.h"

#include "tool/Support.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <optional>
#include <spawn.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

using namespace llvm;

namespace corace::tool {

std::string ProcessExit::describe() const {
  if (Signal)
    return "was killed by signal " + std::to_string(Signal) + " (" + strsignal(Signal) + ")";
  return "ended with status " + std::to_string(Status);
}

/// While it lives, programs are started without address space randomisation, so that what depends on addresses (the
/// order of a hash table of pointers) is the same in each run. Some containers forbid it; then all is as before.
class AddressesStay {
public:
  explicit AddressesStay(bool Wanted) {
    const int Old = personality(0xffffffff);
    if (Wanted && Old != -1 && personality(static_cast<unsigned long>(Old) | ADDR_NO_RANDOMIZE) != -1)
      Before = Old;
  }
  ~AddressesStay() {
    if (Before)
      personality(static_cast<unsigned long>(*Before));
  }

private:
  std::optional<int> Before;
};

namespace {

/// The programs that run now. While there are any, what would end the tool is left to them: the terminal sends its
/// interrupts to both, a signal to the tool alone is passed on. The tool then goes on and tidies up.
class Children {
public:
  static constexpr std::array<int, 4> Signals = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};

  /// Before a program is started.
  static void enter();
  /// After it has ended.
  static void leave();
  static void add(pid_t Child) { replace(0, Child); }
  static void remove(pid_t Child) { replace(Child, 0); }
  /// Those that a program shall take as usual: not what the tool itself was told to ignore.
  static sigset_t defaults();

  static inline volatile std::sig_atomic_t Interrupted = 0;

private:
  static void replace(pid_t From, pid_t To) {
    for (std::atomic<pid_t> &Slot : Slots)
      if (pid_t Expected = From; Slot.compare_exchange_strong(Expected, To))
        return;
  }
  static void handle(int Signal, siginfo_t *Info, void *);

  static inline std::mutex Mutex;
  static inline unsigned Count = 0;
  static inline std::array<std::atomic<pid_t>, 1024> Slots{};
  static inline std::array<struct sigaction, Signals.size()> Before{};
};

} // namespace

void Children::handle(int Signal, siginfo_t *Info, void *) {
  const int Saved = errno;
  Interrupted = Signal;
  if (Info->si_code <= 0) // sent by kill(): the terminal's come from the kernel
    for (std::atomic<pid_t> &Slot : Slots)
      if (const pid_t Child = Slot)
        kill(Child, Signal);
  errno = Saved;
}

void Children::enter() {
  const std::lock_guard Lock(Mutex);
  if (Count++ != 0)
    return;
  for (size_t I = 0; I < Signals.size(); ++I) {
    sigaction(Signals[I], nullptr, &Before[I]);
    if (Before[I].sa_handler == SIG_IGN)
      continue; // under nohup, for example
    struct sigaction Pass{};
    Pass.sa_sigaction = handle;
    Pass.sa_flags = SA_SIGINFO | SA_RESTART;
    sigaction(Signals[I], &Pass, nullptr);
  }
}

void Children::leave() {
  const std::lock_guard Lock(Mutex);
  if (--Count != 0)
    return;
  for (size_t I = 0; I < Signals.size(); ++I)
    sigaction(Signals[I], &Before[I], nullptr);
}

sigset_t Children::defaults() {
  const std::lock_guard Lock(Mutex);
  sigset_t Set;
  sigemptyset(&Set);
  for (size_t I = 0; I < Signals.size(); ++I)
    if (Before[I].sa_handler != SIG_IGN)
      sigaddset(&Set, Signals[I]);
  sigaddset(&Set, SIGPIPE); // LLVM changes it
  return Set;
}

bool interrupted() { return Children::Interrupted != 0; }

static std::vector<std::string> environmentWith(ArrayRef<std::pair<std::string, std::string>> Extra) {
  std::vector<std::string> Result;
  for (char **Entry = environ; Entry && *Entry; ++Entry) {
    const StringRef Name = StringRef(*Entry).split('=').first;
    if (none_of(Extra, [&](const auto &Pair) { return Pair.first == Name; }))
      Result.emplace_back(*Entry);
  }
  for (const auto &[Name, Value] : Extra)
    Result.push_back(Name + "=" + Value);
  return Result;
}

static std::vector<char *> pointers(std::vector<std::string> &Texts) {
  std::vector<char *> Result;
  for (std::string &Text : Texts)
    Result.push_back(Text.data());
  Result.push_back(nullptr);
  return Result;
}

Expected<ProcessExit> run(const Process &What) {
  outs().flush(); // what was said before the program started stands before what it says
  std::vector<std::string> Words = What.Command, Environment = environmentWith(What.Environment);
  posix_spawn_file_actions_t Actions;
  posix_spawn_file_actions_init(&Actions);
  if (!What.Directory.empty())
    posix_spawn_file_actions_addchdir_np(&Actions, What.Directory.c_str());
  if (!What.Output.empty()) {
    posix_spawn_file_actions_addopen(&Actions, STDOUT_FILENO, What.Output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawn_file_actions_adddup2(&Actions, STDOUT_FILENO, STDERR_FILENO);
  }
  if (!What.Errors.empty())
    posix_spawn_file_actions_addopen(&Actions, STDERR_FILENO, What.Errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  const AddressesStay Addresses(What.SameAddresses);
  Children::enter();
  const auto Leave = make_scope_exit([] { Children::leave(); });
  posix_spawnattr_t Attributes;
  posix_spawnattr_init(&Attributes);
  const sigset_t Defaults = Children::defaults();
  posix_spawnattr_setsigdefault(&Attributes, &Defaults);
  posix_spawnattr_setflags(&Attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t Child = 0;
  const int Failure = posix_spawnp(&Child, Words[0].c_str(), &Actions, &Attributes, pointers(Words).data(),
                                   pointers(Environment).data());
  posix_spawn_file_actions_destroy(&Actions);
  posix_spawnattr_destroy(&Attributes);
  if (Failure)
    return fileError(Words[0], std::error_code(Failure, std::generic_category()), "name a program that can be run");
  Children::add(Child);
  int Status = 0;
  while (waitpid(Child, &Status, 0) < 0 && errno == EINTR) {
  }
  Children::remove(Child);
  ProcessExit Result;
  if (WIFSIGNALED(Status))
    Result.Signal = WTERMSIG(Status);
  else
    Result.Status = WEXITSTATUS(Status);
  return Result;
}

std::string optionsValue(ArrayRef<std::pair<std::string, std::string>> Options) {
  std::string Result;
  const auto Add = [&](StringRef Name, StringRef Value) {
    if (!Result.empty())
      Result += ':';
    Result += Name;
    Result += '=';
    for (char C : Value) {
      if (C == ':' || C == '\\')
        Result += '\\';
      Result += C;
    }
  };
  // What the user set stays, as far as the tool does not need it otherwise.
  if (const char *Own = std::getenv("CORACE_OPTIONS")) {
    std::string Entry;
    const auto Keep = [&] {
      const StringRef Name = StringRef(Entry).split('=').first;
      if (!Entry.empty() && none_of(Options, [&](const auto &Pair) { return Pair.first == Name; }))
        Result += (Result.empty() ? "" : ":") + Entry;
      Entry.clear();
    };
    for (StringRef Rest = Own; !Rest.empty(); Rest = Rest.drop_front()) {
      if (Rest[0] == '\\' && Rest.size() > 1) {
        Entry += Rest.take_front(2);
        Rest = Rest.drop_front();
      } else if (Rest[0] == ':') {
        Keep();
      } else {
        Entry += Rest[0];
      }
    }
    Keep();
  }
  for (const auto &[Name, Value] : Options)
    Add(Name, Value);
  return Result;
}

} // namespace corace::tool
