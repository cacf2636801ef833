#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""infrastructure.py CORPUS - seeds of fuzz_operations that no capture has: messages by the specifications, as in
tests/unit/check_infrastructure.c."""
import os
import struct
import sys


def said(app, *turns):
    """Each turn: side (GAP and that: octets were lost before), octets."""
    return app.encode() + b"\n" + b"".join(
        struct.pack(">H", len(text) | (0x8000 if side & 1 else 0) | (0x4000 if side & GAP else 0)) + text
        for side, text in turns)


def words(*n):
    return struct.pack(">%dI" % len(n), *n)


def record(text, most=4000):
    """In fragments."""
    out = b""
    for at in range(0, len(text), most):
        piece = text[at:at + most]
        out += words(len(piece) | (at + most >= len(text)) << 31) + piece
    return out


def ntp(first, stratum, refid, origin, receive, transmit, more=b""):
    return (bytes([first, stratum, 6, 0xec]) + bytes(8) + refid + b"\xe9" + bytes(7) + origin + receive + transmit +
            more)


GAP = 2
CALL = words(1, 0, 2, 100003, 3, 1, 0, 0, 0, 0)
ANSWER = words(1, 1, 0, 0, 0, 0, 0)
T = [b"\xe9\0\0" + bytes([i]) + b"frac" for i in range(5)]
SEEDS = {
    "ntp-modes": said(
        "ntp udp", (0, ntp(0x23, 0, bytes(4), T[2], T[3], T[4])), (1, ntp(0x24, 1, b"GPS\0", T[3], T[2], T[2])),
        (0, ntp(0x21, 2, b"GPS\0", bytes(8), bytes(8), T[1])), (0, ntp(0x25, 2, b"GPS\0", bytes(8), bytes(8), T[1]))),
    "ntp-kiss": said(
        "ntp udp", (0, ntp(0x23, 0, bytes(4), T[2], T[3], T[4])), (1, ntp(0xe4, 0, b"RATE", T[4], T[2], T[3])),
        (0, ntp(0x23, 0, bytes(4), T[2], T[3], T[1])), (1, ntp(0xe4, 0, b"ACST", T[1], T[2], T[3])),
        (0, ntp(0x23, 0, bytes(4), T[2], T[3], T[4])), (1, ntp(0x24, 1, b"GPS\0", T[4], T[2], T[3], bytes(4)))),
    "ntp-control": said(
        "ntp udp", (0, b"\x16\2\0\x09\0\0\0\0\0\0\0\4name"), (1, b"\x16\xa2\0\x09\0\0\0\0\0\0\0\4name"),
        (1, b"\x16\xc2\0\x09\7\0\0\0\0\4\0\4more")),
    "ntp-private": said(
        "ntp udp", (0, b"\x17\1\3\x2a\0\1\0\4item"), (1, b"\xd7\1\3\x2a\0\1\0\4item"),
        (1, b"\x97\2\3\x2a\x40\1\0\4item")),
    "tftp-ends": said(
        "tftp udp", (0, b"\0\1file\0octet\0"), (1, b"\0\3\0\1data"), (0, b"\0\4\0\1"), (1, b"\0\5\0\3full\0"),
        (0, b"\0\2file\0netascii\0blksize\0001432\0"), (1, b"\0\6blksize\0001432\0"), (0, b"\0\5\0\0enough\0"),
        (0, b"\0\2file\0octet\0"), (1, b"\0\4\0\0"), (1, b"\0\x09\0\0")),
    "dhcp-query": said(
        "dhcp udp", *[(side, bytes([side + 1, 1, 6, 0]) + b"xidx" + bytes(228) + b"\x63\x82\x53\x63" + options)
                      for side, options in ((0, b"\x35\1\x0a\xff"), (1, b"\x35\1\x0c\xff"), (0, b"\xff"), (1, b"\xff"),
                                            (0, b"\x35\1\1\x50\0\xff"), (1, b"\0\x35\1\5\x50\0\xff"))]),
    "dhcpv6-relay": said(
        "dhcpv6 udp", (0, b"\x0c\0" + bytes(32) + b"\0\x09\0\x10\x0bxid\0\1\0\x08\0\3\0\1dhcp"),
        (1, b"\x0d\0" + bytes(32) + b"\0\x09\0\x18\7xid\0\1\0\x08\0\3\0\1dhcp\0\4\0\4tmp."),
        (0, b"\3xid\0\1\0\x08\0\3\0\1dhcp"),
        (1, b"\7xid\0\1\0\x08\0\3\0\1dhcp\0\3\0\x2e" + bytes(12) + b"\0\5\0\x1e" + bytes(24) + b"\0\x0d\0\2\0\4"),
        (1, b"\x0axid\0\1\0\x08\0\3\0\1dhcp")),
    "nfs-gap": said(
        "nfs", (0, record(CALL)), (GAP | 1, b"lost octets."), (1, record(ANSWER)), (GAP, record(CALL)),
        (GAP | 1, record(ANSWER))),
    "nfs-fragments": said(
        "nfs", (0, record(CALL)), (1, record(ANSWER + bytes(1300), 100)), (0, record(CALL + bytes(1300), 30)[:900]),
        (0, record(CALL + bytes(1300), 30)[900:])),
    "nfs-datagrams": said("nfs udp", (0, CALL), (0, CALL), (1, ANSWER), (1, b"none")),
    "nfs-broken": said("nfs", (0, record(CALL)), (1, record(b"no message of its"))),
    "smb-gap": said(
        "smb", (0, b"\0\0\0\x40\xfeSMB\x40" + bytes(7) + b"\x08" + bytes(51)), (GAP | 1, b"lost"),
        (1, b"\0\0\0\x40\xfeSMB\x40" + bytes(7) + b"\x08\0\0\0\1" + bytes(47)), (1, b"\xff\0\0\0")),
}

for name, text in SEEDS.items():
    with open(os.path.join(sys.argv[1], name), "wb") as out:
        out.write(text)
