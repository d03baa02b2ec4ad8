// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known of libraries, as data: library_models.yaml (its first lines describe the schema) and files of users.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace corace::checks {

/// What awaiting something does to the awaiting task.
enum class AwaitEffect {
  Never,    ///< goes on at once
  Transfer, ///< runs the awaited coroutine; suspends only if that one does
  May,
  Always,
};

enum class LockMode { Exclusive, Shared, Counted, Upgrade };

/// A type that a library offers.
struct TypeModel {
  std::string Library; ///< id of the library
  std::string Key;     ///< qualified name
  std::string Role;    ///< task, lock, guard, guard-of-arg, counted, plain, serial, hostile, hostile-guard, atomic, ...
  std::optional<AwaitEffect> Await;
  std::optional<LockMode> Of; ///< for guards
  std::string Count;          ///< for counted: ctorN, tmplN, one
  std::string Start;          ///< for tasks: lazy, eager, posted
  std::string Drop;           ///< for tasks: what a discarded one does
  std::string Stable;         ///< for containers: nothing, ends, references, nodes, fixed; see library_models.yaml
  bool NoDiscard = false;     ///< for tasks: dropping one is a mistake even if it goes on by itself
  bool Once = false;          ///< for tasks: a second await is an error
  std::vector<std::string> Acquires; ///< methods of a guard or a thread lock that take it
  std::vector<std::string> Releases; ///< methods of a guard that end it early, or of a thread lock that give it back
  bool Confined = false;             ///< only one task at a time uses an object of the type
  std::string Reason;                ///< for hostile-guard: why it must not live across a suspension
  bool OneThread = false; ///< for tasks: goes on where it was suspended, and all that share a thread take turns
  std::string Failure;    ///< of a task that nobody awaits, or told to a handler of this type: lost, logged, terminates
};

/// A member or variable.
struct MemberModel {
  std::string Library;
  std::string Key;
  bool Confined = false; ///< only one task at a time uses it
  std::string GuardedBy; ///< the lock that has to be held for it
};

/// A function, method or `co_await` on a type.
struct OpModel {
  std::string Library;
  std::string Key;
  std::optional<AwaitEffect> Await;
  std::optional<LockMode> Acquire;
  std::optional<LockMode> Release;
  bool AcquiresWhenCalled = false; ///< else when awaited
  bool ReleasesWhenAwaited = false;
  std::optional<unsigned> Units; ///< index of the argument that counts the units
  std::string Lock;              ///< "this" or the index of the argument that is the lock
  std::string Pass;              ///< wraps that argument ("0", "this", "last", "all")
  std::string Under;             ///< runs its body argument under the lock: x, s, n
  std::string Body;              ///< the argument that runs under the lock
  std::optional<unsigned> Drops; ///< waits with the lock that this argument holds, and retakes it
  bool OtherThread = false;      ///< the await may go on on another thread
  bool ThreadLocal = false; ///< the call returns a reference or pointer to something that each thread has its own of
  bool Reenter = false;     ///< a plain call that lets other tasks run
  bool ReenterInThreads = false; ///< the same, and only where a thread can wait: not in a coroutine
  bool WakesInline = false;      ///< resumes who waits before it returns
  bool Revalidates = false;      ///< a predicate: whether what was read before a suspension still holds
  bool ReadModifyWrite = false;  ///< one indivisible access; what it returns is claimed
  bool SpawnsAny = false;        ///< starts tasks: all arguments ...
  std::vector<int> Spawns;       ///< ... or these (-1: the last, -2: the object itself)
  bool SpawnsAll = false;
  std::string Until; ///< how long what it starts may run: detached, token (the last argument tells), return (the result
                     ///< stands for it), or the operation or scope that waits for it
  std::string Context;        ///< of a context variable: set, get, reset
  bool Joins = false;         ///< it is over when all that it was given has ended ...
  bool FailsFirst = false;    ///< ... or at the first failure, and then it leaves the others running
  bool CancelsOthers = false; ///< ... or when the first is over, and then it has the others cancelled
  std::string Callable;       ///< what becomes of a callable argument: kept until the task that it returned has ended,
                              ///< dropped once it was called, or borrowed (it has to live as long as the caller waits)
  bool DropsResults = false;  ///< calls its arguments and drops what they return
  bool Ready = false;         ///< the task that it makes is over already, and did not fail
  std::string Failure;        ///< of the tasks that it starts: lost, logged, terminates, or in the results
  std::optional<unsigned> Observer; ///< the argument that is told of a failure; without it the result tells
  std::string Instead;              ///< the operation that throws the first failure, where this one returns them
  std::string Effect;               ///< on a container: none, look, element, insert, erase, replace
};

/// The models of all libraries. Later files override earlier ones, key by key.
class Models {
public:
  Models();
  ~Models();
  Models(Models &&) noexcept;
  Models &operator=(Models &&) noexcept;

  /// The models that are built into the program.
  [[nodiscard]] static Models loadBuiltin();

  using Warn = llvm::function_ref<void(const llvm::Twine &)>;

  /// Adds a user's file. The error names file, line and column, the cause and the remedy in one line. Keys that are not
  /// known are passed to `Warning` and skipped.
  [[nodiscard]] llvm::Error addFile(llvm::StringRef Path, Warn Warning = {});

  /// The same for text; `Name` is what messages call it.
  [[nodiscard]] llvm::Error addText(llvm::StringRef Text, llvm::StringRef Name, Warn Warning = {});

  /// Lookup by qualified name: namespaces, classes, name, without template arguments and inline namespaces.
  [[nodiscard]] const TypeModel *type(llvm::StringRef QualifiedName) const;
  [[nodiscard]] const OpModel *op(llvm::StringRef QualifiedName) const;
  [[nodiscard]] const MemberModel *member(llvm::StringRef QualifiedName) const;
  [[nodiscard]] bool hasMembers() const;

  /// What a method with this name does to a container or cell of any library; empty when nothing is known.
  [[nodiscard]] llvm::StringRef effectOfMethod(llvm::StringRef Method) const;

  struct Library {
    std::string Id;
    std::vector<std::string> Namespaces;
    std::string Verified;   ///< how the facts were checked
    bool OneThread = false; ///< the default of its tasks
    std::string File;       ///< where it comes from; empty when built in
  };
  /// All libraries in the order in which they were read, for `corace models`.
  [[nodiscard]] llvm::ArrayRef<Library> libraries() const;
  /// Calls the function for every type or operation of a library, in alphabetic order.
  void forEachType(llvm::StringRef LibraryId, llvm::function_ref<void(const TypeModel &)> Fn) const;
  void forEachOp(llvm::StringRef LibraryId, llvm::function_ref<void(const OpModel &)> Fn) const;

private:
  friend class ModelsReader;
  struct Tables;
  std::unique_ptr<Tables> T;
};

} // namespace corace::checks
