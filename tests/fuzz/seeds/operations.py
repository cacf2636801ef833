#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""operations.py GOLDEN CORPUS - seeds of fuzz_operations: the conversations of tests/golden/operations/APP.pcap
(Ethernet and IPv4; the first 4 KB of each), in the form of feed.h, behind a line that says whose they are."""
import glob
import os
import struct
import sys

MOST, EACH = 4096, 12		# octets of a conversation, conversations of a capture


def packets(path):
    data = open(path, "rb").read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    at = 24
    while at < len(data):
        caplen = struct.unpack(order + "I", data[at + 8:at + 12])[0]
        yield data[at + 16:at + 16 + caplen]
        at += 16 + caplen


def seeds(path):
    flows = {}
    for frame in packets(path):
        ip = frame[14:]
        if frame[12:14] != b"\x08\0" or ip[9] not in (6, 17):
            continue
        l4 = ip[(ip[0] & 15) * 4:struct.unpack(">H", ip[2:4])[0]]
        ends = (ip[12:16] + l4[:2], ip[16:20] + l4[2:4])
        text = l4[(l4[12] >> 4) * 4:] if ip[9] == 6 else l4[8:]
        flow = flows.setdefault((ip[9], frozenset(ends)), [ends[0], b""])
        while text and len(flow[1]) < MOST:
            piece, text = text[:1400], text[1400:]
            flow[1] += struct.pack(">H", len(piece) | (0 if ends[0] == flow[0] else 0x8000)) + piece
    for (proto, _), (_, said) in list(flows.items()):
        if said:
            yield proto, said


golden, corpus = sys.argv[1:3]
os.makedirs(corpus, exist_ok=True)
for path in sorted(glob.glob(os.path.join(golden, "*.pcap"))):
    app = os.path.basename(path)[:-5]
    for n, (proto, said) in enumerate(seeds(path)):
        if n < EACH:
            with open(os.path.join(corpus, "%s-%02d" % (app, n)), "wb") as out:
                out.write(app.encode() + (b" udp\n" if proto == 17 else b"\n") + said)
