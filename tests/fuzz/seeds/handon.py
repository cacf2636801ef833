#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""handon.py GOLDEN CORPUS - seeds of fuzz_handon: the plain parts of tests/golden/handon, in the form of feed.h."""
import os
import struct
import sys

golden, corpus = sys.argv[1:3]
PORTS = [25, 143, 110, 21, 6667, 5222, 389, 8443, 1080, 5432, 3306, 3389, 119, 4190]
data = open(os.path.join(golden, "handon.pcap"), "rb").read()
flows, at = {}, 24
while at < len(data):
    caplen = struct.unpack("<I", data[at + 8:at + 12])[0]
    ip = data[at + 30:at + 16 + caplen]
    at += 16 + caplen
    l4 = ip[20:struct.unpack(">H", ip[2:4])[0]]
    payload = l4[(l4[12] >> 4) * 4:]
    s, d = l4[:2], l4[2:4]
    f = flows.setdefault(frozenset((s, d)), [s, d, [], False])
    if payload and not f[3]:
        f[3] = payload[0] == 0x16
        payload = payload[:400]
        f[2].append(struct.pack(">H", len(payload) | (0 if s == f[0] else 0x8000)) + payload)
os.makedirs(corpus, exist_ok=True)
for i, (_, port, text, _) in enumerate(flows.values()):
    port = struct.unpack(">H", port)[0]
    if port in PORTS:
        seeds = {"flow%02d" % i: text}
        if i < 2:		# the hello comes in two pieces, before the reply that grants it
            hello = text[-1][2:]
            seeds["early%02d" % i] = text[:-2] + [struct.pack(">H", n) + hello[at:at + n] for at, n in (
                (0, 5), (5, 200), (205, len(hello) - 205))] + [b"\x20\0"]
        for name, pieces in seeds.items():
            with open(os.path.join(corpus, name), "wb") as out:
                out.write(bytes([PORTS.index(port)]) + b"".join(pieces))
