#!/bin/bash
# recipe.sh: everything from nothing: fetch, build, record the 49 scenarios and some random sequences on both kernels.
#   O=DIR bash recipe.sh     (default ./work; results in $O/out)
# RANDOM_SEEDS: which seeds (1-20); RANDOM_KINDS=mm: without bio, iov_iter and direct I/O.
set -e
. "$(dirname "$0")/env.sh"
SECONDS=0
t() { echo "## $SECONDS s: $*"; }
[ -f "$O/fetched" ] || bash "$S/fetch.sh"; t fetched
bash "$S/build.sh"; t built
mkdir -p "$O/out"
rec() { # rec KERNEL NAME "parameters"
  bash "$S/runq.sh" "$1" "$O/out/$2-$1" "$3"
  grep -q '"done":true' "$O/out/$2-$1.jsonl" || { echo "$2 on $1 did not end: see $O/out/$2-$1.console" >&2; exit 1; }
  python3 "$S/totrace.py" "$O/out/$2-$1.jsonl" "$O/out/$2-$1.json" "$2"
}
for k in $KS; do
  rec "$k" scenarios ""
  rec "$k" movablecore "movablecore=512M only=longterm,syscalls,thp,fork_pin_w_pf"
  NUMA=1 rec "$k" holds "set=holds"
  rec "$k" more "set=more"
  rec "$k" random "random=${RANDOM_SEEDS:-1-20} steps=40${RANDOM_KINDS:+ kinds=$RANDOM_KINDS}"
done
t recorded
