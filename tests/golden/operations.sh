#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Conversations with servers, APP.pcap each: their operations and errors are those of APP.txt, whose lines are
# "port kind error count" (- for none); its comments say where the capture comes from and who else read it.
set -u
tool=${NETFLOWSCOPE:-${top_builddir:-.}/plugins/cli/netflowscope}
case $tool in /*) ;; *) tool=$PWD/$tool ;; esac
cd "$(dirname "$0")/operations" || exit 99
[ -x "$tool" ] || { echo "$tool: not built"; exit 77; }
command -v python3 >/dev/null || { echo "python3 is not installed"; exit 77; }
python3 - "$tool" <<'END'
import collections, glob, json, subprocess, sys
bad = seen = 0
for path in sorted(glob.glob("*.pcap")):
    app = path[:-5]
    want = collections.Counter()
    for line in open(app + ".txt", encoding="utf-8"):
        if not line.startswith("#"):
            port, kind, error, count = line.split()
            want[int(port), kind, error] += int(count)
    got = collections.Counter()
    out = subprocess.run([sys.argv[1], "read", path, "--json"], stdout=subprocess.PIPE, check=True).stdout
    for o in map(json.loads, out.splitlines()):
        if o["event"] == "operation" and o["app"] == app:
            got[o["responder_port"], o.get("operation", "-"), o.get("error", "-")] += 1
    for key in sorted(set(want) | set(got)):
        if want[key] != got[key]:
            bad = 1
            print("%s: %s: %d told, %d in %s.txt" % (path, " ".join(map(str, key)), got[key], want[key], app))
    seen += 1
print("%d captures" % seen)
sys.exit(bad or seen < max(1, len(glob.glob("*.txt"))))
END
