#!/usr/bin/env python3
# Part of corace, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the checker over the labelled corpus and compares with the labels.

Each coroutine stands on one line and ends with its verdict: WARN must be reported on that line, OK must stay silent,
NOTE is not scored. Lines listed in known_gaps.txt (id and reason) are allowed to differ; a line that is listed and is
right by now is an error too, so the list stays honest. Prints one row per section.
"""
import argparse
import collections
import pathlib
import re
import subprocess
import sys

LABEL = re.compile(r"//\s*(WARN|OK|NOTE)\b")
SECTION = re.compile(r"^// --- (\w)\. (.*) ---")
IDENT = re.compile(r"\b(H\d{3})\b|\b(\w+)\s*\(")


def labelled_lines(path):
    section = "?"
    for number, text in enumerate(path.read_text().splitlines(), 1):
        if match := SECTION.match(text):
            section = match[1]
        elif (label := LABEL.search(text)) and not text.lstrip().startswith("//"):
            ident = re.search(r"\bH\d{3}\b", text)
            yield number, section, ident[0] if ident else f"line {number}", label[1]


def main():
    here = pathlib.Path(__file__).resolve().parent / "static"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clang-tidy", default="clang-tidy-19")
    parser.add_argument("--plugin", required=True)
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()

    source = here / "hard_cases.cpp"
    run = subprocess.run(
        [options.clang_tidy, f"--load={options.plugin}", "-checks=-*,corace-*",
         f"-config={{CheckOptions: {{corace.ModelFiles: '{here / 'models.yaml'}'}}}}", str(source), "--", "-std=c++20"],
        capture_output=True, text=True, check=False)
    if run.returncode != 0 or "error:" in run.stdout:
        sys.exit(f"the checker failed ({run.returncode}):\n{run.stdout}{run.stderr}")
    reported = collections.Counter(
        int(match[1]) for match in re.finditer(rf"^{re.escape(str(source))}:(\d+):\d+: warning: ", run.stdout, re.M))

    gaps = {}
    for line in (here / "known_gaps.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            ident, _, reason = line.partition(" ")
            gaps[ident] = reason

    table = collections.defaultdict(collections.Counter)
    wrong = []
    for number, section, ident, label in labelled_lines(source):
        hit = reported[number] > 0
        if reported[number] > 1:
            wrong.append(f"{ident}: reported {reported[number]} times, one window each")
        if label == "NOTE":
            continue
        right = hit == (label == "WARN")
        table[section][("found" if hit else "missed") if label == "WARN" else ("false alarm" if hit else "silent")] += 1
        if not right and ident not in gaps:
            wrong.append(f"{ident} (section {section}): {label} expected, {'reported' if hit else 'silent'}")
        if right and ident in gaps:
            wrong.append(f"{ident}: right by now; take it off known_gaps.txt")
        if options.verbose and not right:
            print(f"{ident} {section} {label}: {'reported' if hit else 'silent'}")

    print("section  found/WARN  silent/OK")
    for section in sorted(table):
        row = table[section]
        print(f"{section:>7}  {row['found']:>5}/{row['found'] + row['missed']:<4}  "
              f"{row['silent']:>6}/{row['silent'] + row['false alarm']}")
    for text in wrong:
        print("wrong:", text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
