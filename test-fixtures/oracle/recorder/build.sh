#!/bin/bash
# build.sh: compile init and, for each kernel, the module; make one initrd per kernel in $O.
set -e
. "$(dirname "$0")/env.sh"
mkdir -p "$O"
gcc -static -O1 -Wall -Wno-misleading-indentation -Wno-format-truncation -o "$O/init" "$S/init/oracle.c" -lpthread
for k in $KS; do
  mkdir -p "$O/mod-$k"
  cp "$S"/mod/* "$O/mod-$k/"
  # without BTF: that would need pahole, and nothing here reads it
  make -s -C "$O/root/usr/src/linux-headers-$k" M="$O/mod-$k" CONFIG_DEBUG_INFO_BTF_MODULES= modules
  bash "$S/mkinitrd.sh" "$k"
done
