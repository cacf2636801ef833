#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# json_lines.py over every capture of our own.
set -u
tool=${NETFLOWSCOPE:-${top_builddir:-.}/plugins/cli/netflowscope}
case $tool in /*) ;; *) tool=$PWD/$tool ;; esac
cd "$(dirname "$0")" || exit 99
[ -x "$tool" ] || { echo "$tool: not built"; exit 77; }
command -v python3 >/dev/null || { echo "python3 is not installed"; exit 77; }
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
find . ../unit/data -name '*.pcap' -print0 | LC_ALL=C sort -z | xargs -0 python3 json_lines.py "$tool" "$tmp"
