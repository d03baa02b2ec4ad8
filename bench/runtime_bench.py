#!/usr/bin/env python3
# Part of corace, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The runtime's primitives beside those of other coroutine libraries: runtime_bench.py BUILD [OPTIONS] [JOB...]

A row for each job (bench/runtime/jobs.h says what they are), a column for each library whose program was built. First a
table of nanoseconds of CPU time for an operation, then one of instructions. The programs run in turn, round after
round, so that a busy machine slows all of them alike; medians. "no hooks" is corace compiled with CORACE_INSTRUMENT=0:
the difference is what the detector's hooks cost where nobody observes. `ours/first` is our figure by the best of the
other libraries'.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

LIBRARIES = {"corace": "corace", "corace_without_hooks": "no hooks", "asio": "Asio 1.81", "libcoro": "libcoro",
             "cppcoro": "cppcoro", "async_simple": "async_simple"}
JOBS = {"switch": "switch between tasks", "create_join": "create a task and join it", "mutex": "lock and unlock",
        "mutex_contended": "the same, 16 tasks in line", "queue": "queue round trip", "gather": "gather of 1,000, a task",
        "gather_yield": "the same, each yields", "timers": "1,000 timers, a timer"}
LIMIT = 1.2


def ours_to_first(figures):
    others = [value for name, value in figures.items() if not name.startswith("corace") and value is not None]
    if figures.get("corace") is None or not others:
        return None
    return figures["corace"] / min(others)


def table(title, rows, columns, digits, judged):
    print(f"\n{title}")
    print(f"  {'':<28}" + "".join(f"{LIBRARIES[name]:>14}" for name in columns) + f"{'ours/first':>13}")
    for job, figures in rows.items():
        cells = "".join(f"{figures[name]:>14,.{digits}f}" if figures.get(name) is not None else f"{'-':>14}" for name in columns)
        ratio = ours_to_first(figures)
        end = f"{'-':>13}" if ratio is None else f"{ratio:>13.2f}"
        if judged and ratio is not None:
            end += "   met" if ratio <= LIMIT else f"   MISSED (<= {LIMIT})"
        print(f"  {job:<28}{cells}{end}", flush=True)


class Program:
    """The jobs of one library."""

    def __init__(self, name, path):
        self.name, self.path = name, path
        listed = subprocess.run([path, "--benchmark_list_tests"], capture_output=True, text=True, check=True).stdout
        self.jobs = {line.split("/")[0] for line in listed.split()}

    def run(self, job, *options):
        done = subprocess.run([self.path, f"--benchmark_filter=^{job}(/|$)", "--benchmark_format=json", *options],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"runtime_bench.py: exit {done.returncode} from {self.path}, job {job}\n{done.stderr}")
        return json.loads(done.stdout)["benchmarks"][0]

    def nanoseconds(self, job, seconds):
        return 1e9 / self.run(job, f"--benchmark_min_time={seconds}")["items_per_second"]

    def bytes(self):
        return self.run("memory")["bytes"]

    def instructions(self, job, counter):
        """Of one operation: what more iterations cost."""
        few, many = (20, 120) if job in ("gather", "gather_yield", "timers") else (2000, 12000)
        filters = [f"--benchmark_filter=^{job}(/|$)", "--benchmark_format=json"]

        def cost(iterations):
            count, output = counter([str(self.path), *filters, f"--iterations={iterations}"])
            result = json.loads(output)["benchmarks"][0]
            return count, result["items_per_second"] * result["cpu_time"] * 1e-9 * result["iterations"]
        (count_few, items_few), (count_many, items_many) = cost(few), cost(many)
        return (count_many - count_few) / (items_many - items_few)


def perf_counter(command):
    run = subprocess.run(["perf", "stat", "-x,", "-e", "instructions:u", *command], capture_output=True, text=True, check=True)
    return int(re.search(r"^(\d+),", run.stderr, re.M)[1]), run.stdout


def valgrind_counter(command):
    with tempfile.TemporaryDirectory() as scratch:
        run = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={scratch}/out", *command],
                             capture_output=True, text=True, check=True)
        return int(re.search(r"Collected : (\d+)", run.stderr)[1]), run.stdout


def instruction_counter():
    """The cheapest way that works here, and its name."""
    if shutil.which("perf"):
        probe = subprocess.run(["perf", "stat", "-x,", "-e", "instructions:u", "true"], capture_output=True, text=True, check=False)
        if re.search(r"^\d+,", probe.stderr, re.M):
            return perf_counter, "perf stat"
    if shutil.which("valgrind"):
        return valgrind_counter, "callgrind (perf stat counts no instructions here)"
    return None, ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.2, help="for each job of a round, at least")
    parser.add_argument("--no-instructions", action="store_true")
    parser.add_argument("jobs", nargs="*")
    options = parser.parse_intermixed_args()
    for job in options.jobs:
        if job not in JOBS:
            sys.exit(f"runtime_bench.py: no such job: {job} ({', '.join(JOBS)})")
    jobs = {job: text for job, text in JOBS.items() if not options.jobs or job in options.jobs}

    programs = []
    for name in LIBRARIES:
        path = options.build / "bin" / f"runtime_bench_{name}"
        if os.access(path, os.X_OK):
            programs.append(Program(name, path))
        elif name == "corace":
            sys.exit(f"runtime_bench.py: {path} is not there: build it first (./dev bench runtime)")
        else:
            print(f"  no {LIBRARIES[name]}: configure with CMAKE_PREFIX_PATH set to where it is installed")
    columns = [program.name for program in programs]

    times = {job: {program.name: [] for program in programs if job in program.jobs} for job in jobs}
    for _ in range(options.rounds):
        for job in jobs:
            for program in programs:
                if job in program.jobs:
                    times[job][program.name].append(program.nanoseconds(job, options.seconds))
    medians = {JOBS[job]: {name: statistics.median(all_) for name, all_ in row.items()} for job, row in times.items()}
    table(f"ns for an operation, CPU time, median of {options.rounds} rounds, instrumentation off", medians, columns, 1, True)

    if not options.jobs:
        memory = {"bytes for a waiting task": {program.name: program.bytes() for program in programs}}
        table("heap, 10,000 tasks that wait for one event", memory, columns, 0, False)

    if not options.no_instructions:
        counter, how = instruction_counter()
        if counter is None:
            print("\n  no instruction counts: perf stat does not count them here, and there is no valgrind")
            return
        counts = {JOBS[job]: {program.name: program.instructions(job, counter) for program in programs if job in program.jobs}
                  for job in jobs}
        table(f"instructions for an operation, by {how}", counts, columns, 0, False)


main()
