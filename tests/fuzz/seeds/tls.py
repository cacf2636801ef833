#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tls.py GOLDEN CORPUS - seeds of dtls, openvpn, tls and x509 from handshakes.pcap, dtls.pcap and openvpn.pcap.

Each flow becomes one file in the form of feed.h, as much of it as a seed needs; each
certificate one of x509.
"""
import os
import struct
import sys

golden, corpus = sys.argv[1:3]


def flows(name):
    data = open(os.path.join(golden, name + ".pcap"), "rb").read()
    found, at = {}, 24
    while at < len(data):
        caplen = struct.unpack("<I", data[at + 8:at + 12])[0]
        ip = data[at + 30:at + 16 + caplen]
        at += 16 + caplen
        l4 = ip[20:struct.unpack(">H", ip[2:4])[0]]
        payload = l4[(l4[12] >> 4) * 4:] if ip[9] == 6 else l4[8:]
        s, d = (ip[12:16], l4[:2]), (ip[16:20], l4[2:4])
        f = found.setdefault(frozenset((s, d)), [s, []])
        if payload:
            f[1].append((0 if s == f[0] else 0x8000, payload))
    return [f[1] for f in found.values()]


def write(folder, name, octets):
    os.makedirs(os.path.join(corpus, folder), exist_ok=True)
    with open(os.path.join(corpus, folder, name), "wb") as out:
        out.write(octets)


def seed(packets, limit):
    text = b""
    for side, p in packets:
        text += struct.pack(">H", min(len(p), 0x1fff) | side) + p[:0x1fff]
    return text[:limit]


certificates = set()
for i, f in enumerate(flows("handshakes")):
    if i in (0, 2, 4, 6, 8):
        write("tls", "handshake%02d" % i, seed(f, 3800))
    stream, at = b"".join(p for side, p in f if side), 0
    messages = b""
    while at + 5 <= len(stream) and stream[at] == 22:
        n = struct.unpack(">H", stream[at + 3:at + 5])[0]
        messages += stream[at + 5:at + 5 + n]
        at += 5 + n
    while len(messages) > 10:
        n = 4 + int.from_bytes(messages[1:4], "big")
        if messages[0] == 11:
            certificates.add(messages[10:10 + int.from_bytes(messages[7:10], "big")])
        messages = messages[n:]
for i, f in enumerate(flows("openvpn")):
    # Disorder and the first octet's choice (fuzz_openvpn.c), too.
    stream = f[0][1][0] == 0
    write("openvpn", "flow%02d" % i, bytes([stream]) + seed(f, 3000 if i < 3 else 700))
    if i == 1:
        write("openvpn", "disorder", b"\0" + seed(f[:2] + [p for side in (0, 0x8000) for p in reversed(f[2:])
                                                      if p[0] == side], 3500))
for i, f in enumerate(flows("dtls")):
    write("dtls", "flow%02d" % i, seed(f, 3000))
for i, der in enumerate(sorted(certificates)):
    write("x509", "certificate%d" % i, der)
    write("x509", "cut%d" % i, der[:len(der) // 2])
