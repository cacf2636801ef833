#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check.py CAPTURE TABLE - the figures of a table of `netflowscope read` are those of tshark.

Packets, octets (innermost IP header and payload) and flows in all; each
conversation's ends and octets each way; what TCP sent again; DNS, HTTP and TLS
messages.  Prints what differs; status 1 if anything does.
"""
import collections
import re
import subprocess
import sys

FIELDS = """frame.len ip.src ip.dst ip.len ipv6.src ipv6.dst ipv6.plen ip.proto ipv6.nxt tcp.stream udp.stream
tcp.srcport tcp.dstport udp.srcport udp.dstport tcp.analysis.retransmission dns.flags.response dns.flags.rcode
http.request.method http.response.code tls.handshake.type arp.opcode""".split()
PORTS = "-d udp.port==5300,dns -d tcp.port==5300,dns -d tcp.port==8099,http -d tcp.port==8080,http".split()

capture, table = sys.argv[1], open(sys.argv[2], encoding="ascii").read()
args = ["tshark", "-n", "-r", capture, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=|"] + PORTS
out = subprocess.run(args + [w for f in FIELDS for w in ("-e", f)], capture_output=True, text=True, check=True).stdout
frames = [{f: v.split("|") if v else [] for f, v in zip(FIELDS, line.split("\t"))} for line in out.splitlines()]
wrong = 0


def last(row, *fields):
    return next((row[f][-1] for f in fields if row[f]), None)


def octets(n):
    unit = ["B", "kB", "MB"]
    u, v = 0, float(n)
    while v >= 999.5:
        u, v = u + 1, v / 1000
    return "%.1f %s" % (v, unit[u]) if u and v < 9.95 else "%.0f %s" % (v, unit[u])


def expect(what, pattern, value):
    global wrong
    have = re.search(pattern, table, re.M)
    have = have.group(1).replace(" ", "") if have else "0"
    if have != str(value).replace(" ", ""):
        print("%s: the table has %s, tshark %s" % (what, have, value))
        wrong = 1


flows = collections.OrderedDict()
for row in frames:
    if row["ip.len"] and int(row["ip.len"][-1]):
        n = int(row["ip.len"][-1])
    elif row["ipv6.plen"]:
        n = int(row["ipv6.plen"][-1]) + 40
    else:
        continue
    src, dst = last(row, "ip.src", "ipv6.src"), last(row, "ip.dst", "ipv6.dst")
    if dst is None:
        continue    # malformed
    ports = last(row, "tcp.srcport", "udp.srcport"), last(row, "tcp.dstport", "udp.dstport")
    if row["tcp.stream"]:
        key, ports = ("tcp", row["tcp.stream"][-1]), (row["tcp.srcport"][-1], row["tcp.dstport"][-1])
    elif row["udp.stream"]:
        key = "udp", row["udp.stream"][-1]
    else:
        key = last(row, "ip.proto", "ipv6.nxt"), frozenset((src, dst))
    f = flows.setdefault(key, {"ends": ((src, ports[0]), (dst, ports[1])), "octets": [0, 0]})
    f["octets"][(src, ports[0]) != f["ends"][0]] += n


def end(addr, port):
    return addr if port is None else ("[%s]:%s" if ":" in addr else "%s:%s") % (addr, port)


def count(field):
    return collections.Counter(v for row in frames for v in row[field])


expect("packets", r"^([\d ]+) packets?,", len(frames))
expect("octets", r"packets?, (.*?) of IP", octets(sum(sum(f["octets"]) for f in flows.values())))
expect("flows", r"of IP, ([\d ]+) flows?", len(flows))
expect("ARP", r"([\d ]+) ARP", sum(bool(row["arp.opcode"]) for row in frames))
lines = re.search(r"^INITIATOR.*?\n(.*?)\n(?:\n|and |\Z)", table, re.S | re.M).group(1).splitlines()
have = sorted((line[:23].strip(), line[64:71].strip(), line[72:].strip()) for line in lines)
largest = sorted(flows.values(), key=lambda f: -sum(f["octets"]))[:10]
want = sorted((end(*f["ends"][0]), octets(f["octets"][0]), octets(f["octets"][1])) for f in largest)
for h, w in zip(have, want):
    # An address that is cut keeps its head and its port.
    same = h == w or (h[1:] == w[1:] and ".." in h[0] and w[0].startswith(h[0].split("..")[0]) and
                      w[0].endswith(h[0].split("..")[1]))
    if not same:
        print("conversation: the table has %s, tshark %s" % (h, w))
        wrong = 1
if len(have) != len(want):
    print("%d conversations, tshark %d" % (len(have), len(want)))
    wrong = 1
expect("sent again", r"([\d ]+) sent again", len([r for r in frames if r["tcp.analysis.retransmission"]]))
dns = count("dns.flags.response")
expect("queries", r"([\d ]+) quer(?:y|ies)", dns["0"] + dns["False"])
expect("NXDOMAIN", r"([\d ]+) NXDOMAIN", count("dns.flags.rcode")["3"])
codes = count("http.response.code")
if capture.endswith("/http.pcap"):
    # tshark does not know that the answer to a pipelined HEAD has no body: what the client saw.
    with open(capture[:-4] + "txt", encoding="ascii") as f:
        codes = collections.Counter(line.split()[-1] for line in f)
for digit in "234":
    expect(digit + "xx", r"([\d ]+) %sxx" % digit, sum(n for c, n in codes.items() if c[0] == digit))
sys.exit(wrong)
