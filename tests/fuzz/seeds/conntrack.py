#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Seeds for fuzz_conntrack: datagrams of ctnetlink on a little-endian machine, behind the question's number."""
import os
import socket
import struct
import sys

SUBSYSTEM = 1 << 8                                      # NFNL_SUBSYS_CTNETLINK
NEW, DELETE, STATS_CPU, STATS = 0, 2, 4, 5
ERROR, DONE = 2, 3
MULTI, INTERRUPTED = 2, 16
ORIG, REPLY, STATUS = 1, 2, 3
NESTED = 1 << 15


def message(kind, body, flags=0, sequence=1):
    return struct.pack("=IHHII", 16 + len(body), kind, flags, sequence, 0) + body + b"\0" * (-len(body) % 4)


def attribute(kind, body):
    return struct.pack("=HH", 4 + len(body), kind) + body + b"\0" * (-len(body) % 4)


def tuple_of(kind, src, sport, dst, dport, proto):
    family = socket.AF_INET6 if ":" in src else socket.AF_INET
    first = 3 if ":" in src else 1
    ip = attribute(first, socket.inet_pton(family, src)) + attribute(first + 1, socket.inet_pton(family, dst))
    if proto in (1, 58):
        ports = attribute(4, struct.pack(">H", sport)) + attribute(5, b"\x08") + attribute(6, b"\0")
    else:
        ports = attribute(2, struct.pack(">H", sport)) + attribute(3, struct.pack(">H", dport))
    return attribute(kind | NESTED, attribute(1 | NESTED, ip) + attribute(2 | NESTED, attribute(1, bytes([proto])) + ports))


def entry(kind, orig, reply, proto, status, flags=0):
    return message(SUBSYSTEM | kind, bytes([2, 0, 0, 0]) + tuple_of(ORIG, *orig, proto) + tuple_of(REPLY, *reply, proto) +
                   attribute(STATUS, struct.pack(">I", status)), flags)


def counts(kind, *values):
    return message(SUBSYSTEM | kind, bytes(4) + b"".join(attribute(n, struct.pack(">I", v)) for n, v in values), MULTI)


MASQUERADE = (("10.78.0.11", 40000, "192.0.2.7", 443), ("192.0.2.7", 443, "203.0.113.1", 40000), 6, 0x18e)
PUBLISHED = (("192.0.2.7", 5000, "203.0.113.1", 8080), ("10.78.0.11", 80, "192.0.2.7", 5000), 6, 0x1ae)
SIX = (("fd78::11", 40000, "2001:db8::7", 53), ("2001:db8::7", 53, "2001:db8:1::1", 1027), 17, 0x198)
PLAIN = (("10.0.0.1", 1, "10.0.0.2", 2), ("10.0.0.2", 2, "10.0.0.1", 1), 17, 8)
PING = (("10.78.0.11", 7, "192.0.2.7", 0), ("192.0.2.7", 7, "203.0.113.1", 0), 1, 0x198)
END = message(DONE, bytes(4))
SEEDS = {
    "event": b"\0" + entry(NEW, *MASQUERADE, 0x600),
    "gone": b"\0" + entry(DELETE, *SIX),
    "dump": b"\1" + b"".join(entry(NEW, *e, MULTI) for e in (MASQUERADE, PUBLISHED, SIX, PLAIN, PING)) + END,
    "torn": b"\1" + entry(NEW, *PLAIN, MULTI | INTERRUPTED) + END,
    "counts": b"\1" + counts(STATS_CPU, (9, 3), (10, 2), (11, 1)) + counts(STATS, (1, 100), (2, 65536)) + END,
    "error": b"\1" + message(ERROR, struct.pack("=i", -2) + bytes(16)),
    "done": b"\1" + message(ERROR, struct.pack("=i", 0) + bytes(16)),
    "short": b"\1" + message(ERROR, b"")[:18] + message(SUBSYSTEM, b""),
    "huge": b"\0" + message(SUBSYSTEM, bytes(4)) + struct.pack("=IHHII", 0xfffffff0, SUBSYSTEM, 0, 0, 0),
    "other": b"\0" + message(10 << 8, bytes(4)) + message(SUBSYSTEM | 9, bytes(4)) + b"\0\0",
}


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, data in SEEDS.items():
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "corpus", "conntrack"))
