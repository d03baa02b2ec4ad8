#!/usr/bin/env python3
# Part of corace, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the checker over the shapes of real bugs, one file each, and compares with what they claim.

A file has the shape twice: in namespace `bad`, where something must be reported within two lines of the line marked
EXPECT, and in namespace `good`, mended, where nothing may be. Cases in known_gaps.txt (case/bad or case/good, and the
reason) are allowed to differ; one that is listed and is right by now is an error too. All cases are compiled as one
translation unit, each in a namespace of its own. Prints found and silent for each kind of bug.
"""
import argparse
import collections
import pathlib
import re
import subprocess
import sys
import tempfile




def read_case(path):
    """The lines of a case with the half that each is in, and the numbers of those marked EXPECT."""
    half, lines, expected = "", [], set()
    for number, text in enumerate(path.read_text().splitlines(), 1):
        if match := re.match(r"namespace (bad|good)\b", text):
            half = match[1]
        if "// EXPECT " in text:
            expected.add(number)
        lines.append((number, half, "" if text.startswith("#include") else text))
    return lines, expected


def combined(cases):
    """One translation unit, and for each of its lines the case, the half and the line there."""
    text, origin = ['#include "mini.hpp"'], [None]
    for name, (lines, _) in cases.items():
        text.append(f"namespace case_{name.replace('-', '_')} {{")
        origin.append(None)
        for number, half, line in lines:
            text.append(line)
            origin.append((name, half, number))
        text.append("}")
        origin.append(None)
    return "\n".join(text) + "\n", origin


def reports(options, folder, cases):
    """(case, half, line) of every warning."""
    text, origin = combined(cases)
    with tempfile.TemporaryDirectory() as scratch:
        source = pathlib.Path(scratch) / "all.cpp"
        source.write_text(text)
        run = subprocess.run(
            [options.clang_tidy, f"--load={options.plugin}", "-checks=-*,corace-*",
             f"-config={{CheckOptions: {{corace.ModelFiles: '{folder / 'models.yaml'}'}}}}", str(source), "--",
             "-std=c++20", f"-I{folder}"], capture_output=True, text=True, check=False)
        if run.returncode != 0 or "error:" in run.stdout:
            sys.exit(f"the checker failed ({run.returncode}):\n{run.stdout}{run.stderr}")
        warnings = re.finditer(rf"^{re.escape(str(source))}:(\d+):\d+: warning: (.*)$", run.stdout, re.M)
        return [(*origin[int(match[1]) - 1], match[2]) for match in warnings]


def main():
    folder = pathlib.Path(__file__).resolve().parent / "bugs"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clang-tidy", default="clang-tidy-19")
    parser.add_argument("--plugin", required=True)
    parser.add_argument("-v", "--verbose", action="store_true", help="print every report")
    options = parser.parse_args()

    cases = {path.stem: read_case(path) for path in sorted(folder.glob("*.cpp"))}
    found, noisy = set(), collections.defaultdict(list)
    for name, half, line, message in reports(options, folder, cases):
        if options.verbose:
            print(f"{name}.cpp:{line} ({half}): {message}")
        if half == "good":
            noisy[name].append(f"line {line}: {message}")
        elif any(abs(line - marked) <= 2 for marked in cases[name][1]):
            found.add(name)

    gaps = {}
    for line in (folder / "known_gaps.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            what, _, reason = line.partition(" ")
            gaps[what] = reason

    wrong = [f"{gap}: known_gaps.txt names a case that is not there" for gap in gaps
             if gap.partition("/")[0] not in cases or gap.partition("/")[2] not in ("bad", "good")]
    table = collections.defaultdict(collections.Counter)
    for name in cases:
        row = table[name.partition("-")[0]]
        row["cases"] += 1
        for half, right in (("bad", name in found), ("good", name not in noisy)):
            row[half] += right
            gap = f"{name}/{half}"
            if right and gap in gaps:
                wrong.append(f"{gap}: right by now; take it off known_gaps.txt")
            elif not right and gap not in gaps:
                wrong.append(f"{gap}: " + ("not reported" if half == "bad" else "; ".join(noisy[name])))

    print("kind  found  silent  of")
    for kind in sorted(table):
        row = table[kind]
        print(f"{kind:>4}  {row['bad']:>5}  {row['good']:>6}  {row['cases']:>2}")
    print(f" all  {len(found):>5}  {len(cases) - len(noisy):>6}  {len(cases)}")
    for text in wrong:
        print("wrong:", text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
