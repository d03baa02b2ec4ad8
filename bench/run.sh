#!/usr/bin/env bash
# Runs the benchmarks of an optimised build: bench/run.sh BUILD [static|checker|run|explore|runtime]...
# Ratios are measured side by side in one go; CPU time, median of several rounds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$1
shift
parts=("${@:-static checker run explore runtime}")
# shellcheck disable=SC2206 # one word for each part
parts=(${parts[*]})
corace=$build/bin/corace
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for part in "${parts[@]}"; do
  case $part in
  checker)
    echo "checker: a program on Boost.Asio, parse alone and with all checks"
    python3 bench/side_by_side.py \
      "parse=clang++-19 -std=c++20 -fsyntax-only examples/asio/session_counter.cpp" \
      "corace check=$corace check examples/asio/session_counter.cpp" \
      "clang-tidy, corace checks=clang-tidy-19 --load=$build/lib/libcorace-tidy.so --checks=-*,corace-* --quiet examples/asio/session_counter.cpp -- -std=c++20" \
      "clang-tidy, hostile-raii alone=clang-tidy-19 --checks=-*,misc-coroutine-hostile-raii --quiet examples/asio/session_counter.cpp -- -std=c++20"
    ;;
  static)
    python3 bench/static_bench.py "$build"
    ;;
  run)
    echo "instrumented run: many coroutines that walk and update shared data"
    source=bench/Inputs/shared_data.cpp
    clang++-19 -std=c++20 -O2 "$source" -o "$work/plain"
    # shellcheck disable=SC2046 # several flags
    clang++-19 -std=c++20 -O2 $($corace flags --compile) "$source" -o "$work/corace" $($corace flags --link)
    clang++-19 -std=c++20 -O2 -fsanitize=thread "$source" -o "$work/tsan"
    python3 bench/side_by_side.py --rounds 3 "plain=$work/plain" "corace=CORACE_OPTIONS=report=0 $work/corace" "ThreadSanitizer=$work/tsan"
    ;;
  runtime)
    echo "the runtime's primitives beside those of other libraries"
    python3 bench/runtime_bench.py "$build"
    ;;
  explore)
    echo "explorer"
    "$build/bin/explore_bench" counts speed growth memory
    echo "the same with the pass and plain variables"
    "$build/bin/pass_bench"
    echo "schedules to the first bug of known programs"
    "$build/bin/explore_programs"
    ;;
  *)
    echo "bench/run.sh: no such part: $part (static, checker, run, explore, runtime)" >&2
    exit 2
    ;;
  esac
done
