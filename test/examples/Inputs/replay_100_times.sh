# Pastes the replay line of a report 100 times; each run must exit 1 and print the same text, with the interleaving that
# the report itself shows.
set -u
line=$(sed -n 's/^ *replay: //p' "$1" | head -n 1)
[[ -n $line ]] || { echo "no replay line in $1"; exit 1; }
first=$($line)
for ((i = 0; i < 100; ++i)); do
  again=$($line)
  status=$?
  [[ $status == 1 ]] || { echo "replay $i: exit $status, not 1"; exit 1; }
  [[ $again == "$first" ]] || { echo "replay $i differs:"; diff <(echo "$first") <(echo "$again"); exit 1; }
done
# Every line of the interleaving, values included, stands in both reports.
steps=$(grep -E '→|←|->|<-|suspends' "$1")
[[ -n $steps ]] || { echo "no interleaving in $1"; exit 1; }
while IFS= read -r step; do
  grep -qF -- "$step" <<<"$first" || { echo "not in the replayed report: $step"; exit 1; }
done <<<"$steps"
