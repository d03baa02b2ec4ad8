# silent.sh CORACE EXAMPLES NAME...: each example is silent when checked and when confirmed.
set -u
corace=$1 examples=$2
shift 2
for name in "$@"; do
  out=$("$corace" check "$examples/$name.cpp" 2>&1) || { echo "$name: check is not silent: $out"; exit 1; }
  [[ -z $out ]] || { echo "$name: check prints: $out"; exit 1; }
  out=$("$corace" confirm "$examples/$name.cpp" 2>&1) || { echo "$name: confirm is not clean: $out"; exit 1; }
  ".corace/$name" >/dev/null || { echo "$name: the program itself fails"; exit 1; }
done
