#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the seed corpus of fuzz_pcap: both formats, every block, both compressions."""
import gzip, os, struct, sys

out = sys.argv[1] if len(sys.argv) > 1 else "tests/fuzz/corpus/pcap"
os.makedirs(out, exist_ok=True)


def write(name, data):
    with open(os.path.join(out, name), "wb") as f:
        f.write(data)


def pcap(order, magic, extra=b"", minor=4):
    data = struct.pack(order + "IHHIIII", magic, 2, minor, 0, 0, 65535, 1)
    for i, n in enumerate((60, 0, 14)):
        data += struct.pack(order + "IIII", 1700000000 + i, i, n, n + i) + extra + bytes([n]) * n
    return data


def block(order, kind, body):
    body += b"\0" * (-len(body) % 4)
    n = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + n + body + n


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def pcapng(order):
    end = option(order, 0, b"")
    data = block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)
                 + option(order, 4, b"seeds") + end)
    data += block(order, 1, struct.pack(order + "HHI", 1, 0, 40) + option(order, 9, b"\x09")
                  + option(order, 14, struct.pack(order + "q", -5)) + end)
    data += block(order, 1, struct.pack(order + "HHI", 101, 0, 0) + option(order, 9, b"\x94") + end)
    for i in range(2):
        data += block(order, 6, struct.pack(order + "IIIII", i, 395812, 7, 9, 12) + b"123456789\0\0\0"
                      + option(order, 2, b"\0\0\0\1") + end)
    data += block(order, 2, struct.pack(order + "HHIIII", 1, 0, 395812, 7, 4, 4) + b"abcd")
    data += block(order, 3, struct.pack(order + "I", 50) + b"s" * 40)
    data += block(order, 4, end) + block(order, 5, struct.pack(order + "III", 0, 1, 2))
    data += block(order, 10, struct.pack(order + "II", 0x544C534B, 4) + b"key ")
    return data + block(order, 0xBAD, struct.pack(order + "I", 32473) + b"custom")


for order, word in (("<", "little"), (">", "big")):
    write("micro-" + word, pcap(order, 0xA1B2C3D4))
    write("nano-" + word, pcap(order, 0xA1B23C4D))
    write("long-" + word, pcap(order, 0xA1B2CD34, b"\0" * 8))
    write("ng-" + word, pcapng(order))
write("old", pcap("<", 0xA1B2C3D4, minor=3))
write("ng-both", pcapng("<") + pcapng(">"))
packed = gzip.compress(pcapng("<"), mtime=0)
write("gzip", packed + gzip.compress(pcapng(">"), mtime=0) + b"\0" * 8)
write("gzip-bad", packed[:-8] + b"\0" * 8)
# A zstd frame of one raw block, without a content size (RFC 8878, 3.1.1).
raw = pcap("<", 0xA1B2C3D4)
frame = b"\x28\xb5\x2f\xfd\x00\x58" + struct.pack("<I", len(raw) << 3 | 1)[:3] + raw
write("zstd", b"\x50\x2a\x4d\x18\x03\0\0\0abc" + frame)
