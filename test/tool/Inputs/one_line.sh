# one_line.sh STATUS COMMAND...: the command must exit with the status, print nothing on standard output and exactly one
# line on standard error, with a remedy behind the cause; that line is printed.
wanted=$1
shift
out=$(mktemp)
err=$("$@" 2>&1 >"$out")
status=$?
[[ $status == "$wanted" ]] || { echo "exit $status, not $wanted: $err"; exit 1; }
[[ ! -s $out ]] || { echo "standard output: $(cat "$out")"; exit 1; }
rm -f "$out"
[[ $(wc -l <<<"$err") == 1 ]] || { echo "not one line: $err"; exit 1; }
[[ $err == corace:*\;* ]] || { echo "no cause and remedy: $err"; exit 1; }
echo "$err"
