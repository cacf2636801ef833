#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# No address, port, flow, process or host's name is ever a label (features.md, row 1.25).
set -u
tool=${NETFLOWSCOPE:-${top_builddir:-.}/plugins/cli/netflowscope}
case $tool in /*) ;; *) tool=$PWD/$tool ;; esac
cd "$(dirname "$0")" || exit 99
[ -x "$tool" ] || { echo "$tool: not built"; exit 77; }
mapfile -t captures < <(find . ../unit/data "${NSC_SHARED:-../../../shared}/pcaps" -type f -name '*.pcap*' 2>/dev/null | sort)
out=$(python3 labels.py "$tool" "${captures[@]}")
status=$?
echo "$out" | tail -n 40
if [ $status = 0 ]; then echo "ok labels: $(tail -n 1 <<<"$out")"; else echo "not ok labels"; fi
exit $status
