#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""dns.py CORPUS - seeds of DNS: what becomes of a query, over UDP and TCP, mDNS and LLMNR."""
import os
import struct
import sys

corpus = sys.argv[1]
os.makedirs(corpus, exist_ok=True)
UDP, MDNS, LLMNR, TCP = 0, 1, 2, 4
QUERY, ANSWER, NXDOMAIN, REFUSED, FORMERR = 0x0100, 0x8180, 0x8183, 0x8185, 0x8181


def name(text):
    return b"".join(bytes([len(p)]) + p.encode() for p in text.split(".")) + b"\0"


def message(ident, flags, question="a.example", qtype=1, answers=0, questions=1):
    record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + b"\xc0\0\2\1"
    body = name(question) + struct.pack(">HH", qtype, 1) if questions else b""
    return struct.pack(">HHHHHH", ident, flags, questions, answers, 0, 0) + body + record * answers


def piece(side, octets, gap=False, fin=False):
    return struct.pack(">H", side << 15 | gap << 14 | fin << 13 | len(octets)) + octets


def framed(octets):
    return struct.pack(">H", len(octets)) + octets


def save(title, first, *pieces):
    open(os.path.join(corpus, title), "wb").write(bytes([first]) + b"".join(pieces))


q, r = message(1, QUERY), message(1, ANSWER, answers=2)
save("retry", UDP, piece(0, q), piece(0, q), piece(1, r), piece(1, r))
save("superseded", UDP, piece(0, q), piece(0, message(1, QUERY, "b.example")), piece(1, r),
     piece(1, message(1, NXDOMAIN, "b.example")))
save("mismatch", UDP, piece(0, q), piece(1, message(1, ANSWER, "c.example", answers=1)),
     piece(1, message(2, ANSWER, answers=1)), piece(1, message(1, REFUSED, questions=0)))
save("formerr", UDP, piece(0, q), piece(1, message(1, FORMERR, questions=0)), piece(0, q[:11]))
save("mdns", MDNS, piece(0, message(0, 0, "p.local", 12)), piece(1, message(0, 0x8400, "p.local", 1, 2, 1)))
save("llmnr", LLMNR, piece(0, message(7, 0, "host")), piece(1, message(7, 0x8000, "host", answers=1)))
save("tcp-split", TCP, piece(0, framed(q)[:1]), piece(0, framed(q)[1:20]), piece(0, framed(q)[20:]),
     piece(1, framed(r) + framed(message(9, ANSWER))))
save("tcp-gap", TCP, piece(0, framed(q)), piece(1, framed(r)), piece(1, b"xx" * 9, gap=True),
     piece(1, framed(r), gap=True), piece(0, framed(q), gap=True, fin=True))
save("tcp-short", TCP, piece(0, framed(q)), piece(1, framed(r[:5])))
save("tcp-update", TCP, piece(0, framed(message(3, 0x2800, "zone.example", 6))), piece(1, framed(message(3, 0xa800))))
save("tcp-shorter", TCP, piece(0, framed(message(4, QUERY, questions=0)[:12])), piece(0, b"\0\3abc"))
