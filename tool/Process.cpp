// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tool/Process.h"

#include "tool/Support.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
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

/// While it lives, the terminal's interrupts are left to the child, as system() does it.
class InterruptsGoToChild {
public:
  InterruptsGoToChild() {
    struct sigaction Ignore{};
    Ignore.sa_handler = SIG_IGN;
    sigaction(SIGINT, &Ignore, &Interrupt);
    sigaction(SIGQUIT, &Ignore, &Quit);
  }
  ~InterruptsGoToChild() {
    sigaction(SIGINT, &Interrupt, nullptr);
    sigaction(SIGQUIT, &Quit, nullptr);
  }
  /// The signals that the child shall take: those that the tool itself was not told to ignore.
  [[nodiscard]] sigset_t defaults() const {
    sigset_t Set;
    sigemptyset(&Set);
    if (Interrupt.sa_handler != SIG_IGN)
      sigaddset(&Set, SIGINT);
    if (Quit.sa_handler != SIG_IGN)
      sigaddset(&Set, SIGQUIT);
    sigaddset(&Set, SIGPIPE); // InitLLVM() changes it
    return Set;
  }

private:
  struct sigaction Interrupt{}, Quit{};
};

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
  posix_spawnattr_t Attributes;
  posix_spawnattr_init(&Attributes);
  InterruptsGoToChild Guard;
  const sigset_t Defaults = Guard.defaults();
  posix_spawnattr_setsigdefault(&Attributes, &Defaults);
  posix_spawnattr_setflags(&Attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t Child = 0;
  const int Failure = posix_spawnp(&Child, Words[0].c_str(), &Actions, &Attributes, pointers(Words).data(),
                                   pointers(Environment).data());
  posix_spawn_file_actions_destroy(&Actions);
  posix_spawnattr_destroy(&Attributes);
  if (Failure)
    return fileError(Words[0], std::error_code(Failure, std::generic_category()), "name a program that can be run");
  int Status = 0;
  while (waitpid(Child, &Status, 0) < 0 && errno == EINTR) {
  }
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
