#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes tests/fuzz/corpus/decode from the captures in tests/golden/decode."""
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "..", "..", "golden", "decode")
OUT = os.path.join(HERE, "..", "corpus", "decode")
LINKS = [1, 0, 9, 10, 12, 14, 50, 51, 101, 104, 108, 113, 204, 228, 229, 239, 274, 276, 147]

os.makedirs(OUT, exist_ok=True)
for name in sorted(os.listdir(GOLDEN)):
    if not name.endswith(".pcap"):
        continue
    data = open(os.path.join(GOLDEN, name), "rb").read()
    link = LINKS.index(struct.unpack("<I", data[20:24])[0])
    at, frames = 24, []
    while at < len(data):
        n = struct.unpack("<I", data[at + 8:at + 12])[0]
        frames.append(data[at + 16:at + 16 + n])
        at += 16 + n
    if name == "fragments.pcap":
        frames = frames[:3]     # the largest; one datagram is enough
    with open(os.path.join(OUT, name[:-5]), "wb") as f:
        f.write(b"\x01")
        for i, p in enumerate(frames):
            f.write(struct.pack(">BBBH", link, i & 0x1c, 0, len(p)) + p)
