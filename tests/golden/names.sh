#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Conversations that are named by their first octets, and their near misses, as names.py wrote
# them by the specifications; names.txt also has what tshark calls each.
set -u
tool=${NETFLOWSCOPE:-${top_builddir:-.}/plugins/cli/netflowscope}
case $tool in /*) ;; *) tool=$PWD/$tool ;; esac
cd "$(dirname "$0")/names" || exit 99
[ -x "$tool" ] || { echo "$tool: not built"; exit 77; }
command -v python3 >/dev/null || { echo "python3 is not installed"; exit 77; }
"$tool" read names.pcap --json | python3 -c '
import json, sys
ours = {}
for line in sys.stdin:
    event = json.loads(line)
    if event["event"] == "flow":
        for port in (event["initiator_port"], event["responder_port"]):
            ours[port] = event.get("app", "unknown")
failed = seen = 0
for line in open("names.txt"):
    if line.startswith("#"):
        continue
    port, name, other = line.split(None, 2)
    seen += 1
    if ours.get(int(port)) != name:
        failed = 1
        print("port %s: %s, should be %s (tshark: %s)" % (port, ours.get(int(port)), name, other.strip()))
print("%d conversations" % seen)
sys.exit(failed or seen < 80)'
