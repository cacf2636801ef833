#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes bpf/NAME.skel.h below the current folder from bpf/NAME.bpf.c: run by make, which
# names the tools (CLANG, BPFTOOL) and the tree (SRC).  The result is the same wherever it
# is made: paths are relative, debug sections are left out by `bpftool gen object`.
# NAME.light makes a light skeleton: the kernel itself finds its types, at a tenth of the cost.
set -e
name=${1%.light}
if [ -z "$CLANG" ] || [ -z "$BPFTOOL" ]; then
	echo "bpf/$1.skel.h: making it needs clang and bpftool (Debian: clang bpftool libbpf-dev)" >&2
	exit 1
fi
here=$PWD
mkdir -p bpf
(cd "$SRC" && "$CLANG" -target bpfel -mcpu=v3 -g -O2 -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Werror \
	-fdebug-compilation-dir=. -I. $BPF_CPPFLAGS -c "bpf/$name.bpf.c" -o "$here/bpf/$1.o.1")
"$BPFTOOL" gen object "bpf/$1.o.2" "bpf/$1.o.1"
if [ "$1" = "$name" ]; then
	"$BPFTOOL" gen skeleton "bpf/$1.o.2" name "nsc_${name}_bpf" >"bpf/$1.skel.tmp"
else
	# Not ours to keep free of warnings.
	echo '#pragma GCC system_header' >"bpf/$1.skel.tmp"
	"$BPFTOOL" gen skeleton -L "bpf/$1.o.2" name "nsc_${name}_light" >>"bpf/$1.skel.tmp"
fi
mv "bpf/$1.skel.tmp" "bpf/$1.skel.h"
rm -f "bpf/$1.o.1" "bpf/$1.o.2"
