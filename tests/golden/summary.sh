#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `read --summary` counts without reading what it need not tell: its line is the one that
# `read --json` ends with, where every message was read.
set -u
export LC_ALL=C
tool=${NETFLOWSCOPE:-${top_builddir:-.}/plugins/cli/netflowscope}
case $tool in /*) ;; *) tool=$PWD/$tool ;; esac
cd "$(dirname "$0")" || exit 99
[ -x "$tool" ] || { echo "$tool: not built"; exit 77; }
bad=0
seen=0

for capture in */*.pcap; do
	json=$("$tool" read "$capture" --json 2>/dev/null | tail -n 1)
	summary=$("$tool" read "$capture" --summary 2>/dev/null)
	case $json in
	*'"event":"summary"'*) seen=$((seen + 1)) ;;
	*) echo "not ok summary: $capture: --json does not end with one"; bad=1 ;;
	esac
	[ "$summary" = "$json" ] || {
		echo "not ok summary: $capture: $summary, but $json"
		bad=1
	}
done
[ "$seen" -ge 10 ] || { echo "not ok summary: only $seen captures"; bad=1; }
[ "$bad" -ne 0 ] || echo "ok summary: the same line of $seen captures, whether messages are read or not"
exit "$bad"
