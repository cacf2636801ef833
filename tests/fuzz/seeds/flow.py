#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Seeds for fuzz_flow: records of twelve octets, see there."""
import os
import sys

S, A, F, R = 2, 16, 1, 4
CLIENT, SERVER = 0x12, 0x21


def rec(do, way, flags, seq, ack, length=1, ports=None):
    ports = ports or (0x48 if way == SERVER else 0x30)
    return bytes([do, way, ports, flags, seq & 255, ack & 255, length, 100, seq & 255, 1, 0, 5])


OPEN = rec(1, CLIENT, S, 1, 0) + rec(1, SERVER, S | A, 3, 1) + rec(1, CLIENT, A, 1, 3)
SEEDS = {
    "fin": OPEN + rec(1, CLIENT, A, 1, 3, 2) + rec(1, CLIENT, F | A, 2, 3) +
    rec(1, SERVER, F | A, 3, 3) + rec(1, CLIENT, A, 3, 4),
    "rst": OPEN + rec(1, SERVER, R, 3, 0) + rec(129, CLIENT, A, 9, 3, 4) +
    rec(128, 0, 0, 0, 0) + rec(1, CLIENT, S, 40, 0),
    "flood": b"".join(rec(1, 0x10 | n & 7, S, n, 0, ports=n * 8 & 0x78) for n in range(64)),
    "time": OPEN + b"".join(rec(129, CLIENT, A, n, 3, 2) + rec(128, n, 0, 0, 0) for n in range(8)),
}

# The first octet of an input also chooses the key: 5-tuples, pairs of addresses, pairs of MACs.
SEEDS["talk"] = OPEN + b"".join(
    rec(0, CLIENT if n % 3 else SERVER, A | 8, n // 2 % 40, n // 3 % 40, 2 + n % 7) for n in range(60)) + \
    rec(0, SERVER, 0, 9, 9) + rec(0, CLIENT, S | F, 9, 9) + rec(0, CLIENT, S, 60, 0) + rec(0, SERVER, A, 2, 90)
SEEDS["adopted"] = rec(0, CLIENT, A, 5, 5, 4) + rec(0, SERVER, A, 5, 7, 4) + rec(0, CLIENT, A, 3, 6, 9) + \
    rec(0, CLIENT, F | A, 9, 9) + rec(0, SERVER, R | A, 7, 9)
SEEDS["refused"] = rec(0, CLIENT, S, 1, 0) + rec(0, CLIENT, S, 1, 0) + rec(0, SERVER, R | A, 0, 2)
SEEDS["self"] = rec(0, 0x11, S, 1, 0, ports=0) + rec(0, 0x11, S | A, 3, 1, ports=0) + rec(0, 0x11, A, 1, 3, ports=0)
SEEDS = {"%s-%d" % (name, kind): bytes([kind]) + seed[1:] for name, seed in SEEDS.items() for kind in range(3)
         if kind == 0 or name in ("talk", "flood", "time")}

for name, seed in SEEDS.items():
    with open(os.path.join(sys.argv[1], name), "wb") as out:
        out.write(seed)
