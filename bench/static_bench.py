#!/usr/bin/env python3
# Part of corace, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the checker promises, measured: static_bench.py BUILD [--rounds N] [PART...]

Parts: corpus, cost, growth, again, jobs. Each line ends with its target and whether it is met. Times are CPU time of commands
that run in turn, round after round, so that a busy machine slows all of them alike; medians. Memory is the largest
resident set. Instructions are counted where the machine lets `perf stat` do it, user time is taken elsewhere.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test/corpus"))
import score_bugs  # noqa: E402

CLANG, TIDY = "clang++-19", "clang-tidy-19"
LLVM_CHECKS = ("misc-coroutine-hostile-raii,cppcoreguidelines-no-suspend-with-lock,"
               "cppcoreguidelines-avoid-reference-coroutine-parameters,"
               "cppcoreguidelines-avoid-capturing-lambda-coroutines")


def verdict(met):
    return "met" if met else "MISSED"


def row(name, value, target="", met=None):
    print(f"  {name:<58} {value:>22}" + (f"   {target:<18} {verdict(met)}" if met is not None else f"   {target}"), flush=True)


# --- corpora -------------------------------------------------------------------------------------------------------------

def warnings(plugin, checks, models, source, flags):
    """Lines with a warning."""
    load = [f"--load={plugin}"] if plugin else []
    config = [f"-config={{CheckOptions: {{corace.ModelFiles: '{models}'}}}}"] if plugin else ["-config={}"]
    run = subprocess.run([TIDY, *load, f"-checks=-*,{checks}", *config, str(source), "--", "-std=c++20", *flags],
                         capture_output=True, text=True, check=False)
    if "error:" in run.stdout:
        sys.exit(f"{source}: {run.stdout}{run.stderr}")
    return {int(m[1]) for m in re.finditer(rf"^{re.escape(str(source))}:(\d+):\d+: warning: .*\[[\w.,-]+\]$", run.stdout, re.M)}


def labelled_corpus(plugin, checks):
    folder = ROOT / "test/corpus/static"
    source = folder / "hard_cases.cpp"
    hit = warnings(plugin, checks, folder / "models.yaml", source, [])
    count = collections.Counter()
    for number, text in enumerate(source.read_text().splitlines(), 1):
        label = re.search(r"//\s*(WARN|OK)\b", text)
        if label and not text.lstrip().startswith("//"):
            count[label[1]] += 1
            count[label[1], "hit"] += number in hit
    return count


def bug_corpus(plugin, checks):
    """Buggy forms that are found within two lines of the mark, those of them that are expected, and silent mended forms."""
    folder = ROOT / "test/corpus/bugs"
    hard = set((folder / "hard.txt").read_text().split("\n"))
    cases = {path.stem: score_bugs.read_case(path) for path in sorted(folder.glob("*.cpp"))}
    text, origin = score_bugs.combined(cases)
    found, noisy = set(), set()
    with tempfile.TemporaryDirectory() as scratch:
        source = pathlib.Path(scratch) / "all.cpp"
        source.write_text(text)
        for number in warnings(plugin, checks, folder / "models.yaml", source, [f"-I{folder}"]):
            name, half, line = origin[number - 1]
            if half == "good":
                noisy.add(name)
            elif any(abs(mark - line) <= 2 for mark in cases[name][1]):
                found.add(name)
    return {"cases": len(cases), "found": len(found), "expected": len(cases.keys() - hard),
            "expected found": len(found - hard), "silent": len(cases) - len(noisy)}


def corpus(options):
    print("corpora: our checks, and LLVM 19's own coroutine checks in the same run")
    plugin = options.build / "lib/libcorace-tidy.so"
    for who, load, checks in (("corace", plugin, "corace-*"), ("LLVM 19", None, LLVM_CHECKS)):
        c, ours = labelled_corpus(load, checks), load is not None
        warn, ok = c["WARN", "hit"] / c["WARN"], c["OK", "hit"] / c["OK"]
        row(f"{who}: labelled corpus, WARN lines reported", f"{c['WARN', 'hit']} of {c['WARN']} = {warn:.1%}",
            *((">= 95 %", warn >= 0.95) if ours else ()))
        row(f"{who}: labelled corpus, OK lines reported", f"{c['OK', 'hit']} of {c['OK']} = {ok:.1%}",
            *(("<= 2 %", ok <= 0.02) if ours else ()))
        b = bug_corpus(load, checks)
        share = b["expected found"] / b["expected"]
        row(f"{who}: real bugs, expected buggy forms found", f"{b['expected found']} of {b['expected']} = {share:.1%}",
            *((">= 85 %", share >= 0.85) if ours else ()))
        row(f"{who}: real bugs, all buggy forms found", f"{b['found']} of {b['cases']}")
        row(f"{who}: real bugs, mended forms silent", f"{b['silent']} of {b['cases']}",
            *(("all", b["silent"] == b["cases"]) if ours else ()))


