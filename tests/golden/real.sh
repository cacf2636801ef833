#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Captures of real programs on odd ports: flows, names and exchanges as tshark reads them (features.md,
# row 4.6; beside nDPI on others' captures: tests/app_truth.py).
set -u
tool=${NETFLOWSCOPE:-${top_builddir:-.}/plugins/cli/netflowscope}
case $tool in /*) ;; *) tool=$PWD/$tool ;; esac
cd "$(dirname "$0")/real" || exit 99
[ -x "$tool" ] || { echo "$tool: not built"; exit 77; }
command -v python3 >/dev/null || { echo "python3 is not installed"; exit 77; }
if "$tool" doctor | grep -q 'built without nettle'; then
	echo "built without nettle"
	exit 77
fi
python3 compare.py "$tool" ./*.pcap
