#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Seeds for fuzz_diag: answers of sock_diag(7) on a little-endian machine, behind an octet for the protocol."""
import os
import struct
import sys

AF_INET, AF_INET6 = 2, 10
ERROR, DONE, SOCKET = 2, 3, 20
MEMINFO, INFO, V6ONLY, CGROUP = 7, 2, 11, 21


def message(kind, body, sequence=1):
    return struct.pack("=IHHII", 16 + len(body), kind, 2, sequence, 0) + body + b"\0" * (-len(body) % 4)


def attribute(kind, body):
    return struct.pack("=HH", 4 + len(body), kind) + body + b"\0" * (-len(body) % 4)


def one(family, state, local, port, extra=b"", peer=0):
    return message(SOCKET, bytes([family, state, 0, 0]) + struct.pack(">HH", port, peer) + local + bytes(16) +
                   struct.pack("=III", 7, 1, 2) + struct.pack("=IIIII", 0, 1, 128, 1000, 4711) + extra)


def tcp_info(size, state):
    info = bytearray(280)
    info[0] = state
    struct.pack_into("=II", info, 68, 250, 30)          # rtt, rttvar
    struct.pack_into("=I", info, 100, 3)                # total_retrans
    struct.pack_into("=QQ", info, 120, 1001, 501)       # bytes_acked, bytes_received
    struct.pack_into("=QQ", info, 200, 1100, 100)       # bytes_sent, bytes_retrans
    return attribute(INFO, bytes(info[:size]))


ANY = bytes(16)
MAPPED = bytes(10) + b"\xff\xff\x7f\0\0\1"
END = message(DONE, bytes(4))
LISTENER = attribute(MEMINFO, bytes(32) + struct.pack("=I", 3)) + attribute(CGROUP, struct.pack("=Q", 25))
SEEDS = {
    "tcp4": b"\0" + one(AF_INET, 10, MAPPED[12:] + bytes(12), 80, LISTENER) + END,
    "tcp6": b"\2" + one(AF_INET6, 10, ANY, 80, LISTENER + attribute(V6ONLY, b"\1")) + one(AF_INET6, 10, MAPPED, 81),
    "totals": b"\0" + b"".join(one(AF_INET, s, bytes(16), 443, tcp_info(n, s), 50000)
                               for n, s in ((280, 8), (192, 5), (104, 1))) + END,
    "udp": b"\1" + one(AF_INET6, 7, ANY, 53, attribute(V6ONLY, b"\0")) + END,
    "ended": b"\0" + one(AF_INET, 10, ANY, 0xffff) + END,
    "error": b"\0" + message(ERROR, struct.pack("=i", -2) + bytes(16)),
    "other": b"\0" + one(99, 1, ANY, 1) + message(SOCKET, b"") + message(1, b"") + message(DONE, b"", 9) +
             message(ERROR, b""),
}

where = sys.argv[1]
os.makedirs(where, exist_ok=True)
for name, octets in SEEDS.items():
    with open(os.path.join(where, name), "wb") as f:
        f.write(octets)
