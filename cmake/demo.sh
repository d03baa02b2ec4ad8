#!/usr/bin/env bash
# The main job, shown: check, confirm and replay the race of examples/counter.cpp. Run by `./dev demo`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
show() { printf '\n$ %s\n' "$*"; }

show build/bin/corace confirm examples/counter.cpp
status=0
report=$(build/bin/corace confirm examples/counter.cpp) || status=$?
printf '%s\n' "$report"
((status == 1)) || { echo "dev: expected a confirmed race (exit 1), got exit $status" >&2; exit 3; }

replay=$(sed -n 's/^ *replay: //p' <<<"$report" | head -n 1)
[[ -n $replay ]] || { echo "dev: the report holds no replay line" >&2; exit 3; }
show "$replay"
status=0
eval "$replay" || status=$?
((status == 1)) || { echo "dev: the schedule did not replay (exit $status)" >&2; exit 3; }

printf '\nThe race is confirmed and replays. Next: build/bin/corace --help, docs/index.md\n'
