#!/bin/bash
# fixtures.sh build|boot KERNEL: the module of the fixtures, from the C in $O/fixtures-KERNEL that
# bench/oracle-fixtures generates; one boot that runs all its cases, to $O/out/fixtures-KERNEL.jsonl.
set -e
. "$(dirname "$0")/env.sh"
K=$2 D=$O/fixtures-$K
case $1 in
build)
  cp -p "$S"/mod/pinorc.[ch] "$S"/mod/pinfix.[ch] "$D/"
  {
    echo "# SPDX-License-Identifier: GPL-2.0"
    echo "obj-m := pinorc.o pinfix.o"
    # pinfix.o is made of itself under another name and of the generated files
    mv "$D/pinfix.c" "$D/pinfix_main.c"
    echo "pinfix-y := pinfix_main.o $(cd "$D" && ls case_*.c stubs.c table.c | sed 's/\.c$/.o/' | tr '\n' ' ')"
    echo "ccflags-y += -w"
  } >"$D/Makefile"
  make -k -s -C "$O/root/usr/src/linux-headers-$K" M="$D" CONFIG_DEBUG_INFO_BTF_MODULES= modules
  ;;
boot)
  gcc -static -O1 -Wall -Wno-misleading-indentation -Wno-format-truncation -o "$D/init" "$S/init/oracle.c" -lpthread
  rm -rf "$D/ird"
  mkdir -p "$D/ird" "$O/out"
  cp "$D/init" "$D/pinorc.ko" "$D/pinfix.ko" "$D/ird/"
  strip --strip-debug "$D/ird/"*.ko
  (cd "$D/ird" && find . | cpio -o -H newc -R 0:0 2>/dev/null | gzip -1) >"$D/initrd.gz"
  INITRD=$D/initrd.gz OOPS=panic_on_warn=0 bash "$S/runq.sh" "$K" "$O/out/fixtures-$K" "set=fixtures $3"
  ;;
esac
