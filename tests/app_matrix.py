#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""app_matrix.py TOOL FOLDER - how the flows of captures are called by us, by tshark and by ndpiReader.

Prints Markdown for docs/accuracy.md: for each of our names how many flows bear it, how many of these the
other two call the same (or name what it carries), otherwise, or not at all; and what is `unknown`: the share
of flows and of octets, and what the others call it.  What nDPI names by a port alone is no name.
"""
import collections
import concurrent.futures
import glob
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import app_truth		# noqa: E402


def flows_of(tool, path):
    """By 5-tuple: our names, octets; only those with payload (a scan's have none)"""
    flows = {}
    for line in app_truth.output(tool, "read", "--json", path).splitlines():
        o = json.loads(line)
        if o["event"] == "flow" and o["proto"] in ("tcp", "udp"):
            key = o["proto"], app_truth.ends(o["initiator"], o["initiator_port"], o["responder"], o["responder_port"])
            if o["proto"] == "tcp" and not {"D", "d"} & set(o.get("history", "")) and "app" not in o:
                continue
            names, octets = flows.get(key, (set(), 0))
            if "app" in o:
                names.add(o["app"])
            flows[key] = names, octets + o["bytes_initiator"] + o["bytes_responder"]
    return flows


def verdict(our, theirs):
    """same, other or none, and the name"""
    names = app_truth.parts(theirs)[0]
    if not names:
        return "none", ""
    if not our:
        return "other", "/".join(sorted(names))
    how = app_truth.compared(our, names)
    return ("same" if how in (None, "inside") else "other"), "/".join(sorted(names))


def of_capture(tool, path):
    mine = flows_of(tool, path)
    tshark, ndpi = app_truth.by_tshark(path), app_truth.by_ndpi(path)
    return [("/".join(sorted(names)), octets, verdict(names, tshark.get(key, ())), verdict(names, ndpi.get(key, ())))
            for key, (names, octets) in mine.items()]


def others(counts):
    return ", ".join("%s %d" % (name, n) for name, n in counts.most_common(6))


def main(tool, folder):
    paths = sorted(p for p in glob.glob(os.path.join(folder, "**"), recursive=True)
                   if re.search(r"\.(pcap|pcapng|cap)$", p))
    rows = collections.defaultdict(list)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for flows in pool.map(lambda p: of_capture(tool, p), paths):
            for name, octets, tshark, ndpi in flows:
                rows[name].append((octets, tshark, ndpi))
    flows, octets = sum(map(len, rows.values())), sum(f[0] for r in rows.values() for f in r)
    print("| ours | flows | tshark: same, none | otherwise | nDPI: same, none | otherwise |\n|---|---|---|---|---|---|")
    for name in sorted(n for n in rows if n):
        cells = []
        for i in (1, 2):
            how = collections.Counter(f[i][0] for f in rows[name])
            cells += ["%d, %d" % (how["same"], how["none"]),
                      others(collections.Counter(f[i][1] for f in rows[name] if f[i][0] == "other"))]
        print("| %s | %d | %s |" % (name, len(rows[name]), " | ".join(cells)))
    unknown = rows.get("", [])
    print("\n%d of %d flows with payload (%.1f %%) and %.1f %% of the octets are `unknown`." % (
        len(unknown), flows, 100 * len(unknown) / flows, 100 * sum(f[0] for f in unknown) / octets))
    for i, whose in ((1, "tshark"), (2, "nDPI")):
        named = collections.Counter(f[i][1] for f in unknown if f[i][0] == "other")
        print("Of these %s names %d: %s." % (whose, sum(named.values()), ", ".join(
            "%s %d" % (name, n) for name, n in named.most_common(40))))


if __name__ == "__main__":
    main(*sys.argv[1:])
