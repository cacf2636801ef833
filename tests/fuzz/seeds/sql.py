#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""sql.py CORPUS - seeds of fuzz_operations beside those of captures: PostgreSQL and MySQL from the middle, behind gaps,
and what their servers seldom say, in the form of feed.h."""
import os
import struct
import sys

CLIENT, SERVER, GAP = 0, 0x8000, 0x4000


def piece(flags, octets):
    return struct.pack(">H", len(octets) | flags) + octets


def m(kind, body=b""):
    return kind.encode() + struct.pack(">I", len(body) + 4) + body


def query(text):
    return m("Q", text + b"\0")


def failed(severity, state):
    return m("E", b"S" + severity + b"\0V" + severity + b"\0C" + state + b"\0Mx\0\0")


def startup(*words):
    body = struct.pack(">I", 196608) + b"".join(w + b"\0" for w in words) + b"\0"
    return struct.pack(">I", len(body) + 4) + body


READY, DONE = m("Z", b"I"), m("C", b"OK\0")
SSL, GSS = struct.pack(">II", 8, 80877103), struct.pack(">II", 8, 80877104)
LOGIN = piece(CLIENT, startup(b"user", b"u")) + piece(SERVER, m("R", bytes(4)) + READY)
EXECUTE = m("P", b"\0select\0\0\0") + m("B", bytes(8)) + m("E", bytes(5))

POSTGRESQL = {
    "middle": piece(CLIENT | GAP, query(b"SELECT 1")) + piece(SERVER, m("D", bytes(2)) + DONE + READY)
    + piece(CLIENT | GAP, b"'rest of it')\0") + piece(SERVER | GAP, b"rest" + DONE + READY)
    + piece(CLIENT, m("P", b"n\0update t\0\0\0") + m("B", b"p\0n\0" + bytes(6)) + m("E", b"p\0" + bytes(4)) + m("S"))
    + piece(SERVER, m("1") + m("2") + DONE + READY) + piece(CLIENT, b"?\0\0\0\4") + piece(CLIENT, query(b"/*x*/ commit"))
    + piece(SERVER, DONE + READY),
    "server": piece(SERVER | GAP, m("T", bytes(2)) + m("D", bytes(2)) + DONE + READY)
    + piece(CLIENT, m("B", bytes(8)) + m("E", bytes(5)) + m("S")) + piece(SERVER, m("2") + m("s") + READY)
    + piece(CLIENT, m("F", bytes(10))) + piece(SERVER, m("V", b"\xff" * 4) + READY),
    "refused": piece(CLIENT, GSS) + piece(SERVER, b"N") + piece(CLIENT, SSL) + piece(SERVER, b"N")
    + piece(CLIENT, startup(b"user", b"u")) + piece(SERVER, failed(b"FATAL", b"28P01")),
    "cancel": piece(CLIENT, struct.pack(">IIII", 16, 80877102, 1, 2)),
    "replication": piece(CLIENT, startup(b"user", b"u", b"replication", b"on")),
    "tls": piece(CLIENT, SSL) + piece(SERVER, b"S"),
    "long": LOGIN + piece(CLIENT, m("Q", b"insert " + b"x" * 3000 + b"\0")) + piece(SERVER, DONE + READY),
    "copy": LOGIN + piece(CLIENT, EXECUTE + m("S")) + piece(SERVER, m("1") + m("2") + m("G", bytes(3)))
    + piece(CLIENT, m("d", b"1\n") + m("c") + m("S")) + piece(SERVER, DONE + READY)
    + piece(CLIENT, EXECUTE + m("S")) + piece(SERVER, m("G", bytes(3))) + piece(SERVER, failed(b"ERROR", b"22P02"))
    + piece(CLIENT, m("f", b"x\0") + m("S")) + piece(SERVER, READY),
    "pipeline": LOGIN + piece(CLIENT, (EXECUTE + m("S")) * 3 + EXECUTE * 2 + m("S"))
    + piece(SERVER, (DONE + READY) * 3 + failed(b"ERROR", b"40P01") + READY + m("W", bytes(3))),
    "unlike": LOGIN + piece(CLIENT, (query(b"start transaction") + query(b"# x")) * 20)
    + piece(SERVER, (DONE + READY) * 41),
    "both": piece(SERVER, b"S") + piece(CLIENT, SSL),
}


def packets(first, *bodies):
    return b"".join(struct.pack("<I", len(b))[:3] + bytes([(first + i) & 255]) + b for i, b in enumerate(bodies))


DEF = b"\3def\0\0\0\1a\0\x0c\x21\0\1\0\0\0\3\0\0\0\0\0"
OK, MORE, EOFS, END = b"\0\0\0\2\0\0\0", b"\0\0\0\x0a\0\0\0", b"\xfe\0\0\2\0", b"\xfe\0\0\2\0\0\0"
GREETING = (b"\x0a8.0.36\0\7\0\0\0abcdefgh\0\xff\xff\x2d\2\0\xff\xc1\x15" + bytes(10)
            + b"ijklmnopqrst\0mysql_native_password\0")


def enter(flags):
    return (piece(SERVER, packets(0, GREETING)) + piece(CLIENT, packets(1, flags + bytes(28) + b"me\0\0"))
            + piece(SERVER, packets(2, b"\1\3", OK)))


def said(command, *answers):
    return piece(CLIENT, packets(0, command)) + piece(SERVER, packets(1, *answers))


IN = enter(b"\x05\xa2\x0e\0")
FAILED = b"\xff\x28\4#42000x"
EXECUTE = b"\x17\1\0\0\0\0\1\0\0\0"

MYSQL = {
    "results": IN + said(b"\3/*! select */", b"\2", DEF, DEF, EOFS, b"\1a\xfb", EOFS)
    + said(b"\3\0\1with", b"\1\0", b"\0\0a", END) + said(b"\3call p()", b"\1", DEF, b"\xfe\0\0\x0a\0", MORE, FAILED)
    + said(b"\3\1\1x", b"\0\2", EOFS, b"\xff\x28\4#42S02x") + said(b"\3update", b"\xff\xff\xff\1", b"\0\xfc\1\1\xfd\1\2\3\2\0\0\0")
    + said(b"\3show", b"\xfc\1\0", DEF, EOFS, EOFS) + said(b"\3x", b"\xff\xbd\4#40001x"),
    "prepared": IN + said(b"\x16select ?", b"\0\1\0\0\0\1\0\1\0\0\0\0", DEF, EOFS, DEF, EOFS)
    + said(EXECUTE, b"\1", DEF, b"\xfe\0\0\x42\0") + said(b"\x1c\1\0\0\0\1\0\0\0", b"\0\0a", EOFS)
    + said(b"\x16delete", b"\0\2\0\0\0\0\0\0\0\0\0\0") + piece(CLIENT, packets(0, b"\x19\1\0\0\0"))
    + said(b"\x17\xff\xff\xff\xff\0\1\0\0\0", OK) + said(b"\x16x", b"\0\3\0\0\0\1\0\0\0\0\0\0\0") + said(b"\x16x", FAILED),
    "commands": IN + said(b"\x0e", OK) + said(b"\2x", FAILED) + said(b"\4t\0", DEF, EOFS) + said(b"\x0a", b"\1", DEF, EOFS, EOFS)
    + said(b"\x11me\0", b"\xfex\0") + piece(CLIENT, packets(2, b"x")) + piece(SERVER, packets(3, OK))
    + piece(SERVER, packets(1, b"\xff\x87\7#70100x")) + piece(CLIENT, packets(0, b"\1")),
    "infile": IN + piece(CLIENT, packets(0, b"\3load")) + piece(SERVER, packets(1, b"\xfbf"))
    + piece(CLIENT, packets(2, b"1\n", b"")) + piece(SERVER, packets(4, OK)),
    "refused": enter(b"\x05\xa2\x0e\0")[:-15] + piece(SERVER, packets(2, b"\xff\x15\4#28000x")),
    "compressed": enter(b"\x25\xa2\x0e\0"),
    "replica": IN + piece(CLIENT, packets(0, b"\x1e" + bytes(10))),
    "unknown": IN + piece(CLIENT, packets(0, b"\x7f")),
    "turn": IN + piece(CLIENT, packets(5, b"\3select")),
    "long": IN + piece(CLIENT, b"\xff\xff\xff\0\3insert " + bytes(1500)) + piece(CLIENT, bytes(4000))
    + said(b"\3" + b"insert " + b"x" * 3000, OK),
    "row": IN + piece(CLIENT, packets(0, b"\3select")) + piece(SERVER, packets(1, b"\1", DEF) + b"\xff\xff\xff\3\xfe" + bytes(60)),
    "middle": piece(CLIENT | GAP, packets(0, b"\3select 1")) + piece(SERVER, packets(1, b"\1", DEF, EOFS, EOFS))
    + piece(SERVER | GAP, b"rows") + said(b"\3commit", OK) + piece(CLIENT | GAP, b"rest") + said(b"\3rollback", OK)
    + piece(CLIENT, packets(0, b"\x7f")) + said(b"\3begin", OK) + piece(SERVER, b"\0\0\0\0") + said(EXECUTE, OK),
    "execute": piece(CLIENT | GAP, packets(0, b"\x19\1\0\0\0") + packets(0, EXECUTE)) + piece(SERVER, packets(1, FAILED)),
    "tls": piece(SERVER, packets(0, GREETING)) + piece(CLIENT, packets(1, b"\5\xae\xff\1" + bytes(28))),
    "unlike": IN + piece(CLIENT, (packets(0, b"\3show") + packets(0, b"\3set")) * 14) + piece(SERVER, packets(1, OK) * 28),
}


def main():
    os.makedirs(sys.argv[1], exist_ok=True)
    for app, seeds in (("postgresql", POSTGRESQL), ("mysql", MYSQL)):
        for name, octets in seeds.items():
            with open(os.path.join(sys.argv[1], "%s-%s" % (app, name)), "wb") as out:
                out.write(app.encode() + b"\n" + octets)


main()
