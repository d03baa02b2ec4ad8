// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// request sent, cancelled while awaiting the reply, connection returned to the pool with an unread reply (off-by-one replies)
#include "mini.hpp"
namespace bad {
struct pool { std::vector<std::shared_ptr<conn>> idle;
  task<std::string> cmd(std::string q) { auto c = idle.back(); idle.pop_back(); std::exception_ptr e; std::string r;
    try { co_await c->send(q); r = co_await c->recv(); } catch (...) { e = std::current_exception(); }
    idle.push_back(c); if (e) std::rethrow_exception(e); co_return r; } }; // EXPECT CAN
}
namespace good {
struct pool { std::vector<std::shared_ptr<conn>> idle;
  task<std::string> cmd(std::string q) { auto c = idle.back(); idle.pop_back(); std::exception_ptr e; std::string r;
    try { co_await c->send(q); r = co_await c->recv(); } catch (...) { e = std::current_exception(); }
    if (e) { co_await c->close(); std::rethrow_exception(e); } idle.push_back(c); co_return r; } };
}
