#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes follow.pcap (scapy) and follow.hex (what tshark follows of it): features.md 1.17.

ISN 0xfffffff0; segments late, twice, and overlapping over the wrap, both sides.
"""
import pathlib
import random
import subprocess

from scapy.all import IP, TCP, Ether, Raw, wrpcap

HERE = pathlib.Path(__file__).resolve().parent
ISN = 0xFFFFFFF0
rng = random.Random(117)
text = ["".join(f"{side}{i:03d} " for i in range(600)).encode() for side in "cs"]
port = (40000, 8000)


def packet(side, seq, ack, flags, load=b""):
    ip = IP(src=f"192.0.2.{1 + side}", dst=f"192.0.2.{2 - side}", id=0)
    tcp = TCP(sport=port[side], dport=port[not side], seq=seq % 2**32, ack=ack % 2**32,
              flags=flags, window=65535)
    eth = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
    return eth / ip / tcp / Raw(load) if load else eth / ip / tcp


def pieces(data):
    """Cuts that cover all, some longer than their place, some again; each up to 6 places late."""
    cuts, at = [], 0
    while at < len(data):
        n = rng.randint(1, 60) if at < 200 else rng.randint(20, 300)
        cuts.append((at, data[at:at + n + rng.choice((0, 0, 7, 30))]))
        at += n
    for _ in range(8):
        at = rng.randrange(len(data) - 100)
        cuts.insert(rng.randrange(len(cuts)), (at, data[at:at + rng.randint(1, 100)]))
    keyed = sorted((i + rng.uniform(0, 6), c) for i, c in enumerate(cuts))
    return [c for _, c in keyed]


frames = [packet(0, ISN, 0, "S"), packet(1, ISN, ISN + 1, "SA"), packet(0, ISN + 1, ISN + 1, "A")]
for side in (0, 1):
    for at, load in pieces(text[side]):
        frames.append(packet(side, ISN + 1 + at, ISN + 1 + side * len(text[0]), "A", load))
pcap = HERE / "follow.pcap"
for i, frame in enumerate(frames):
    frame.time = 1500000000 + i / 1000
wrpcap(str(pcap), frames, linktype=1)
out = subprocess.run(["tshark", "-n", "-q", "-r", pcap, "-z", "follow,tcp,raw,0"], check=True,
                     capture_output=True, text=True).stdout.splitlines()
lines = [x for x in out if x.strip() and all(c in "0123456789abcdef" for c in x.strip())]
sides = ["".join(x for x in lines if not x.startswith("\t")),
         "".join(x.strip() for x in lines if x.startswith("\t"))]
(HERE / "follow.hex").write_text("\n".join(sides) + "\n")
assert [bytes.fromhex(s) for s in sides] == text, "tshark reads something else"
