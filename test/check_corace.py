#!/usr/bin/env python3
# Part of corace, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the checks over one file, through both front ends, and compares with the expectations in the file.

    // RUN: %check_corace %s corace-read-await-write [--models FILE]... [-- COMPILER FLAGS]

An expectation stands in a comment directly under the line that it claims:

    n = v + 1;
    // EXPECT: 'n' may be overwritten with a stale value
    // EXPECT-NOTE -2: read here into 'v'

EXPECT claims the warning on the last line of code above it whose message has this text; the warning has to be of the
check on the RUN line unless the text ends in [another-check]. "line {-2}" stands for the number of the line two above the
claimed one. EXPECT-NOTE claims a note of the last EXPECT; the number is
the distance from the claimed line. A warning that nobody claims is an error, and so is an expectation without a warning.
Notes may go unclaimed. Both front ends have to say exactly the same.
"""
import argparse
import os
import re
import subprocess
import sys

DIAGNOSTIC = re.compile(r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+):(?P<column>\d+): (?P<level>warning|note|error): (?P<text>.*)$")
NAMED = re.compile(r"^(?P<text>.*) \[(?P<check>[\w.,-]+)\]$")
EXPECT = re.compile(r"^\s*// EXPECT: (?P<text>.*?)(?: \[(?P<check>corace-[\w-]+)\])?\s*$")
NOTE = re.compile(r"^\s*// EXPECT-NOTE (?P<offset>[+-]?\d+): (?P<text>.*?)\s*$")


def parse(output, source):
    """Warnings with their notes, in a form in which the front ends can be compared."""
    warnings, errors = [], []
    for line in output.splitlines():
        match = DIAGNOSTIC.match(line)
        if not match:
            continue
        place = (os.path.basename(match["file"]), int(match["line"]), int(match["column"]))
        if match["level"] == "error":
            errors.append(line)
        elif match["level"] == "warning":
            named = NAMED.match(match["text"])
            warnings.append({"place": place, "text": named["text"] if named else match["text"],
                             "check": named["check"] if named else "", "notes": []})
        elif warnings:
            warnings[-1]["notes"].append((place, match["text"]))
    return warnings, errors


def run(command, expected_codes):
    result = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"})
    if result.returncode not in expected_codes:
        sys.exit(f"{' '.join(command)}\nended with {result.returncode}:\n{result.stdout}{result.stderr}")
    return result


def absolute(text, line):
    return re.sub(r"line \{([+-]\d+)\}", lambda match: f"line {line + int(match[1])}", text)


def expectations(source):
    expected, code_line = [], 0
    for number, text in enumerate(open(source, encoding="utf-8").read().splitlines(), 1):
        if match := EXPECT.match(text):
            expected.append({"line": code_line, "text": absolute(match["text"], code_line), "check": match["check"],
                             "notes": []})
        elif match := NOTE.match(text):
            if not expected or expected[-1]["line"] != code_line:
                sys.exit(f"{source}:{number}: EXPECT-NOTE without an EXPECT above it")
            expected[-1]["notes"].append((code_line + int(match["offset"]), absolute(match["text"], code_line)))
        elif "EXPECT" in text and not text.lstrip().startswith("// RUN"):
            sys.exit(f"{source}:{number}: this expectation is not understood")
        else:
            code_line = number
    return expected


def compare(source, check, warnings, expected):
    problems, name = [], os.path.basename(source)
    open_warnings = list(warnings)
    for want in expected:
        found = next((w for w in open_warnings if w["place"][:2] == (name, want["line"]) and want["text"] in w["text"]
                      and w["check"] == (want["check"] or check)), None)
        if not found:
            problems.append(f"line {want['line']}: expected and not reported: {want['text']}")
            continue
        open_warnings.remove(found)
        for line, text in want["notes"]:
            if not any(place[:2] == (name, line) and text in note for place, note in found["notes"]):
                problems.append(f"line {want['line']}: this note on line {line} is missing: {text}")
    for w in open_warnings:
        problems.append(f"{w['place'][0]}:{w['place'][1]}:{w['place'][2]}: nobody claims: {w['text']} [{w['check']}]")
    return problems


def main():
    own, _, flags = " ".join(sys.argv[1:]).partition(" -- ")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corace", required=True)
    parser.add_argument("--clang-tidy", required=True)
    parser.add_argument("--plugin", required=True)
    parser.add_argument("--filecheck", help="not needed by these expectations")
    parser.add_argument("--models", action="append", default=[])
    parser.add_argument("source")
    parser.add_argument("check")
    options = parser.parse_args(own.split())
    flags = ["-std=c++20", *flags.split()]

    config = f"-config={{CheckOptions: {{corace.ModelFiles: '{';'.join(options.models)}'}}}}"
    tidy = run([options.clang_tidy, f"--load={options.plugin}", "-checks=-*,corace-*", config, "--quiet", options.source,
                "--", *flags], {0})
    warnings, errors = parse(tidy.stdout, options.source)
    problems = [f"clang-tidy: {text}" for text in errors]
    problems += compare(options.source, options.check, warnings, expectations(options.source))

    models = [part for path in options.models for part in ("--models", path)]
    command = run([options.corace, "check", options.source, *models, "--", *flags], {1 if warnings else 0})
    other, _ = parse(command.stdout, options.source)
    for mine, its in ((warnings, other), (other, warnings)):
        for w in mine:
            if w not in its:
                who = "clang-tidy" if mine is warnings else "corace check"
                problems.append(f"only {who} says so: {w}")
    for text in problems:
        print(text)
    if problems:
        print(tidy.stdout)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
