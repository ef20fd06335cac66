#!/bin/bash
# fetch.sh: download and unpack (not install) kernels, headers and, where missing, QEMU into $O; about 105 MB.
set -e
. "$(dirname "$0")/env.sh"
mkdir -p "$O/debs" "$O/root" "$O/qemu"
cd "$O/debs"
apt-get download -q "linux-image-$K1" "linux-headers-$K1" "linux-headers-${K1%-cloud-amd64}-common" linux-kbuild-6.1 \
  "linux-image-$K2" "linux-headers-$K2" "linux-headers-${K2%-cloud-amd64}-common" "linux-kbuild-${K2%-cloud-amd64}" >/dev/null
command -v qemu-system-x86_64 >/dev/null ||
  apt-get download -q $(apt-get -s install --no-install-recommends qemu-system-x86 | awk '/^Inst/{print $2}') >/dev/null
for d in *.deb; do
  case $d in linux-*) dpkg-deb -x "$d" "$O/root" ;; *) dpkg-deb -x "$d" "$O/qemu" ;; esac
done
# the header packages expect to live in /usr/src: their include lines have to be turned
sed -i "s#/usr/src/#$O/root/usr/src/#" "$O"/root/usr/src/linux-headers-*-cloud-amd64/Makefile
touch "$O/fetched"
