#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make.py FOLDER - writes the captures of QUIC's edge list, (a) to (l), and of all versions.

Needs python3-cryptography; expect.py says what must be read from them.
"""
import os
import random
import struct
import sys

from packets import (HANDSHAKE, V1, V2, ZERO_RTT, Capture, chlo, close, crypto, google_public, hello, initial,
                     negotiation, opaque, retry, server_hello, short)

C, S = ("10.0.0.1", 40000), ("10.0.0.2", 443)
OD, CC, SC = bytes.fromhex("8394c8f03e515708"), bytes.fromhex("c1c2c3c4c5"), bytes.fromhex("f067a5502a4262b5")
T0 = 1700000000.0


def case(fn):
    CASES[fn.__name__] = fn
    return fn


CASES = {}


def handshake(cap, t, client, server, name, version=V1, cc=CC, sc=SC, od=OD, idle=30000, rtt=0.02):
    """Hello and answer; both ids are known behind it."""
    cap.add(t, client, server, initial(version, od, 0, crypto(hello(name, idle=idle)), scid=cc))
    answer = initial(version, od, 1, b"\2\0\0\0\0" + crypto(server_hello()), dcid=cc, scid=sc, pad=0)
    cap.add(t + rtt, server, client, answer + opaque(HANDSHAKE, version, cc, sc, 600))
    cap.add(t + rtt + 0.001, client, server, opaque(HANDSHAKE, version, sc, cc, 80, 3) + short(sc))


@case
def a_coalesced(cap):
    cap.add(T0, C, S, initial(V1, OD, 0, crypto(hello("a.example")), scid=CC, pad=900) +
            opaque(ZERO_RTT, V1, OD, CC, 300))
    cap.add(T0 + 0.02, S, C, initial(V1, OD, 1, crypto(server_hello()), dcid=CC, scid=SC, pad=0) +
            opaque(HANDSHAKE, V1, CC, SC, 500) + short(CC))


@case
def b_garbage(cap):
    cap.add(T0, C, S, initial(V1, OD, 0, crypto(hello("b.example")), scid=CC, pad=1100) + bytes(100))
    cap.add(T0 + 0.02, S, C, initial(V1, OD, 1, crypto(server_hello()), dcid=CC, scid=SC, pad=0) + b"\xff" * 77)


@case
def c_overlap(cap):
    # Reordered, twice, and a piece whose head is known and whose tail is new.
    h = hello("c.example", extra=1500)
    pieces = [(1000, len(h)), (0, 600), (0, 600), (500, 1100)]
    for i, (a, b) in enumerate(pieces):
        cap.add(T0 + i / 1000, C, S, initial(V1, OD, 0, crypto(h, a, b), scid=CC, number=i))


@case
def c_shuffled(cap):
    # As browsers do it since 2021: pieces in any order between pings and padding.
    h = hello("shuffled.example", extra=300)
    cuts = [0] + sorted(random.Random(7).sample(range(1, len(h)), 9)) + [len(h)]
    pieces = [crypto(h, a, b) for a, b in zip(cuts, cuts[1:])]
    random.Random(8).shuffle(pieces)
    cap.add(T0, C, S, initial(V1, OD, 0, b"\1\1\0\0\1".join(pieces), scid=CC))


@case
def c_large(cap):
    # 11 KB in twelve packets, the last first.
    h = hello("large.example", extra=9800, share=1216)
    for i, a in reversed(list(enumerate(range(0, len(h), 1000)))):
        cap.add(T0 + (20 - i) / 1000, C, S,
                initial(V1, OD, 0, crypto(h, a, min(a + 1000, len(h))), scid=CC, number=i))


@case
def d_other_id(cap):
    # The hello's second part goes to the id that the server chose, with the first id's keys.
    h = hello("d.example", extra=1200)
    cap.add(T0, C, S, initial(V1, OD, 0, crypto(h, 0, 1000), scid=CC))
    cap.add(T0 + 0.02, S, C, initial(V1, OD, 1, b"\2\0\0\0\0", dcid=CC, scid=SC))
    cap.add(T0 + 0.03, C, S, initial(V1, OD, 0, crypto(h, 1000), dcid=SC, scid=CC, number=1))
    cap.add(T0 + 0.05, S, C, initial(V1, OD, 1, crypto(server_hello()), dcid=CC, scid=SC, number=1))


@case
def e_retry(cap):
    new = bytes.fromhex("a1a2a3a4a5a6a7a8a9")
    h = crypto(hello("e.example"))
    cap.add(T0, C, S, initial(V1, OD, 0, h, scid=CC))
    cap.add(T0 + 0.05, S, C, retry(V1, OD, CC, new, b"token"))
    cap.add(T0 + 0.06, C, S, initial(V1, new, 0, h, scid=CC, token=b"token", number=1))
    cap.add(T0 + 0.08, S, C, initial(V1, new, 1, crypto(server_hello()), dcid=CC, scid=SC))


@case
def e_forged(cap):
    # A Retry with a wrong tag changes nothing.
    bad = bytearray(retry(V1, OD, CC, SC, b"token"))
    bad[-1] ^= 1
    cap.add(T0, C, S, initial(V1, OD, 0, crypto(hello("forged.example")), scid=CC))
    cap.add(T0 + 0.01, S, C, bytes(bad))
    cap.add(T0 + 0.02, S, C, initial(V1, OD, 1, crypto(server_hello()), dcid=CC, scid=SC))


@case
def f_negotiation(cap):
    cap.add(T0, C, S, initial(V1, OD, 0, crypto(hello("f.example")), scid=CC))
    cap.add(T0 + 0.02, S, C, negotiation(CC, OD, [V2, 0x5a6a7a8a]))
    cap.add(T0 + 0.03, C, S, initial(V2, SC, 0, crypto(hello("f.example")), scid=CC))
    cap.add(T0 + 0.06, S, C, initial(V2, SC, 1, crypto(server_hello()), dcid=CC, scid=OD))


@case
def f_reserved(cap):
    cap.add(T0, C, S, initial(0x1a2a3a4a, OD, 0, crypto(hello("reserved.example")), scid=CC))
    cap.add(T0 + 0.02, S, C, negotiation(CC, OD, [V1]))


@case
def f_compatible(cap):
    # RFC 9368: asked in version 1, answered in version 2 with keys of the same id.
    cap.add(T0, C, S, initial(V1, OD, 0, crypto(hello("compatible.example")), scid=CC))
    cap.add(T0 + 0.02, S, C, initial(V2, OD, 1, crypto(server_hello()), dcid=CC, scid=SC))


@case
def g_early_first(cap):
    cap.add(T0, C, S, opaque(ZERO_RTT, V1, OD, CC, 1100))
    cap.add(T0 + 0.01, C, S, initial(V1, OD, 0, crypto(hello("g.example")), scid=CC))
    cap.add(T0 + 0.03, S, C, initial(V1, OD, 1, crypto(server_hello()), dcid=CC, scid=SC))


@case
def g_early_only(cap):
    for i in range(3):
        cap.add(T0 + i / 100, C, S, opaque(ZERO_RTT, V1, OD, CC, 1100, i))


@case
def h_rebound(cap):
    handshake(cap, T0, C, S, "h.example")
    moved = ("10.0.0.77", 51000)
    for i in range(4):
        cap.add(T0 + 1 + i / 10, moved, S, short(SC, seed=10 + i))
        cap.add(T0 + 1.05 + i / 10, S, moved, short(CC, seed=20 + i))


@case
def h_new_id(cap):
    handshake(cap, T0, C, S, "h.example")
    for i in range(4):
        cap.add(T0 + 1 + i / 10, ("10.0.0.77", 51000), S, short(bytes.fromhex("0102030405060708"), seed=10 + i))


@case
def i_fixed_bit(cap):
    h = hello("i.example", extra=900)
    cap.add(T0, C, S, initial(V1, OD, 0, crypto(h, 0, 800), scid=CC))
    cap.add(T0 + 0.01, C, S, initial(V1, OD, 0, crypto(h, 800), scid=CC, number=1, fixed=False))
    cap.add(T0 + 0.02, S, C, initial(V1, OD, 1, crypto(server_hello()), dcid=CC, scid=SC, fixed=False))
    cap.add(T0 + 0.03, S, C, short(CC, fixed=False))


@case
def j_idle(cap):
    # 40 s, 600 s, none: a packet after 45 s is of the same flow for the last two alone; 200 s are too long for all.
    for n, idle in enumerate((40000, 600000, None)):
        c = ("10.0.1.%d" % (n + 1), 40000)
        od, cc, sc = (bytes([n, k] * 4) for k in (1, 2, 3))
        handshake(cap, T0 + n / 100, c, S, "j%d.example" % n, idle=idle, od=od, cc=cc, sc=sc)
    for later in (45, 245):
        for n in range(3):
            cap.add(T0 + later + n / 100, ("10.0.1.%d" % (n + 1), 40000), S, short(bytes([n, 3] * 4), seed=n))


@case
def k_short_datagram(cap):
    cap.add(T0, C, S, initial(V1, OD, 0, crypto(hello("k.example")), scid=CC, pad=600))
    cap.add(T0 + 0.02, S, C, initial(V1, OD, 1, crypto(server_hello()), dcid=CC, scid=SC))


@case
def l_midstream(cap):
    for i in range(8):
        cap.add(T0 + i / 100, C, S, short(SC, seed=i))
        cap.add(T0 + i / 100 + 0.005, S, C, short(CC, 900, seed=40 + i))


@case
def complete(cap):
    c = [("10.0.7.%d" % n, 40000) for n in (1, 2, 3)]
    od, cc, sc, new = (bytes([7, k] * 4) for k in range(4))
    # Handshake packets of both sides, the server's first data, then the client's.
    cap.add(T0, c[0], S, initial(V1, od, 0, crypto(hello("complete1.example")), scid=cc))
    cap.add(T0 + 0.020, S, c[0], initial(V1, od, 1, crypto(server_hello()), dcid=cc, scid=sc))
    cap.add(T0 + 0.030, c[0], S, opaque(HANDSHAKE, V1, sc, cc, 40))
    cap.add(T0 + 0.032, S, c[0], short(cc))
    cap.add(T0 + 0.045, c[0], S, short(sc))
    od, cc, sc, new = (bytes([8, k] * 4) for k in range(4))
    # The Finished and the first data in one datagram.
    cap.add(T0, c[1], S, initial(V1, od, 0, crypto(hello("complete2.example")), scid=cc))
    cap.add(T0 + 0.050, S, c[1], initial(V1, od, 1, crypto(server_hello()), dcid=cc, scid=sc))
    cap.add(T0 + 0.060, S, c[1], opaque(HANDSHAKE, V1, cc, sc, 900))
    cap.add(T0 + 0.090, c[1], S, opaque(HANDSHAKE, V1, sc, cc, 60) + short(sc))
    od, cc, sc, new = (bytes([9, k] * 4) for k in range(4))
    # With a Retry: the user waited for that, too.
    h = crypto(hello("complete3.example"))
    cap.add(T0, c[2], S, initial(V1, od, 0, h, scid=cc))
    cap.add(T0 + 0.05, S, c[2], retry(V1, od, cc, new, b"token"))
    cap.add(T0 + 0.06, c[2], S, initial(V1, new, 0, h, scid=cc, token=b"token", number=1))
    cap.add(T0 + 0.08, S, c[2], initial(V1, new, 1, crypto(server_hello()), dcid=cc, scid=sc))
    cap.add(T0 + 0.10, S, c[2], opaque(HANDSHAKE, V1, cc, sc, 900))
    cap.add(T0 + 0.11, c[2], S, opaque(HANDSHAKE, V1, sc, cc, 30))
    cap.add(T0 + 0.125, c[2], S, short(sc))


@case
def closed(cap):
    # Refused: the flow's end is 10 s behind, what comes later is another one.
    cap.add(T0, C, S, initial(V1, OD, 0, crypto(hello("closed.example")), scid=CC))
    cap.add(T0 + 0.02, S, C, initial(V1, OD, 1, close(0x128), dcid=CC, scid=SC, pad=0))
    cap.add(T0 + 11, S, C, short(CC))


# RFC 9001, A.2: the client's frame; and how its packet begins, there and in RFC 9369, A.2.
RFC_FRAME = bytes.fromhex(
    "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c0"
    "00000010000e00000b6578616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e0005000501"
    "00000000003300260024001d00209370b2c9caa47fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304"
    "000d0010000e0403050306030203080408050806002d00020101001c00024001003900320408ffffffffffffffff05048000ffff07"
    "048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff")
RFC_PACKET = {V1: "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c",
              V2: "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485dd04de806071bf03dceebfa162e75d6c"}


@case
def rfc(cap):
    """The examples of both RFCs: what is written here is what stands there."""
    for n, v in enumerate((V1, V2)):
        packet = initial(v, OD, 0, RFC_FRAME, number=2, size=4)
        assert packet.hex().startswith(RFC_PACKET[v])
        cap.add(T0 + n, ("10.0.6.%d" % (n + 1), 40000), S, packet)


@case
def versions(cap):
    """One flow each: the name says the version."""
    for n, v in enumerate([V1, V2, 0x709a50c4, 0xfaceb001, 0xfaceb002] + [0xff000000 + d for d in range(22, 35)]):
        c, od = ("10.0.2.%d" % (n + 1), 40000), bytes([n] * 8)
        cap.add(T0 + n / 100, c, S, initial(v, od, 0, crypto(hello("v%08x.example" % v)), scid=CC))
    for n, v in enumerate((0x54303530, 0x54303531)):
        cap.add(T0 + 1 + n / 100, ("10.0.3.%d" % (n + 1), 40000), S,
                initial(v, bytes([0xa0 + n] * 8), 0, crypto(hello("v%08x.example" % v), kind=8)))
    cap.add(T0 + 2, ("10.0.4.1", 40000), S, initial(0x51303530, OD, 0, crypto(chlo("v51303530.example"), kind=8)))
    for n, v in enumerate(("Q035", "Q039", "Q043", "Q046")):
        cap.add(T0 + 3 + n / 100, ("10.0.4.%d" % (n + 2), 40000), S,
                google_public(v, bytes([n] * 8), "v%08x.example" % int.from_bytes(v.encode(), "big")))


@case
def lookalikes(cap):
    """None of these is QUIC."""
    r = random.Random(5)

    def noise(n):
        return bytes(r.randrange(256) for _ in range(n))
    good = initial(V1, OD, 0, crypto(hello("wrong.example")), scid=CC)
    octets = [
        b"\x80\x60" + noise(180),                                       # RTP
        b"\xc0" + struct.pack(">I", 0x12345678) + b"\x08" + noise(300),    # an unknown version
        b"\xc0" + struct.pack(">I", V1) + noise(1300),                  # the version, and nothing else that fits
        good[:700] + bytes([good[700] ^ 1]) + good[701:],               # a wrong tag
        b"\0\1\0\0\x21\x12\xa4\x42" + noise(12),                        # STUN
        b"\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x64" + noise(100),             # DTLS
        b"\x09" + noise(8) + b"Q043\x01" + noise(1200),                 # Google's header without its digest
        b"\xc3Q046\x50" + noise(1200),
        b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n",
        b"\x40" + noise(60),
    ]
    for n, payload in enumerate(octets):
        cap.add(T0 + n / 100, ("10.0.5.%d" % (n + 1), 40000), S, payload)


folder = sys.argv[1]
for name, fill in CASES.items():
    capture = Capture()
    fill(capture)
    with open(os.path.join(folder, name + ".pcap"), "wb") as out:
        out.write(capture.out)
