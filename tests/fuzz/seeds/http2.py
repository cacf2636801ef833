#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""http2.py GOLDEN CORPUS - seeds of http2 and hpack from the golden capture and its blocks.

Each connection becomes one file in the form of feed.h, its long segments cut; every ten
header blocks one in the form of fuzz_hpack.c.
"""
import os
import struct
import sys

golden, corpus = sys.argv[1:3]
data = open(os.path.join(golden, "http2.pcap"), "rb").read()
flows, at = {}, 24
while at < len(data):
    caplen = struct.unpack("<I", data[at + 8:at + 12])[0]
    ip = data[at + 30:at + 16 + caplen]
    at += 16 + caplen
    tcp = ip[20:struct.unpack(">H", ip[2:4])[0]]
    payload = tcp[(tcp[12] >> 4) * 4:]
    f = flows.setdefault(frozenset((tcp[:2], tcp[2:4])), [tcp[:2], b""])
    if payload:
        payload = payload[:1000]
        f[1] += struct.pack(">H", len(payload) | (0 if tcp[:2] == f[0] else 0x8000)) + payload
for i, (_, text) in enumerate(flows.values()):
    with open(os.path.join(corpus, "http2", "flow%02d" % i), "wb") as out:
        out.write(text[:2500])
blocks = [bytes.fromhex(line[6:]) for line in open(os.path.join(golden, "hpack.txt")) if line.startswith("block")]
blocks = [b for b in blocks if 0 < len(b) < 256]
for i in range(0, len(blocks), 10):
    with open(os.path.join(corpus, "hpack", "blocks%02d" % (i // 10)), "wb") as out:
        out.writelines(bytes([len(b)]) + b for b in blocks[i:i + 10])
