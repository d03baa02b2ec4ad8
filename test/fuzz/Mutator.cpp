// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/fuzz/Mutator.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <random>
#include <vector>

namespace corace::fuzz {

namespace {

using Words = std::vector<std::string>; // blanks and comments are words, so that joining them gives the source

struct Range {
  std::size_t Begin = 0, End = 0;
};

bool isWordStart(char C) { return std::isalpha(static_cast<unsigned char>(C)) || C == '_'; }
bool isWordPart(char C) { return std::isalnum(static_cast<unsigned char>(C)) || C == '_'; }

Words split(std::string_view Source) {
  Words Result;
  while (!Source.empty()) {
    std::size_t Size = 1;
    const char C = Source[0];
    const auto While = [&](auto Holds) {
      while (Size < Source.size() && Holds(Source[Size]))
        ++Size;
    };
    if (C == '#' || Source.starts_with("//")) {
      While([](char D) { return D != '\n'; });
    } else if (isWordPart(C)) {
      While(isWordPart);
    } else if (std::isspace(static_cast<unsigned char>(C))) {
      While([](char D) { return std::isspace(static_cast<unsigned char>(D)) != 0; });
    } else {
      static constexpr std::array<std::string_view, 18> Long = {"::", "->", "==", "!=", "<=", ">=", "&&", "||", "++",
                                                                "--", "+=", "-=", "*=", "|=", "<<", ">>", "[[", "]]"};
      for (std::string_view Op : Long)
        if (Source.starts_with(Op))
          Size = 2;
    }
    Result.emplace_back(Source.substr(0, Size));
    Source.remove_prefix(Size);
  }
  return Result;
}

std::string join(const Words &W) {
  std::string Result;
  for (const std::string &One : W)
    Result += One;
  return Result;
}

class Mutation {
public:
  Mutation(Words Text, std::uint32_t Seed) : W(std::move(Text)), Random(Seed) {}
  std::string run();
  std::string take(const Words &From);

private:
  std::size_t below(std::size_t Limit) { return Limit ? Random() % Limit : 0; }
  Range statement(const Words &In);
  std::string identifier();
  void step();
  void wrap(Range R);
  void insert(std::size_t At, const Words &What) {
    W.insert(W.begin() + static_cast<std::ptrdiff_t>(std::min(At, W.size())), What.begin(), What.end());
  }
  void erase(Range R) {
    W.erase(W.begin() + static_cast<std::ptrdiff_t>(R.Begin), W.begin() + static_cast<std::ptrdiff_t>(R.End));
  }

