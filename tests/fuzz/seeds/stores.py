#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""stores.py CORPUS - seeds of fuzz_operations beside those of operations.py: conversations with lost octets."""
import os
import struct
import sys

CLIENT, SERVER, GAP = 0, 0x80, 0x40


def heartbeat(number):
    return b"\0\0\0\x19\0\x0c\0\0" + struct.pack(">I", number) + b"\0\5group\0\1g\0\0\0\1\0\1m"


SEEDS = {
    "kafka": ((CLIENT | GAP, heartbeat(1)), (SERVER, b"\0\0\0\6\0\0\0\1\0\0"), (CLIENT, heartbeat(2)), (SERVER | GAP, b"lost octets"),
              (SERVER, b"\0\0\0\6\0\0\0\2\0\x1b"), (CLIENT | GAP, b"lost octets"), (CLIENT, heartbeat(3)),
              (SERVER, b"\xff\0\0\0\0\0\0\3")),
    "nats": ((CLIENT | GAP, b"PUB a _I.1 2\r\nhi\r\n"), (SERVER, b"+OK\r\nMSG _I.1 1 2\r\nhi\r\n"), (CLIENT | GAP, b"lost\r\n"),
             (CLIENT, b"SUB a 1\r\nPING\r\n"), (SERVER | GAP, b"lost"), (SERVER, b"PONG\r\n"), (CLIENT, b"PUB a 9999999999\r\n")),
    "memcached": ((CLIENT, b"set k 0 0 1\r\nx\r\n"), (SERVER, b"STORED\r\n"), (CLIENT | GAP, b"lost"), (CLIENT, b"get k\r\n"),
                  (SERVER, b"VALUE k 0 1\r\nx\r\nEND\r\n"), (SERVER | GAP, b"lost"), (CLIENT, b"get " + b"k " * 1100 + b"\r\n")),
}

for app, said in SEEDS.items():
    with open(os.path.join(sys.argv[1], app + "-lost"), "wb") as out:
        out.write(app.encode() + b"\n")
        for how, text in said:
            out.write(bytes([how | len(text) >> 8, len(text) & 255]) + text)
