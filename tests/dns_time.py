#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""dns_time.py NETFLOWSCOPE CAPTURE...: tshark's dns.time is ours for every pair (features.md, algorithm 7, i).

A pair is a response that tshark or we give a time: equal to the microsecond.
Captures without DNS by our own word are passed over (tshark takes its time).
"""
import json
import subprocess
import sys
from collections import Counter


def tshark(path):
    out = subprocess.run(["tshark", "-n", "-r", path, "-Y",
                          "dns.time && !mdns && !llmnr && !icmp && !icmpv6", "-T", "fields", "-E", "occurrence=a",
                          "-E", "aggregator=,", "-e", "dns.id", "-e", "dns.time"],
                         capture_output=True, text=True).stdout
    for line in out.splitlines():
        ids, times = line.split("\t")
        for i, t in zip(ids.split(","), times.split(",")):
            yield int(i, 0), round(float(t) * 1e6)


def ours(tool, path):
    out = subprocess.run([tool, "read", path, "--json"], capture_output=True, text=True, errors="replace").stdout
    return [json.loads(line) for line in out.splitlines() if '"event":"dns"' in line]


def main():
    tool, captures = sys.argv[1], sys.argv[2:]
    files = pairs = wrong = 0
    for path in captures:
        messages = ours(tool, path)
        if not messages:
            continue
        a, b = Counter(tshark(path)), Counter((m["id"], m["latency_us"]) for m in messages
                                              if m["qr"] and "latency_us" in m)
        if not a and not b:
            continue
        files += 1
        pairs += sum(a.values())
        odd = sorted(((a - b) + (b - a)).elements())
        if odd:
            wrong += len(odd)
            print("not ok %s: tshark alone %s, we alone %s" % (path, list((a - b).elements())[:3],
                                                               list((b - a).elements())[:3]))
    print("%s %d pairs in %d captures, %d differ" % ("not ok" if wrong or not pairs else "ok", pairs, files, wrong))
    return 1 if wrong or not pairs else 0


if __name__ == "__main__":
    sys.exit(main())
