#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""http.py CORPUS - seeds of http for what the golden capture does not hold, in the form of feed.h."""
import os
import struct
import sys

GAP, FIN, SERVER = 0x4000, 0x2000, 0x8000
RESET = None
seeds = {
    "connect": [(0, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"), (SERVER, "HTTP/1.1 407 No\r\nContent-Length: 1\r\n\r\nn"),
                (0, "CONNECT u@a:443 HTTP/1.1\r\n\r\n"), (SERVER, "HTTP/1.0 200 OK\r\n\r\n")],
    "tunnel": [(0, "CONNECT a:443 HTTP/1.1\r\n\r\n"), (0, "\x16\x03\x01")],
    "again": [(0, "CONNECT a:443 HTTP/1.1\r\n\r\n"), (0, "GET / HTTP/1.1\r\n\r\n")],
    "h2c": [(0, "GET / HTTP/1.1\r\nHost: up\r\nUpgrade: h2c\r\n\r\n"),
            (SERVER, "HTTP/1.1 101 S\r\nUpgrade: h2c\r\n\r\n")],
    "websocket": [(0, "GET / HTTP/1.1\r\n\r\n"), (SERVER, "HTTP/1.1 101 S\r\nUpgrade: websocket\r\n\r\n")],
    "close": [(0, "GET / HTTP/1.0\r\n\r\n"), (SERVER, "HTTP/1.0 200 OK\r\n\r\n"), (SERVER, "body"), (SERVER | FIN, "end")],
    "gap": [(0, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde"), (GAP, "lost"), (0, "GET /2 HTTP/1.1\r\n\r\n"),
            (SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"), (SERVER | GAP, "HTTP/1.1 404 No\r\n\r\n")],
    "early": [(SERVER, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nTransfer-Encoding: gzip\r\n\r\nz")],
    "chunked": [(0, "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;a=b\r\nWiki\r\n0\r\nT: x\r\n\r\n"),
                (SERVER, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n")],
    "bad": [(0, "GET /\x01 HTTP/1.1\r\n\r\n"), (SERVER, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")],
    "pipelined": [(0, "HEAD / HTTP/1.1\r\n\r\n" * 70)] + [(SERVER, "HTTP/1.1 204 N\r\n\r\n" * 70)],
    "reset": [(0, "GET / HTTP/1.1\r\n\r\n"), (SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), RESET],
}
for name, turns in seeds.items():
    with open(os.path.join(sys.argv[1], "http", name), "wb") as out:
        for turn in turns:
            text = turn[1].encode("latin1") if turn else b""
            out.write(struct.pack(">H", turn[0] | len(text)) + text if turn else b"\0")
