#!/usr/bin/env python3
# Part of corace, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Each case of cases.md has one test, named after it, and each such name is that of a case."""
import collections
import pathlib
import re
import sys

here = pathlib.Path(__file__).parent
cases = re.findall(r"^- \*\*([A-Z]+-\d+)\*\*", (here / "cases.md").read_text(encoding="utf-8"), re.M)
tests = collections.defaultdict(list)
problems = []
for source in sorted(here.glob("*.cpp")):
    for name in re.findall(r"^TEST\(conformance, (\w+)\)", source.read_text(encoding="utf-8"), re.M):
        match = re.match(r"([A-Z]+)_(\d+)_(?!\d+_)", name)
        if not match:
            problems.append(f"{source.name}: {name} is not named after one case")
        else:
            tests[f"{match[1]}-{match[2]}"].append(f"{source.name}: {name}")

missing = [case for case in cases if case not in tests]
problems += [f"{case} has {len(found)} tests: {', '.join(found)}" for case, found in tests.items() if len(found) > 1]
problems += [f"{found[0]} names no case of cases.md" for case, found in tests.items() if case not in cases]
if missing:
    problems.append(f"{len(missing)} of {len(cases)} cases have no test: {' '.join(missing)}")
print("\n".join(problems) if problems else f"{len(cases)} cases, one test each")
sys.exit(bool(problems))
