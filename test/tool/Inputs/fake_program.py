#!/usr/bin/env python3
"""Stands in for an instrumented program: does what its arguments say, and writes evidence as CORACE_OPTIONS asks.

fake_program.py [--evidence TEMPLATE] [--dir DIR] [--status N] [--signal N] [--show] [--say TEXT]
In the template, @DIR@ becomes DIR and @CANDIDATE@ the id of the first candidate that the tool gave.
"""
import argparse
import os
import re
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--evidence")
parser.add_argument("--dir", default="")
parser.add_argument("--status", type=int, default=0)
parser.add_argument("--signal", type=int, default=0)
parser.add_argument("--show", action="store_true")
parser.add_argument("--say", default="")
args = parser.parse_args()

raw = os.environ.get("CORACE_OPTIONS", "")
options = {}
for entry in re.findall(r"(?:\\.|[^:\\])+", raw):
    name, value = entry.split("=", 1)
    options[name] = re.sub(r"\\(.)", r"\1", value)

candidates = []
if "candidates" in options:
    with open(options["candidates"]) as f:
        lines = f.read().split("\n")
    assert lines[0] == "corace-candidates\t1" and lines[-2] == "end", lines
    candidates = [line.split("\t") for line in lines[1:-2]]
if args.show:
    for name in sorted(options):
        if name not in ("evidence", "candidates"):
            print(f"option {name}={options[name]}")
    for candidate in candidates:
        candidate[5] = os.path.basename(candidate[5])
        print(" ".join(candidate))
if args.say:
    print(args.say)
    print(args.say, "(on standard error)", file=sys.stderr)
if args.evidence:
    with open(args.evidence) as f:
        text = f.read()
    text = text.replace("@DIR@", args.dir).replace("@CANDIDATE@", candidates[0][1] if candidates else "-")
    with open(options["evidence"].replace("%p", str(os.getpid())), "w") as f:
        f.write(text)
sys.stdout.flush()
if args.signal:
    os.kill(os.getpid(), args.signal)
sys.exit(args.status)
