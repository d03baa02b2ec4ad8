"""Times commands side by side: runs them in turn, round after round, and prints each one's median and its ratio to the
first. In turn, so that a machine that is busy for a while slows all of them alike.

usage: side_by_side.py [--rounds N] NAME=COMMAND NAME=COMMAND...
"""
import argparse
import resource
import statistics
import subprocess
import sys


def cpu_seconds(command):
    """User and system time of the command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, shell=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):  # 1: findings
        sys.exit(f"side_by_side: exit {done.returncode} from: {command}\n{done.stderr.decode()}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("commands", nargs="+", metavar="NAME=COMMAND")
    arguments = parser.parse_args()
    commands = [text.split("=", 1) for text in arguments.commands]
    times = {name: [] for name, _ in commands}
    for _ in range(arguments.rounds):
        for name, command in commands:
            times[name].append(cpu_seconds(command))
    base = statistics.median(times[commands[0][0]])
    for name, _ in commands:
        median = statistics.median(times[name])
        print(f"  {name:<34} {median:8.3f} s  {median / base:6.2f} x   (min {min(times[name]):.3f}, max {max(times[name]):.3f})")


main()
