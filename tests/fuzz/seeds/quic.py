#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""quic.py GOLDEN CORPUS - seeds of QUIC: the golden captures' datagrams, and frames in the clear."""
import os
import struct
import sys

golden, corpus = sys.argv[1:3]
sys.path.insert(0, os.path.join(golden, "quic"))
from packets import chlo, close, crypto, hello, server_hello, varint  # noqa: E402

os.makedirs(corpus, exist_ok=True)


def datagrams(name):
    """(flow, side, payload) of each, flows in the order in which they begin."""
    data, at, first = open(os.path.join(golden, "quic", name + ".pcap"), "rb").read(), 24, {}
    while at < len(data):
        caplen = struct.unpack("<I", data[at + 8:at + 12])[0]
        ip = data[at + 30:at + 16 + caplen]
        at += 16 + caplen
        ends = (ip[12:16] + ip[20:22], ip[16:20] + ip[22:24])
        flow, source = first.setdefault(frozenset(ends), (len(first), ends[0]))
        yield flow, source != ends[0], ip[28:]


def save(name, some):
    with open(os.path.join(corpus, name), "wb") as out:
        out.write(b"\0")
        for flow, side, payload in some:
            out.write(struct.pack(">H", len(payload) | side << 15 | (flow & 1) << 14) + payload)


for name in ("a_coalesced", "e_retry", "f_negotiation", "h_rebound", "d_other_id", "g_early_only",
             "l_midstream"):
    save(name, datagrams(name))
# Google's, which carry their version as text; one seed a flow.
for flow, side, payload in list(datagrams("versions")):
    if b"Q0" in payload[:14] or b"T05" in payload[:14]:
        save("version_%02d" % flow, [d for d in datagrams("versions") if d[0] == flow])


def packets(first, *frames):
    return bytes([first]) + b"".join(struct.pack(">H", len(f)) + f for f in frames)


h = hello("a.example", extra=200)
for name, octets in {
        "frames": packets(1, b"\1\0\3\5\2\2\0\0\0\0\1\1\2\3" + crypto(h, 200) + crypto(h, 0, 250) + close(1)),
        "pieces": packets(1, crypto(h, 100, 300), crypto(h, 0, 150), crypto(h, 120), b"\6" + varint(len(h)) + varint(90, 2) + server_hello()),
        "google": packets(3, b"\x60\5\0\0\1\1\1\1\2\1\0\0\0\0\1\0\0" + crypto(chlo("a.example"), kind=8))}.items():
    open(os.path.join(corpus, name), "wb").write(octets)
