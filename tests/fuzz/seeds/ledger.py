#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Seeds of fuzz_ledger: how (one octet), then the block or a pattern of it."""
import os
import struct
import sys

out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "../corpus/ledger")
header = b"nsc-ldgr" + struct.pack("<7Q", 0, 5, 3, 4, 1 << 60, 7, 0)
seeds = {
    "empty": b"",
    "zeros": b"\x00" + bytes(64),
    "header": b"\x00" + header,
    "repaired": b"\x01" + header + struct.pack("<16Q", *range(16)),
    "full-ones": b"\x03" + b"\xff" * 8,
    "pattern": b"\x03" + struct.pack("<3Q", 1, 1 << 63, 2),
}
for name, data in seeds.items():
    with open(os.path.join(out, name), "wb") as f:
        f.write(data)
