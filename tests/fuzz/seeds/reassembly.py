#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/fuzz/corpus/reassembly: a mode, then segments (side, seq, len) and answers."""
import pathlib
import struct

OUT = pathlib.Path(__file__).resolve().parent.parent / "corpus" / "reassembly"
OUT.mkdir(parents=True, exist_ok=True)


def seg(side, at, length, *answers, cut=None, jump=None):
    op = side | (0x40 if cut is not None else 0) | (0x80 if jump is not None else 0)
    raw = struct.pack(">BHH", op, at, length)
    if cut is not None:
        raw += struct.pack(">H", cut)
    if jump is not None:
        raw += struct.pack(">I", jump)
    return raw + bytes(answers)


SEEDS = {
    "in-order": seg(0, 0, 1460, 2) + seg(0, 1460, 1460, 2) + seg(1, 0, 100, 2),
    "wrap": seg(0, 300, 200) + seg(0, 200, 150) + seg(0, 0, 250, 2, 2),
    "skip": seg(0, 0, 1460, 3, 0x20, 0) + seg(0, 3000, 1460) + seg(0, 8000, 1460, 2),
    "overflow": b"".join(seg(0, 10 + i * 1460, 1460) for i in range(6)) + b"\x02\x02",
    "stuck": b"".join(seg(1, i * 1460, 1460, 0) for i in range(8)),
    "cut": seg(0, 0, 1460, 2, cut=100) + seg(0, 1460, 100, 2) + seg(0, 1560, 99, cut=0),
    "memory": b"".join(seg(s, 1 + i * 3, 1) for i in range(40) for s in range(3)),
    "jump": seg(0, 0, 10, 2) + seg(0, 0, 10, jump=0x50000000) + seg(0, 0, 10, jump=0x20000000),
    "give-up": seg(0, 0, 10, 2) + seg(0, 20, 10) + struct.pack(">BHHB", 0x30, 0, 0, 200) + b"\x02",
}
for name, raw in SEEDS.items():
    for mode in (4, 7):
        (OUT / f"{name}-{mode}").write_bytes(bytes([mode]) + raw)
