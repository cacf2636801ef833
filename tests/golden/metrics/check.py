#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check.py CAPTURE METRICS HOST INTERVAL - `read --metrics --local HOST` has tshark's figures.

At the end of each interval: packets and IP octets each way, DNS queries by type,
responses by code, HTTP methods and status classes, refused handshakes, and p50, p90
and p99 of the latencies of just this interval, which may be wrong by 1/32 (the
histogram's cells), from tshark's list of latencies, sorted.  Prints what differs.
"""
import collections
import math
import subprocess
import sys

FIELDS = """frame.time_epoch ip.src ip.dst ip.len dns.flags.response dns.flags.rcode dns.qry.type dns.time
http.request.method http.response.code http.request_in http.time tcp.flags.reset tcp.ack""".split()
QTYPE = {"1": "A", "28": "AAAA", "12": "PTR", "15": "MX"}
RCODE = {"0": "NOERROR", "2": "SERVFAIL", "3": "NXDOMAIN"}

capture, metrics, host, interval = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
out = subprocess.run(["tshark", "-n", "-r", capture, "-T", "fields"] + [w for f in FIELDS for w in ("-e", f)],
                     capture_output=True, text=True, check=True).stdout
frames = [dict(zip(FIELDS, line.split("\t"))) for line in out.splitlines()]

sums = collections.Counter()        # running
samples = collections.defaultdict(list)
ends = {}                           # time: (sums, samples of the interval)
first = float(frames[0]["frame.time_epoch"])
end = (first // interval + 1) * interval


def close():
    global samples
    ends["%.3f" % end] = dict(sums), samples
    samples = collections.defaultdict(list)


for f in frames:
    while float(f["frame.time_epoch"]) >= end:
        close()
        end += interval
    way = 1 if f["ip.src"] == host else 0
    sums["self/packets-captured"] += 1
    sums["interface-capture/if_packets", way] += 1
    sums["interface-capture/if_octets", way] += int(f["ip.len"])
    scope = "private" if f["ip.dst" if way else "ip.src"].startswith("10.") else "public"
    sums["scope-%s/if_octets" % scope, way] += int(f["ip.len"])
    if f["dns.flags.response"] in ("0", "False"):
        sums["dns/dns_qtype-" + QTYPE[f["dns.qry.type"]]] += 1
    elif f["dns.flags.response"]:
        sums["dns/dns_rcode-" + RCODE[f["dns.flags.rcode"]]] += 1
    if f["http.response.code"]:     # a request counts with its exchange: all of these had a response
        sums["http/http_request_methods-" + frames[int(f["http.request_in"]) - 1]["http.request.method"]] += 1
        sums["http/http_response_codes-%sxx" % f["http.response.code"][0]] += 1
    if f["tcp.flags.reset"] in ("1", "True"):
        sums["tcp-public/protocol_counter-refused_out"] += 1
    for field, name in ("dns.time", "dns/response_time"), ("http.time", "http/response_time"):
        if f[field]:
            samples[name].append(float(f[field]))
close()

told = collections.defaultdict(dict)
for line in open(metrics, encoding="ascii"):
    time, name, values = line.split()
    told[time][name.replace("netflowscope-", "", 1)] = [float(v) for v in values.split(":")]
wrong = compared = 0


def expect(time, name, have, want, tolerance=0.0):
    global wrong, compared
    compared += 1
    if have is None or abs(have - want) > tolerance * want + (1e-6 if tolerance else 0):
        print("%s %s: %s told, tshark has %s" % (time, name, have, want))
        wrong = 1


for time, (counts, latencies) in sorted(ends.items()):
    values = told.get(time, {})
    for key, want in counts.items():
        name, way = key if isinstance(key, tuple) else (key, 0)
        expect(time, name, values.get(name, [None] * 2)[way], want)
    for family in ("dns/response_time", "http/response_time"):
        drawn = sorted(latencies[family])
        for q in (50, 90, 99):
            name = "%s-p%d" % (family, q)
            if drawn:
                expect(time, name, values.get(name, [None])[0], drawn[math.ceil(q / 100 * len(drawn)) - 1], 1 / 32)
            elif name in values:
                print("%s %s: told, though there was no sample" % (time, name))
                wrong = 1
print("%d figures of %d intervals" % (compared, len(ends)))
sys.exit(wrong)
