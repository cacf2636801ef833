#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""blocks.py - writes hpack.txt: header blocks of another encoder, and what they hold.

Run in this folder; needs Debian's python3-hpack.  "block HEX" begins a block, "field
NAME VALUE" says what it holds.  Tables shrink, grow and are left; values are long, names
come again and again.
"""
import random

from hpack import Encoder

r = random.Random(7541)
e = Encoder()
hosts = ["h%d.example.test" % i for i in range(6)]
with open("hpack.txt", "w") as out:
    for n in range(90):
        if n in (20, 50, 51, 70, 80):
            e.header_table_size = {20: 256, 50: 0, 51: 4096, 70: 100, 80: 16384}[n]
        fields = [(":method", r.choice(["GET", "POST", "PUT", "PROPFIND"])), (":scheme", "http"),
                  (":path", "/" + "p" * r.randrange(40)), (":authority", r.choice(hosts))]
        if n % 3 == 1:
            fields = [(":status", str(r.choice([200, 204, 404, 418, 503]))), ("grpc-status", str(r.randrange(17)))]
        for k in range(r.randrange(5)):
            value = "".join(chr(r.randrange(33, 127)) for _ in range(r.choice([0, 3, 30, 90 if n < 60 else 200])))
            fields.append(("x-%d" % r.randrange(30), value))
        block = e.encode([f + (r.random() < .1,) for f in fields], huffman=r.random() < .7)
        out.write("block %s\n" % block.hex())
        out.writelines("field %s %s\n" % f for f in fields)
