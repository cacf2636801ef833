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


def main():
    os.makedirs(sys.argv[1], exist_ok=True)
    for app, seeds in (("postgresql", POSTGRESQL),):
        for name, said in seeds.items():
            with open(os.path.join(sys.argv[1], "%s-%s" % (app, name)), "wb") as out:
                out.write(app.encode() + b"\n" + said)


main()
