#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""odd.py CORPUS - seeds of decode and tls that no capture of ours has.

Link types and tags seen rarely, extension headers, fragments out of order,
twice and overlapping; TLS alerts, records in mid-stream, hellos in pieces, SSL 2.
"""
import os
import struct
import sys

LINKS = [1, 0, 9, 10, 12, 14, 50, 51, 101, 104, 108, 113, 204, 228, 229, 239, 274, 276, 147]
UDP = struct.pack(">HHHH", 5000, 6000, 12, 0) + b"abcd"
MACS = bytes(range(12))


def write(corpus, name, data):
    os.makedirs(os.path.join(sys.argv[1], corpus), exist_ok=True)
    with open(os.path.join(sys.argv[1], corpus, name), "wb") as f:
        f.write(data)


def frame(link, data, flags=0, seconds=0):
    return struct.pack(">BBBH", LINKS.index(link), flags, seconds, len(data)) + data


def ip4(payload=UDP, proto=17, ident=1, offset=0, more=False):
    return struct.pack(">HHHHBBH", 0x4500, 20 + len(payload), ident, offset // 8 | (0x2000 if more else 0), 64, proto,
                       0) + bytes([192, 0, 2, 1, 198, 51, 100, 7]) + payload


def ip6(payload=UDP, proto=17):
    return struct.pack(">IHBB", 6 << 28, len(payload), proto, 64) + bytes(range(32)) + payload


def ether(kind, payload):
    return MACS + struct.pack(">H", kind) + payload


BOTH = ((0x0800, ip4()), (0x86dd, ip6()))
links = [frame(101, b"\x50abc"), frame(101, b""), frame(0, struct.pack("<I", 2) + ip4()),
         frame(0, struct.pack(">I", 30) + ip6()), frame(0, struct.pack("<I", 0x0800) + ip4()), frame(0, b"\0"),
         frame(50, b"\xff\x03\x00\x21" + ip4()), frame(50, b"\x0f\x00\x08\x00" + ip4()), frame(50, b"\x8f\x00\x00\x01"),
         frame(9, b"\x57" + ip6()), frame(9, b"\xc0\x21"), frame(9, b""), frame(9, b"\x02\x81"),
         frame(51, b"\x11\x00\0\1\0\x20\x00\x21" + ip4()), frame(204, b"\0\xff\x03\x00\x57" + ip6()),
         frame(10, b"\x50" + MACS + b"\xaa\xaa\x03\0\0\0\x08\x00" + ip4()),
         frame(113, bytes(14) + b"\x00\x04\xaa\xaa\x03\0\0\0\x86\xdd" + ip6()), frame(113, bytes(14) + b"\x00\x01"),
         frame(113, bytes(5)), frame(276, b"\x08\x00" + bytes(18) + ip4()), frame(147, b"abc"),
         frame(274, b"\x55" * 7 + b"\xd5" + ether(0x0800, ip4())), frame(274, b"\x55" * 8), frame(274, b"\x55")]
for payload in ip4(), ip6():
    links += [frame(239, struct.pack("<BBH", 2, 0, 0) + struct.pack("<HH", 5, 3) + b"x\0\0\0" +
                    struct.pack("<HH", 4 + len(payload), 9) + payload)]
links += [frame(239, b"\2\0\0\0\1\0\0\0"), frame(239, b"\2\0\0\0\4\0\1\0"), frame(239, b"\2"), frame(239, b"\2\0\0\0" * 40)]
for link in LINKS:
    links.append(frame(link, bytes([0x45]) * 3, 5))
write("decode", "links", b"\x01" + b"".join(links))

tags = []
for kind, p in BOTH:
    snap = b"\xaa\xaa\x03\0\0\0" + struct.pack(">H", kind) + p
    inner = ether(kind, p)
    tags += [ether(0x8100, b"\0\5" + struct.pack(">H", kind) + p), ether(len(snap), snap),
             ether(0x88a8, b"\0\5\x81\0\0\6" + struct.pack(">H", kind) + p),
             ether(0x8847, struct.pack(">II", 5 << 12, 6 << 12 | 0x100) + p),
             ether(0x8847, struct.pack(">I", 6 << 12 | 0x100) + inner),
             ether(0x8847, struct.pack(">I", 6 << 12 | 0x100) + bytes(4) + inner),
             ether(0x8864, b"\x11\0\0\1" + struct.pack(">H", len(p) + 2) + (b"\0\x21" if kind == 0x800 else b"\0\x57") + p),
             ether(0x894f, struct.pack(">BBBB", 0, 2, 1, 1 if kind == 0x800 else 2) + bytes(4) + p),
             ether(0x894f, struct.pack(">BBBB", 0, 6, 1, 3) + bytes(20) + inner),
             ether(100, b"\xaa\xaa\x03\0\x80\xc2\0\7" + inner), ether(100, b"\xaa\xaa\x03\0\x80\xc2\0\2" + inner)]
tags += [ether(50, b"\6\6\3" + ip4()), ether(50, b"\x42\x42\3"), ether(50, b"\xaa"), ether(50, b"\xaa\xaa\3\0"),
         ether(0x8847, bytes(64)), ether(0x8847, b"\0\0\1"), ether(0x8847, b"\0\0\1\1" + bytes(18)),
         ether(0x8847, b"\0\0\1\1" + ether(0x8100, bytes(6))), ether(0x8847, b"\0\0\1\1" + ether(0x0806, b"\0\1\x08\0")),
         ether(0x8847, b"\0\0\1\1" + ether(8, bytes(8))), ether(0x8847, b"\0\0\1\1" + ether(0x86dd, ip6()[:40])),
         ether(0x8864, b"\x12\0\0\0\0\0"), ether(0x894f, b"\x40\2\1\1" + bytes(4)), ether(0x894f, b"\0\2\1\x09" + bytes(4)),
         ether(0x894f, b"\0"), ether(0x8100, b"\0"), ether(0x8100, b"\0\5\x81\0" * 12), ether(0x0806, bytes(28)),
         ether(0x88cc, bytes(9)), ether(0x8864, b"\x11\0\0\1\0\4\2\x81" + struct.pack(">I", 0x100) + ip4())]
write("decode", "tags", b"\x01" + b"".join(frame(1, t, 4 if i % 5 == 0 else 0) for i, t in enumerate(tags)))


def hop(following, options=b"\1\4\0\0\0\0"):
    return bytes([following, (len(options) + 2) // 8 - 1]) + options


jumbo = hop(17, b"\xc2\4" + struct.pack(">I", 70000))
route = bytes([17, 2, 0, 1, 0, 0, 0, 0]) + bytes(range(16))
ext = [ip6(hop(17) + UDP, 0), ip6(hop(60) + hop(43) + route + UDP, 0), ip6(hop(51) + bytes([17, 4]) + bytes(22) + UDP, 0),
       ip6(hop(59), 60), ip6(b"\x11", 0), ip6(b"\x11\xff" + bytes(6), 0), ip6(hop(60) * 12, 60), ip6(b"\x11\0\0", 44),
       ip6(hop(59)[:4], 135), ip6(hop(59, bytes(6)), 135), ip6(hop(59, bytes(6)), 139), ip6(hop(59, bytes(6)), 140),
       ip6(bytes([17, 2, 0, 0, 0, 0, 0, 1]) + bytes(16) + UDP, 43), ip6(bytes([17, 0, 4, 0]), 43), ip6(bytes([17, 1]), 51),
       ip6(bytes([50, 0]) + bytes(30), 50)]
ext += [ip6(jumbo + UDP, 0)[:4] + b"\0\0" + ip6(jumbo + UDP, 0)[6:]]
ext += [ip6(hop(17, o) + UDP, 0)[:4] + b"\0\0" + ip6(hop(17, o) + UDP, 0)[6:]
        for o in (b"\0\0\xc2\4\0\1", b"\1\2\0\0\0\0", b"\xc2\4\0\0\0\1", b"\xc2\2\0\1\0\0")]
write("decode", "extensions", b"\x01" + b"".join(frame(101, e, i & 1) for i, e in enumerate(ext)))


def pieces(ident, proto, *parts):
    """(offset, octets, more, seconds) of one datagram, IPv4 and IPv6."""
    for offset, data, more, seconds in parts:
        yield frame(101, ip4(data, proto, ident, offset, more), 8, seconds)
    for offset, data, more, seconds in parts:
        yield frame(101, ip6(struct.pack(">BBHI", proto, 0, offset | more, ident) + data, 44), 8, seconds)


body = struct.pack(">HHHH", 5000, 6000, 40, 0) + bytes(range(32))
a, b, c = (0, body[:16], True, 0), (16, body[16:32], True, 0), (32, body[32:], False, 0)
odd = []
for n, parts in enumerate(((a, b, c), (c, b, a), (b, a, c), (a, a, b, b, c), (a, (8, body[8:32], True, 0), c),
                           (a, (16, bytes(16), True, 0), b, c), (b, c), (c,), (a, (16, b[1], True, 40), c),
                           ((0, body[:8], True, 0), (8, body[8:], False, 0)), (a, b, (32, body[32:], True, 0)),
                           ((65528, bytes(64), False, 0), a), (a, c, (40, bytes(8), False, 0), b),
                           ((0, b"abc", True, 0), c), ((16, b"abc", True, 0), a))):
    for proto in 17, 6, 1, 47, 99:
        odd += pieces(n * 8 + proto, proto, *parts)
    if n % 3 == 2:
        odd.append(frame(101, ip4(), 24))
whole = b"".join(odd)
write("decode", "fragments-odd", b"\x01" + whole[:9000])
write("decode", "fragments-few", b"\x03" + b"".join(odd[::3])[:6000])


def record(kind, body, version=0x0303):
    return struct.pack(">BHH", kind, version, len(body)) + body


def turn(data, answer=False):
    return struct.pack(">H", len(data) | (0x8000 if answer else 0)) + data


def handshake(kind, body):
    return bytes([kind]) + struct.pack(">I", len(body))[1:] + body


def hello(kind, version=0x0303, ext=b"", random=bytes(32)):
    middle = b"\0\2\x13\1\1\0" if kind == 1 else b"\x13\1\0"
    return handshake(kind, struct.pack(">H", version) + random + b"\0" + middle + struct.pack(">H", len(ext)) + ext)


sni = b"\0\0\0\x0b\0\x09\0\0\6a.test"
ch, sh = hello(1, ext=sni), hello(2, ext=b"\0\x2b\0\2\3\4")
ssl2 = struct.pack(">HBHHHH", 0x8000 | (9 + 6 + 16), 1, 0x0301, 6, 0, 16) + bytes(6) + bytes(16)
split = b"".join(record(22, ch[i:i + 9]) for i in range(0, len(ch), 9))
seeds = {
    "alert": turn(record(21, b"\2\x28")) + turn(record(21, b"\2\x28"), True),
    "alert-odd": turn(record(21, b"\3\xff")), "alert-cut": turn(record(21, b"\2\x28")[:6]),
    "hello-in-records": turn(split) + turn(b"".join(record(22, sh[i:i + 20]) for i in range(0, len(sh), 20)), True),
    "hello-broken": turn(record(22, ch[:20]) + record(23, bytes(20))),
    "hello-octets": b"".join(turn(record(22, ch)[i:i + 1]) for i in range(120)),
    "server-first": turn(record(22, sh), True) + turn(record(22, ch)),
    "not-hello": turn(record(22, handshake(11, bytes(20)))), "odd-version": turn(record(22, hello(1, 0x0909))),
    "odd-record": turn(record(22, ch, 0x0909)), "draft-retry": turn(record(22, ch)) +
    turn(record(22, handshake(6, b"\x7f\x1c\0\0")), True) + turn(record(22, ch)) + turn(record(22, sh), True),
    "data": turn(record(23, bytes(40)) * 3), "data-short": turn(record(23, bytes(8))),
    "ssl2": turn(ssl2) + turn(record(22, hello(2, 0x0301)), True), "ssl2-octets": b"".join(turn(ssl2[i:i + 1]) for i in range(len(ssl2))),
    "ssl2-odd": turn(ssl2[:5] + b"\0\7" + ssl2[7:]),
    "many": turn(record(22, ch) + record(20, b"\1") + record(23, bytes(99)) * 4) +
    turn(record(22, sh + handshake(11, bytes(300))) + record(24, b"x") + record(25, b"?"), True),
}
for name, seed in seeds.items():
    write("tls", name, seed)