# --- time and memory -----------------------------------------------------------------------------------------------------

def measure(command, directory=None):
    """CPU seconds, wall seconds and the largest resident set in MiB."""
    begin = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=directory)
    errors = child.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):  # 1: findings
        sys.exit(f"exit {child.returncode} from: {' '.join(map(str, command))}\n{errors}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss / 1024


def qt_flags():
    triple = subprocess.run(["gcc", "-print-multiarch"], capture_output=True, text=True, check=False).stdout.strip()
    qt = pathlib.Path("/usr/include") / triple / "qt6"
    if not pathlib.Path("/usr/include/qcoro6").is_dir() or not qt.is_dir():
        return None
    return ["-fPIC", "-isystem", "/usr/include/qcoro6", *(f for d in (qt, qt / "QtCore", qt / "QtNetwork") for f in ("-isystem", str(d)))]


def units():
    """Name of the corpus to its files, each with its flags."""
    asio = sorted((ROOT / "examples/asio").glob("*.cpp")) + sorted((ROOT / "bench/Inputs").glob("asio_*.cpp"))
    asio += sorted(pathlib.Path("/usr/share/doc/libboost1.81-doc/examples/libs/asio/example/cpp20/coroutines").glob("*.cpp"))
    result = {"Boost.Asio": [(path, []) for path in asio]}
    if (flags := qt_flags()) is not None:
        qcoro = sorted((ROOT / "bench/Inputs").glob("qcoro_*.cpp")) + [ROOT / "test/Inputs/real_qcoro.cpp"]
        result["QCoro"] = [(path, flags) for path in qcoro]
    return result


def cost(options):
    print(f"cost of a translation unit: corace check against {CLANG} -fsyntax-only, median of {options.rounds} rounds")
    for name, files in units().items():
        times, memory = [], []
        for path, flags in files:
            parse = [CLANG, "-std=c++20", "-fsyntax-only", *flags, str(path)]
            check = [str(options.build / "bin/corace"), "check", str(path), "--", "-std=c++20", *flags]
            measured = [(measure(parse), measure(check)) for _ in range(options.rounds)]
            t = statistics.median(c[0] for _, c in measured) / statistics.median(p[0] for p, _ in measured)
            m = statistics.median(c[2] for _, c in measured) / statistics.median(p[2] for p, _ in measured)
            times.append(t)
            memory.append(m)
            seconds = statistics.median(p[0] for p, _ in measured)
            row(f"  {path.name} (parse {seconds:.2f} s)", f"time {t:.2f} x, memory {m:.2f} x")
        time_ratio, memory_ratio = statistics.median(times), statistics.median(memory)
        row(f"{name}, {len(files)} files: time", f"{time_ratio:.2f} x", "<= 1.10 x", time_ratio <= 1.10)
        row(f"{name}, {len(files)} files: memory", f"{memory_ratio:.2f} x", "< 1.2 x", memory_ratio < 1.2)


# --- growth --------------------------------------------------------------------------------------------------------------

HEAD = """#include <coroutine>
#include <memory>
#include <mutex>
#include <vector>
struct task {
  struct promise_type {
    task get_return_object(); std::suspend_always initial_suspend() noexcept; std::suspend_always final_suspend() noexcept;
    void unhandled_exception(); void return_value(int);
  };
  task(task &&) noexcept; ~task();
  bool await_ready() const noexcept; void await_suspend(std::coroutine_handle<>); int await_resume();
};
struct state { int a, b, c; };
extern state g; int f(int); int h(int, int, int); task next(int);
extern std::mutex mutex; extern std::vector<int> numbers; extern thread_local int here; extern std::shared_ptr<state> shared;
"""


class Shape:
    """What is repeated in one coroutine, or next to it, and what stands around the pieces."""

    def __init__(self, piece="", before="", after="", outside="", last=None):
        self.piece, self.before, self.after, self.outside = piece, before, after, outside
        self.last = last  # another piece for each, after all of the first ones

    def source(self, count):
        def pieces(text):
            return "".join(text.format(i=i, j=i + 1) for i in range(count))
        after = self.after + (pieces(self.last) if self.last else "")
        return (f"{HEAD}{pieces(self.outside)}task big() {{\n  int v = 0; co_await next(0);\n{self.before}{pieces(self.piece)}"
                f"{after}  co_return v;\n}}\n")


SHAPES = {
    "branches": Shape("  if (f({i})) g.a = g.a + {i}; else g.b = f({i});\n"),
    "branches around awaits": Shape("  if (g.a == {i}) {{ co_await next({i}); g.b = v; }}\n"),
    "ternaries": Shape("  v += g.a > {i} ? g.b : f(v) ? g.c : {i};\n"),
    "awaits": Shape("  v = g.a; co_await next({i}); g.a += f(v);\n"),
    "awaits as arguments": Shape("  h(g.a, co_await next({i}), g.b);\n"),
    "windows": Shape("  g.c = g.c + co_await next({i});\n"),
    "early returns": Shape("  if (g.a == {i}) co_return {i};\n  co_await next({i});\n"),
    "else if": Shape(" if (g.a == {i}) {{ co_await next({i}); g.a = {i}; }} else", after=" ;\n"),
    "conditions": Shape(" || (g.a == {i} && f({i}))", "  if (f(0)", ") { co_await next(0); g.a = 1; }\n"),
    "handlers": Shape("  try {{ g.a = f({i}); }} catch (...) {{ g.b = {i}; }}\n  co_await next({i});\n"),
    "loops": Shape("  for (int i = 0; i < g.a; ++i) {{ co_await next(i); g.b = v; }}\n"),
    "jumps back": Shape("  l{i}: if (g.a == {i}) goto l0; co_await next({i}); g.b = v;\n"),
    "cases": Shape("  case {i}: v = g.a; co_await next({i}); g.b += v; break;\n", "  switch (f(0)) {\n", "  }\n"),
    "locals": Shape("  int v{i} = g.a; if (f(v{i})) co_await next({i}); else g.b = v{i};\n"),
    "lambdas": Shape("  auto l{i} = [&]() -> task {{ v = g.a; co_await next({i}); g.a = v; co_return v; }}; co_await l{i}();\n"),
    "locks": Shape("  std::unique_lock l{i}(mutex); co_await next({i});\n"),
    "references": Shape("  auto &r{i} = numbers[{i}]; co_await next({i});\n", last="  r{i} = 1;\n"),
    "pointers": Shape("  auto p{i} = shared; if (p{i}) {{ co_await next({i}); p{i}->a = shared->b; }}\n"),
    "thread-locals": Shape("  int &t{i} = here; v = here; co_await next({i}); here = v; t{i} = 1;\n"),
    "tasks": Shape("  auto t{i} = next({i});\n", last="  co_await std::move(t{i});\n"),
    "coroutines": Shape(outside="task c{i}() {{ int v = g.a; co_await next({i}); g.a = v; co_return v; }}\n"),
    "coroutines that call": Shape(outside="task d{i}(int); task c{i}() {{ g.b = co_await d{i}(g.b); co_return 1; }}\n",
                                  last="  co_await c{i}();\n"),
    "classes": Shape(outside="struct c{i} {{ int a; task w() {{ int v = a; co_await next({i}); a = v; co_return v; }}"
                             " void set(int k) {{ a = k; }} }};\n"),
    "rivals": Shape("  v = g.a; co_await next({i}); g.a = v;\n", outside="void w{i}() {{ g.a = {i}; g.b += g.c; }}\n"),
}
SIZES = (20, 200, 2000)


def counting():
    probe = subprocess.run(["perf", "stat", "-x,", "-e", "instructions:u", "true"], capture_output=True, text=True, check=False) \
        if shutil.which("perf") else None
    return probe is not None and re.match(r"\d+,", probe.stderr) is not None


def work(command, count):
    """Instructions in thousands of millions, or CPU seconds."""
    if count:
        run = subprocess.run(["perf", "stat", "-x,", "-e", "instructions:u", *command], capture_output=True, text=True, check=False)
        return int(re.search(r"^(\d+),", run.stderr, re.M)[1]) / 1e9
    return measure(command)[0]


def growth(options):
    count = counting()
    unit, little = ("G instructions", 2.0) if count else ("s", 0.5)
    print(f"growth of functions and files: corace check less the parse, {', '.join(f'{n:,}' for n in SIZES)} pieces, in {unit}")
    rounds = 1 if count else min(options.rounds, 2)
    with tempfile.TemporaryDirectory() as scratch:
        for name, shape in SHAPES.items():
            spent = []
            for size in SIZES:
                path = pathlib.Path(scratch) / "big.cpp"
                path.write_text(shape.source(size))
                parse = [CLANG, "-std=c++20", "-w", "-fsyntax-only", str(path)]
                check = [str(options.build / "bin/corace"), "check", str(path)]
                # In turn, so that both are slowed alike by what else the machine does.
                measured = [(work(parse, count), work(check, count)) for _ in range(rounds)]
                spent.append(min(c for _, c in measured) - min(p for p, _ in measured))
            # What does not depend on the size (start, models) is taken out by the differences. Small ones drown in the
            # noise of times: then it is enough that even the largest takes little.
            small, large = spent[1] - spent[0], spent[2] - spent[0]
            grows = f"{large / small:.0f} x" if small > little / 50 else "-"
            row(f"{name}: {', '.join(f'{s:.2f}' for s in spent)}", grows, f"<= 15 x or < {little} {unit}",
                large < little or large <= 15 * max(small, little / 50))


# --- many files ----------------------------------------------------------------------------------------------------------

def build_tree(scratch, copies):
    folder = pathlib.Path(scratch) / "build"
    folder.mkdir()
    entries = []
    for files in units().values():
        for path, flags in files:
            for copy in range(copies):
                own = pathlib.Path(scratch) / f"{path.stem}_{copy}.cpp"
                own.write_text(path.read_text())
                entries.append({"directory": str(scratch), "file": str(own),
                                "arguments": [CLANG, "-std=c++20", *flags, "-c", str(own)]})
    (folder / "compile_commands.json").write_text(json.dumps(entries))
    return folder, len(entries)


def again(options):
    print("the same build tree twice")
    with tempfile.TemporaryDirectory() as scratch:
        folder, count = build_tree(scratch, 1)
        command = [str(options.build / "bin/corace"), "check", "-p", str(folder)]
        first, second = measure(command), measure(command)
        ratio = second[0] / first[0]
        row(f"{count} files: first {first[0]:.2f} s, second {second[0]:.2f} s", f"{ratio:.1%}", "<= 5 %", ratio <= 0.05)


def jobs(options):
    cores = len(os.sched_getaffinity(0))
    print(f"-j over {cores} cores (wall time; a busy machine has fewer)")
    walls = {}
    for n in sorted({1, cores}):
        with tempfile.TemporaryDirectory() as scratch:
            folder, count = build_tree(scratch, 2)
            walls[n] = measure([str(options.build / "bin/corace"), "check", "-p", str(folder), f"-j{n}"])[1]
        row(f"{count} files, -j{n}", f"{walls[n]:.2f} s")
    if cores > 1:
        speedup = walls[1] / walls[cores]
        row(f"speed-up of -j{cores}", f"{speedup:.2f} x", f">= {0.7 * cores:.1f} x", speedup >= 0.7 * cores)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("parts", nargs="*")
    options = parser.parse_intermixed_args()
    for built in ("bin/corace", "lib/libcorace-tidy.so"):
        if not (options.build / built).exists():
            sys.exit(f"static_bench.py: {options.build / built} is not there: build it first (./dev build)")
    parts = {"corpus": corpus, "cost": cost, "growth": growth, "again": again, "jobs": jobs}
    for part in options.parts or parts:
        if part not in parts:
            sys.exit(f"static_bench.py: no such part: {part} ({', '.join(parts)})")
        parts[part](options)


main()