  Words W;
  std::minstd_rand Random;
};

/// From somewhere behind a ';' or a brace to the next ';', or to the end of the block that opens before.
Range Mutation::statement(const Words &In) {
  if (In.empty())
    return {};
  std::size_t Begin = below(In.size());
  while (Begin > 0 && In[Begin - 1] != ";" && In[Begin - 1] != "{" && In[Begin - 1] != "}")
    --Begin;
  int Depth = 0;
  for (std::size_t End = Begin; End < In.size(); ++End) {
    const std::string &Word = In[End];
    if (Word == "{" || Word == "(")
      ++Depth;
    if (Word == "}" || Word == ")") {
      if (--Depth < 0)
        return {Begin, End};
      if (Depth == 0 && Word == "}")
        return {Begin, End + 1};
    }
    if (Word == ";" && Depth == 0)
      return {Begin, End + 1};
  }
  return {Begin, In.size()};
}

std::string Mutation::identifier() {
  for (int Tries = 0; Tries < 20 && !W.empty(); ++Tries)
    if (const std::string &Word = W[below(W.size())]; isWordStart(Word[0]))
      return Word;
  return "shared";
}

void Mutation::wrap(Range R) {
  static constexpr std::array<std::array<std::string_view, 2>, 13> Around = {{
      {" if (shared > 1) { ", " } "},
      {" while (flag) { ", " } "},
      {" do { ", " } while (flag); "},
      {" for (int i = 0; i < shared; ++i) { ", " } "},
      {" for (auto &each : items) { ", " } "},
      {" try { ", " } catch (...) { } "},
      {" switch (shared) { case 1: ", " default: break; } "},
      {" { auto lambda = [&]() -> mock::task<> { ", " co_return; }; co_await lambda(); } "},
      {" { auto guard = co_await lock.scoped_lock(); ", " } "},
      {" if constexpr (true) { ", " } "},
      {" if (flag) { ", " } else { co_await mock::sleep(); } "},
      {" again: ", " if (flag) goto again; "},
      {" { int shared = 1; ", " } "},
  }};
  const auto &[Before, Behind] = Around[below(Around.size())];
  insert(R.End, {std::string(Behind)});
  insert(R.Begin, {std::string(Before)});
}

void Mutation::step() {
  static constexpr std::array<std::string_view, 34> Statements = {
      " co_await mock::sleep(); ",
      " shared = shared + co_await mock::fetch(); ",
      " int v = shared; co_await mock::work(); shared = v + 1; ",
      " if (flag) co_await ready.wait(); ",
      " flag = !flag; ",
      " mock::work(); ",
      " auto t = mock::fetch(); ",
      " co_await std::move(t); ",
      " items.push_back(shared); ",
      " auto it = items.begin(); ",
      " ++it; ",
      " int &ref = items[0]; ",
      " ref = 1; ",
      " if (!table.contains(shared)) table[shared] = co_await mock::fetch(); ",
      " co_yield shared; ",
      " co_return; ",
      " return; ",
      " break; ",
      " continue; ",
      " throw 1; ",
      " mock::spawn(mock::work()); ",
      " auto guard = co_await lock.scoped_lock(); ",
      " auto guard = lock.scoped_lock(); ",
      " std::lock_guard held(mutex); ",
      " std::unique_lock<std::mutex> held(mutex); held.unlock(); ",
      " mutex.lock(); ",
      " mutex.unlock(); ",
      " auto p = std::make_unique<int>(shared); ",
      " static thread_local int own; int &alias = own; ",
      " local = 1; alias = 2; ",
      " std::function<void()> callback = [&] { shared = 1; }; ",
      " auto [a, b] = pair; ",
      " shared += flag ? co_await mock::fetch() : shared; ",
      " using namespace mock; ",
  };
  static constexpr std::array<std::string_view, 40> Dictionary = {"co_await",    "co_return", "const",
                                                                  "&",           "*",         "&&",
                                                                  "||",          "!",         "=",
                                                                  "+=",          "->",        ".",
                                                                  "shared",      "flag",      "items",
                                                                  "lock",        "0",         "1",
                                                                  "this",        "auto",      "auto &",
                                                                  "static",      "int",       "volatile",
                                                                  "mutable",     "<",         ">",
                                                                  "(",           ")",         "{",
                                                                  "}",           ";",         ",",
                                                                  "[",           "]",         "::",
                                                                  "++",          "--",        "template <typename T>",
                                                                  "thread_local"};
  switch (below(13)) {
  case 0: // without it
    erase(statement(W));
    break;
  case 1: { // twice, or somewhere else
    const Range R = statement(W), To = statement(W);
    const Words Copy(W.begin() + static_cast<std::ptrdiff_t>(R.Begin), W.begin() + static_cast<std::ptrdiff_t>(R.End));
    insert(below(2) ? To.Begin : R.End, Copy);
    break;
  }
  case 2:
  case 3:
  case 4: insert(statement(W).Begin, {std::string(Statements[below(Statements.size())])}); break;
  case 5:
  case 6: wrap(statement(W)); break;
  case 7:
  case 8: { // another name
    const std::string Name = identifier();
    for (int Tries = 0; Tries < 20 && !W.empty(); ++Tries)
      if (std::string &Word = W[below(W.size())]; isWordStart(Word[0])) {
        Word = Name;
        break;
      }
    break;
  }
  case 9: // another word
    if (!W.empty())
      W[below(W.size())] = Dictionary[below(Dictionary.size())];
    break;
  case 10: insert(below(W.size() + 1), {" " + std::string(Dictionary[below(Dictionary.size())]) + " "}); break;
  case 11:
    if (!W.empty())
      W.erase(W.begin() + static_cast<std::ptrdiff_t>(below(W.size())));
    break;
  default: // a name awaited
    for (int Tries = 0; Tries < 20 && !W.empty(); ++Tries)
      if (const std::size_t At = below(W.size()); W[At] == "mock" || W[At] == "(" || W[At] == "=") {
        insert(W[At] == "mock" ? At : At + 1, {" co_await "});
        break;
      }
  }
}

std::string Mutation::run() {
  for (std::size_t Steps = 1 + below(4); Steps > 0; --Steps)
    step();
  return join(W);
}

std::string Mutation::take(const Words &From) {
  const Range R = statement(From);
  const Words Piece(From.begin() + static_cast<std::ptrdiff_t>(R.Begin),
                    From.begin() + static_cast<std::ptrdiff_t>(R.End));
  insert(statement(W).Begin, Piece);
  return join(W);
}

} // namespace

std::string mutate(std::string_view Source, std::uint32_t Seed) { return Mutation(split(Source), Seed).run(); }

std::string cross(std::string_view Into, std::string_view From, std::uint32_t Seed) {
  return Mutation(split(Into), Seed).take(split(From));
}

} // namespace corace::fuzz
