#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes bpf/NAME.skel.h below the current folder from bpf/NAME.bpf.c: run by make, which
# names the tools (CLANG, BPFTOOL) and the tree (SRC).  The result is the same wherever it
# is made: paths are relative, debug sections are left out by `bpftool gen object`.
set -e
name=$1
if [ -z "$CLANG" ] || [ -z "$BPFTOOL" ]; then
	echo "bpf/$name.skel.h: making it needs clang and bpftool (Debian: clang bpftool libbpf-dev)" >&2
	exit 1
fi
here=$PWD
mkdir -p bpf
(cd "$SRC" && "$CLANG" -target bpfel -mcpu=v3 -g -O2 -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Werror \
	-fdebug-compilation-dir=. -I. $BPF_CPPFLAGS -c "bpf/$name.bpf.c" -o "$here/bpf/$name.o.1")
"$BPFTOOL" gen object "bpf/$name.o.2" "bpf/$name.o.1"
"$BPFTOOL" gen skeleton "bpf/$name.o.2" name "nsc_${name}_bpf" >"bpf/$name.skel.tmp"
mv "bpf/$name.skel.tmp" "bpf/$name.skel.h"
rm -f "bpf/$name.o.1" "bpf/$name.o.2"
