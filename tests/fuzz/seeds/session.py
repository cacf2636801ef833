#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/fuzz/corpus/session: a mode, then packets, closes and ticks of four flows."""
import pathlib
import struct

OUT = pathlib.Path(__file__).resolve().parent.parent / "corpus" / "session"
OUT.mkdir(parents=True, exist_ok=True)


def packet(flow, side, at, length, first, step, fin=0, flags=0):
    return struct.pack(">BHHBB", flow | side << 2 | fin << 3, at, length | flags, first, step)


def close(flow, reason):
    return bytes([0xF0 | flow, reason])


TICK = b"\xe0"
SEEDS = {
    "lines": packet(0, 0, 0, 100, 5, 0) + packet(0, 1, 0, 50, 7, 0) + packet(0, 0, 100, 9, 7, 0, fin=1),
    "late": packet(0, 0, 100, 100, 10, 0) + packet(0, 0, 0, 100, 10, 0) + close(0, 0),
    "hole": packet(1, 0, 0, 10, 5, 1) + packet(1, 0, 100, 10, 6, 1) + TICK + close(1, 2),
    "hand-on": packet(2, 0, 0, 200, 0, 1) + packet(2, 1, 0, 200, 0, 8) + packet(2, 0, 200, 99, 3, 5),
    "datagrams": b"".join(packet(3, i & 1, 0, 20 + i, i * 5, i) for i in range(12)) + close(3, 2),
    "not-mine": packet(0, 0, 0, 30, 1, 1) + packet(0, 1, 0, 30, 1, 0) + packet(0, 0, 30, 30, 9, 3),
    "stuck": b"".join(packet(0, 0, i * 1480, 40 | 0x100, 20, 0) for i in range(8)),
    "reset": packet(0, 0, 0, 20, 15, 1) + packet(0, 1, 0, 0, 0, 0, flags=0x1800) + close(0, 1),
    "syn-data": packet(0, 0, 0, 20, 15, 1, flags=0x3800) + packet(0, 0, 21, 20, 15, 1),
}
for name, raw in SEEDS.items():
    for mode in (0, 5):
        (OUT / f"{name}-{mode}").write_bytes(bytes([mode]) + raw)
