// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// event-handler lambda coroutine: captured weak_ptr read after the first await; closure destroyed with its owner
#include "mini.hpp"
namespace bad {
struct tab : std::enable_shared_from_this<tab> { void update(); };
struct ctl { std::function<void()> title_changed; };
struct page { void attach(ctl& c, std::shared_ptr<tab> t) { std::weak_ptr<tab> weak = t;
    c.title_changed = [weak]() { [](std::weak_ptr<tab>) {} (weak); };
    auto h = [weak]() -> fire_and_forget { co_await ui_thread(); if (auto s = weak.lock()) s->update(); }; // EXPECT CAP
    c.title_changed = [h] { h(); }; } };
}
namespace good {
struct tab : std::enable_shared_from_this<tab> { void update(); };
struct ctl { std::function<void()> title_changed; };
struct page { void attach(ctl& c, std::shared_ptr<tab> t) { std::weak_ptr<tab> weak = t;
    auto h = [weak]() -> fire_and_forget { auto w = weak; co_await ui_thread(); if (auto s = w.lock()) s->update(); };
    c.title_changed = [h] { h(); }; } };
}
