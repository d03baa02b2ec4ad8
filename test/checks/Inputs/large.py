# Part of corace, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""large.py SHAPE COUNT: a coroutine with so many pieces of one shape, the last of which is followed by a race."""
import sys

SHAPES = {
    "branches": "  if (f({0})) g.a = {0}; else g.b = f({0});\n",
    "returns": "  if (g.a == {0}) co_return;\n  co_await mock::fetch({0});\n",
    "cases": "  case {0}: v = g.a; co_await mock::fetch({0}); g.b += v; break;\n",
    "locals": "  int v{0} = g.a; if (f(v{0})) co_await mock::fetch(v{0});\n",
    "handlers": "  try {{ g.a = f({0}); }} catch (...) {{ g.b = {0}; }}\n",
    "loops": "  while (g.a == {0}) co_await mock::fetch({0});\n",
}

shape, count = sys.argv[1], int(sys.argv[2])
body = "".join(SHAPES[shape].format(i) for i in range(count))
if shape == "cases":
    body = "  switch (f(0)) {\n" + body + "  }\n"
print(f"""#include "mock.h"
struct state {{ int a, b, c; }};
extern state g;
int f(int);
mock::task<> large() {{
  int v = 0;
{body}  v = g.c;
  co_await mock::fetch(v);
  g.c = v + 1; // the race
}}""")
