#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""protocols.py GOLDEN CORPUS - seeds of dns, tls, http and ssh from the golden captures.

Each flow becomes one file in the form of feed.h; large ones are cut.
"""
import os
import struct
import sys

golden, corpus = sys.argv[1:3]
for name in ("dns", "tls", "http", "ssh"):
    data = open(os.path.join(golden, name + ".pcap"), "rb").read()
    flows, at = {}, 24
    while at < len(data):
        caplen = struct.unpack("<I", data[at + 8:at + 12])[0]
        ip = data[at + 30:at + 16 + caplen]
        at += 16 + caplen
        l4 = ip[20:struct.unpack(">H", ip[2:4])[0]]
        payload = l4[(l4[12] >> 4) * 4:] if ip[9] == 6 else l4[8:]
        s, d = (ip[12:16], l4[:2]), (ip[16:20], l4[2:4])
        f = flows.setdefault(frozenset((s, d)), [s, ip[9], b"", l4[2:4]])
        if payload:
            payload = payload[:1500]
            f[2] += struct.pack(">H", len(payload) | (0 if s == f[0] else 0x8000)) + payload
    os.makedirs(os.path.join(corpus, name), exist_ok=True)
    for i, (_, proto, text, port) in enumerate(flows.values()):
        if name == "dns":
            odd = struct.unpack(">H", port)[0] != 53
            text = bytes([(3 if odd else 0) | (4 if proto == 6 else 0)]) + text
        with open(os.path.join(corpus, name, "flow%02d" % i), "wb") as out:
            out.write(text[:3000])
