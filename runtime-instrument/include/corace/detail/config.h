// Part of corace, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every public header needs to be true of the compiler.
#pragma once

#if !defined(__cpp_impl_coroutine)
#error "corace needs C++20 coroutines: compile with -std=c++20"
#endif
#if !defined(__cpp_exceptions)
#error "corace needs exceptions (a cancelled task unwinds by one): compile without -fno-exceptions"
#endif
