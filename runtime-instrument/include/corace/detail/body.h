// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The body of a scope that C++ cannot spell as a block, because leaving it waits or throws: a callable that gives a
// task<T>, and takes the scope's object or nothing.
#pragma once

#include <corace/task.h>

#include <functional>
#include <type_traits>

namespace corace::detail {

template <class Body, class Object> [[nodiscard]] decltype(auto) call_body(Body &body, Object &object) {
  if constexpr (std::is_invocable_v<Body &, Object &>)
    return std::invoke(body, object);
  else
    return std::invoke(body);
}

template <class T> struct task_result;
template <class T> struct task_result<task<T>> {
  using type = T;
};
/// What the task<T> of a body gives.
template <class Body, class Object>
using body_result = typename task_result<decltype(call_body(std::declval<Body &>(), std::declval<Object &>()))>::type;

} // namespace corace::detail
