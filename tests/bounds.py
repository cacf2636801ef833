#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Ten thousand names made up by a generator, and what metrics made of them.

  bounds.py make PCAP TRUTH         TLS and DNS of 10,000 registered domains under Zipf's law;
                                    TRUTH: octets by name and second
  bounds.py check MAX TRUTH         reads `read --metrics` of it: MaxSeries holds, every interval's
                                    rows add up to its total, series don't flap

Prints "ok" and "not ok" lines.
"""
import bisect
import collections
import itertools
import json
import random
import struct
import sys

NAMES, TLS_A_SECOND, DNS_A_SECOND, SECONDS, START = 10000, 150, 100, 20, 1700000000
OPEN = ("name", "app", "process", "unit", "network", "interface")   # families that share MaxSeries
WARM = 5                                    # intervals until the ranks know what is busy


def name_of(n):
    """Every third one below a suffix of two labels."""
    return "www.made-up-%d.%s" % (n, ("com", "org", "co.uk")[n % 3])


def hello(name):
    sni = name.encode()
    extension = struct.pack("!HHHBH", 0, len(sni) + 5, len(sni) + 3, 0, len(sni)) + sni
    extension += bytes.fromhex("002b0003020304")                    # supported_versions: TLS 1.3
    body = b"\x03\x03" + bytes(32) + b"\0" + b"\0\x02\x13\x01" + b"\x01\0"
    body += struct.pack("!H", len(extension)) + extension
    handshake = b"\x01" + struct.pack("!I", len(body))[1:] + body
    return b"\x16\x03\x01" + struct.pack("!H", len(handshake)) + handshake


class Capture:
    def __init__(self, path):
        self.file = open(path, "wb")
        self.file.write(struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))

    def packet(self, time, source, target, proto, segment):
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 0, 0x4000, 64, proto, 0, source, target)
        whole = head + segment
        self.file.write(struct.pack("=IIII", int(time), int(time % 1 * 1e6), len(whole), len(whole)) + whole)

    def tcp(self, time, source, sport, target, dport, seq, ack, flags, data=b""):
        self.packet(time, source, target, 6,
                    struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, 65000, 0, 0) + data)


def talk(capture, time, port, host, name, octets):
    """A handshake, a ClientHello, an answer of so many octets, FIN from both."""
    we, they = bytes([192, 0, 2, 1]), bytes([198, 51, host >> 8 & 255, host & 255])
    first = hello(name)
    steps = [(0, 0, 0, 2, b""), (1, 0, 1, 0x12, b""), (0, 1, 1, 0x10, b""), (0, 1, 1, 0x18, first)]
    seq = [1 + len(first), 1]
    while octets > 0:
        piece = b"\x17\x03\x03" + struct.pack("!H", min(octets, 1400)) + bytes(min(octets, 1400))
        steps.append((1, seq[1], seq[0], 0x18, piece))
        seq[1] += len(piece)
        octets -= 1400
    steps += [(0, seq[0], seq[1], 0x11, b""), (1, seq[1], seq[0] + 1, 0x11, b""),
              (0, seq[0] + 1, seq[1] + 1, 0x10, b"")]
    for i, (side, s, a, flags, data) in enumerate(steps):
        ends = (they, 443, we, port) if side else (we, port, they, 443)
        yield time + i * 0.001, ends, s, a, flags, data


def question(capture, time, number, name):
    qname = b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\0"
    query = struct.pack("!HHHHHH", number & 0xffff, 0x0100, 1, 0, 0, 0) + qname + b"\0\x01\0\x01"
    capture.packet(time, bytes([192, 0, 2, 1]), bytes([192, 0, 2, 53]), 17,
                   struct.pack("!HHHH", 20000 + number % 40000, 53, 8 + len(query), 0) + query)


def make(path, truth):
    random.seed(7)
    capture = Capture(path)
    shares = list(itertools.accumulate(1 / (n + 1) for n in range(NAMES)))
    steps, brought, number = [], [], itertools.count()

    def pick():
        return bisect.bisect(shares, random.random() * shares[-1])

    for second in range(SECONDS):
        brought.append(collections.Counter())
        for i in range(TLS_A_SECOND):
            who, port, octets = pick(), 1024 + next(number) % 60000, random.choice((200, 3000, 20000))
            brought[-1][who] += octets
            steps += talk(capture, START + second + i / (TLS_A_SECOND + 5), port, who, name_of(who), octets)
        for i in range(DNS_A_SECOND):
            steps.append((START + second + i / (DNS_A_SECOND + 5), next(number), name_of(pick())))
    json.dump(brought, open(truth, "w"))
    for step in sorted(steps, key=lambda s: s[0]):
        if len(step) == 3:
            question(capture, *step)
        else:
            time, ends, s, a, flags, data = step
            capture.tcp(time, *ends, s, a, flags, data)


failed = 0


def tell(good, text):
    global failed
    failed |= not good
    print("%s bounds: %s" % ("ok" if good else "not ok", text))


def intervals(lines):
    """[{ID: [values]}] of each read, without the 0 that stands before a late counter."""
    reads, known = collections.OrderedDict(), set()
    for line in lines:
        time, key, value = line.split()[:3]
        key, values = key[len("netflowscope-"):], [float(v) for v in value.split(":")]
        if key.startswith("self/") or key in known or any(values):
            reads.setdefault(time, {})[key] = values
            known.add(key)
    return [r for r in reads.values() if "self/count-series" in r]


def family(key):
    return key.split("/")[0].split("-")[0]


def increments(reads, kind):
    """By read: what the rows of a family told of a type since each was told last, by family."""
    last, found = {}, []
    for read in reads:
        sums = collections.Counter()
        for key, values in read.items():
            if key.partition("/")[2] == kind:
                sums[family(key)] += sum(values) - sum(last.get(key, [0]))
                last[key] = values
        found.append(sums)
    return found


def check(most, truth):
    reads = intervals(sys.stdin)
    tell(len(reads) >= 15, "%d reads" % len(reads))
    count = [sum(1 for k in read if family(k) in OPEN) for read in reads]
    tell(max(count) <= most, "at most %d series of open sets, MaxSeries is %d" % (max(count), most))
    suppressed = [read["self/count-series_suppressed"][0] for read in reads]
    tell(suppressed[-1] > 100, "%d rows are in other at the end" % suppressed[-1])
    tell(all(read["self/count-series"][0] == len(read) for read in reads), "count-series is what was told")
    for kind in ("if_octets", "connections-opened"):
        wrong = [n for n, s in enumerate(increments(reads, kind)) if s["name"] != s["app"]]
        tell(not wrong, "%s: top + other + unknown = total in each read %s" % (kind, wrong[:5]))
    queries = [n for n, (a, b) in enumerate(zip(increments(reads, "dns_query"), increments(reads, "dns_qtype-A")))
               if a["name"] != b["dns"]]
    tell(not queries, "dns_query: those of all rows are the queries %s" % queries[:5])
    named = [{k.split("/")[0] for k in read if family(k) == "name"} for read in reads[WARM:]]
    top = len(named[-1]) - 2                # without other and unknown
    plain = [{n for n, _ in collections.Counter(second).most_common(top)} for second in json.load(open(truth))[WARM:]]
    ours, theirs = (sum(len(a ^ b) for a, b in zip(sets, sets[1:])) for sets in (named, plain))
    tell(8 * ours <= theirs, "%d comings and goings of %d names in %d reads, %d of a plain top %d" %
         (ours, top, len(named), theirs, top))
    busiest = {"name-made_up_%d_%s" % (n, ("com", "org", "co_uk")[n % 3]) for n in range(5)}
    tell(busiest <= named[-1], "the busiest names are told %s" % sorted(busiest - named[-1]))
    unknown = reads[-1]["name-unknown/if_octets"]
    every = sum(sum(v) for k, v in reads[-1].items() if k.startswith("app-") and k.endswith("/if_octets"))
    tell(sum(unknown) < 0.1 * every, "%d of %d octets have no name" % (sum(unknown), every))
    return failed


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(*sys.argv[2:])
    else:
        sys.exit(check(int(sys.argv[2]), sys.argv[3]))
