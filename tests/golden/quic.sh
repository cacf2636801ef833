#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# QUIC's edge list (a) to (l) (features.md, rows 1.23, 4.8, 4.9), every version, what is none:
# quic/expect.py says what each capture of quic/make.py holds, and asks tshark for the names too.
set -u
tool=${NETFLOWSCOPE:-${top_builddir:-.}/plugins/cli/netflowscope}
case $tool in /*) ;; *) tool=$PWD/$tool ;; esac
cd "$(dirname "$0")/quic" || exit 99
[ -x "$tool" ] || { echo "$tool: not built"; exit 77; }
command -v python3 >/dev/null || { echo "python3 is not installed"; exit 77; }
if "$tool" doctor | grep -q 'built without nettle'; then
	echo "built without nettle"
	exit 77
fi
python3 expect.py "$tool"
