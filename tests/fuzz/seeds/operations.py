#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""operations.py GOLDEN CORPUS - seeds of fuzz_operations: the conversations of tests/golden/operations/APP.pcap
(Ethernet and IP; the first 4 KB of each), in the form of feed.h, behind a line that says whose they are."""
import glob
import os
import struct
import sys

MOST, EACH = 4096, 32		# octets of a conversation, conversations of a capture

# Where the answer comes from other ends than the request went to, these are the client's ports.
CLIENTS = {"tftp": range(40100, 40200), "dhcp": (68,), "dhcpv6": (546,)}


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
    clients = CLIENTS.get(os.path.basename(path)[:-5], ())
    for frame in packets(path):
        ip = frame[14:]
        if frame[12:14] == b"\x86\xdd" and ip[6] in (6, 17):
            proto, l4, hosts = ip[6], ip[40:], (ip[8:24], ip[24:40])
        elif frame[12:14] == b"\x08\0" and ip[9] in (6, 17):
            proto, hosts = ip[9], (ip[12:16], ip[16:20])
            l4 = ip[(ip[0] & 15) * 4:struct.unpack(">H", ip[2:4])[0]]
        else:
            continue
        ends = (hosts[0] + l4[:2], hosts[1] + l4[2:4])
        for i in range(2):
            port = l4[2 * i:2 * i + 2]
            if struct.unpack(">H", port)[0] in clients:
                ends = (port, b"") if i == 0 else (b"", port)
        text = l4[(l4[12] >> 4) * 4:] if proto == 6 else l4[8:]
        flow = flows.setdefault((proto, frozenset(ends)), [ends[0], b""])
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
