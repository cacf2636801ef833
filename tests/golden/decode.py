#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the captures in tests/golden/decode with scapy, and beside each the text
of what tshark reads in it.  Run by hand where both are installed; the test
needs neither.

A line of a .txt file, tab-separated: frame, version, source, destination,
protocol, ports, IP octets, vlan, identifier of the tunnel, length of the
transport's payload, ICMP type and code, TCP flags, sequence, acknowledgement,
window, mss, wscale, tsval, tsecr, left and right edges of SACK; "-": absent.
In fragments.txt: frame and payload of each datagram that is whole there."""
import os
import struct
import subprocess
import sys

from scapy.all import (ARP, AH, GRE, IP, ICMP, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                       IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, TCP, UDP, SCTP, Dot1Q, Dot1AD, Dot3,
                       Ether, ICMPv6EchoRequest, ICMPv6DestUnreach, LLC, PPP, PPPoE, Raw, RouterAlert,
                       SNAP, DNS, DNSQR, DNSRR, fragment, fragment6)
from scapy.contrib.geneve import GENEVE
from scapy.contrib.gtp import GTP_U_Header
from scapy.contrib.mpls import MPLS
from scapy.layers.vxlan import VXLAN

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "decode")
E = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
REAL = Ether(src="00:1b:21:00:00:01", dst="00:0c:29:00:00:02")      # tshark tells pseudowires by known makers
A4, B4, A6, B6 = "192.0.2.1", "198.51.100.7", "2001:db8::1", "2001:db8:1::7"
V4, V6 = IP(src=A4, dst=B4, id=77), IPv6(src=A6, dst=B6)
IN4, IN6 = IP(src="10.1.0.1", dst="10.2.0.2", id=5), IPv6(src="fd00::1", dst="fd00::2")
SYN = TCP(sport=40000, dport=443, flags="S", seq=1000, window=64240,
          options=[("MSS", 1460), ("SAckOK", b""), ("Timestamp", (11, 0)), ("NOP", None), ("WScale", 7)])
ACK = TCP(sport=443, dport=40000, flags="PA", seq=5, ack=1001, window=501,
          options=[("NOP", None), ("NOP", None), ("Timestamp", (21, 11))])
SACK = TCP(sport=443, dport=40000, flags="A", seq=9, ack=2001, window=500,
           options=[("NOP", None), ("NOP", None), ("SAck", (3001, 4001, 5001, 6001, 7001, 8001))])
DATA = Raw(b"hello, netflowscope")
U = UDP(sport=5353, dport=9999)
HBH = IPv6ExtHdrHopByHop(options=[RouterAlert()])


def links():
    both = [V4 / SYN, V6 / ACK / DATA, V4 / U / DATA, V6 / U / DATA]
    yield "ethernet", 1, [
        E / V4 / SYN, E / V4 / ACK / DATA, E / V4 / SACK, E / V6 / SYN, E / V6 / ACK / DATA,
        E / V4 / U / DATA, E / V4 / UDP(sport=1, dport=2) / b"x", E / V6 / U / DATA,
        E / V4 / SCTP(sport=7, dport=8) / DATA, E / V4 / ICMP(type=8, id=99) / DATA,
        E / V6 / ICMPv6EchoRequest(id=98) / DATA, E / V6 / ICMPv6DestUnreach() / IN6 / U / DATA,
        E / V4 / ICMP(type=3, code=3) / IN4 / U / DATA,
        E / IP(src=A4, dst=B4, options=[b"\x94\x04\x00\x00"]) / SYN,
        E / V6 / HBH / SYN, E / V6 / HBH / IPv6ExtHdrDestOpt() / IPv6ExtHdrRouting() / ACK / DATA,
        E / V6 / AH(nh=6, payloadlen=4, icv=b"\0" * 12) / ACK / DATA,
        E / V4 / AH(nh=6, payloadlen=4, icv=b"\0" * 12) / ACK / DATA,
        E / IPv6(src=A6, dst=B6, nh=44) / IPv6ExtHdrFragment(nh=17, id=3) / U / DATA,
        E / IPv6(src=A6, dst=B6, nh=59), E / IP(src=A4, dst=B4, proto=50) / DATA,
        E / IP(src=A4, dst=B4, proto=2) / DATA, E / V4 / UDP(sport=1, dport=2, len=12) / DATA,
        E / Dot1Q(vlan=10) / V4 / SYN, E / Dot1AD(vlan=20) / Dot1Q(vlan=30) / V6 / SYN,
        Ether(type=0x9100, src=E.src, dst=E.dst) / Dot1Q(vlan=40) / V4 / SYN,
        E / MPLS(label=16, s=0) / MPLS(label=17, s=1) / V4 / SYN, E / MPLS(label=18, s=1) / V6 / SYN,
        E / MPLS(label=19, s=1) / Raw(b"\0\0\0\0") / REAL / V4 / SYN,
        E / MPLS(label=19, s=1) / REAL / V4 / SYN,
        E / PPPoE(sessionid=3) / PPP(proto=0x21) / V4 / SYN,
        E / Dot1Q(vlan=7) / PPPoE(sessionid=3) / PPP(proto=0x57) / V6 / ACK / DATA,
        Dot3(src=E.src, dst=E.dst) / LLC(dsap=0xaa, ssap=0xaa, ctrl=3) / SNAP(OUI=0, code=0x800) / V4 / SYN,
        E / V4 / TCP(sport=1, dport=2, flags="S", options=[("MSS", 1460), (254, b"abcd"), ("WScale", 14)])]
    fam = lambda p, e: struct.pack(e + "I", 2 if p.version == 4 else 30) + bytes(p)
    yield "null", 0, [fam(p, "<") for p in both] + [fam(p, ">") for p in both]
    yield "loop", 108, [fam(p, ">") for p in both]
    for name, link in (("raw", 101), ):
        yield name, link, both
    yield "ipv4", 228, [p for p in both if p.version == 4]
    yield "ipv6", 229, [p for p in both if p.version == 6]
    et = lambda p: struct.pack(">H", 0x800 if p.version == 4 else 0x86dd)
    pp = lambda p: b"\x00\x21" if p.version == 4 else b"\x00\x57"
    yield "sll", 113, [struct.pack(">HHHQ", 0, 1, 6, 0) + et(p) + bytes(p) for p in both]
    yield "sll2", 276, [et(p) + struct.pack(">HIHBBQ", 0, 2, 1, 0, 6, 0) + bytes(p) for p in both]
    yield "ppp", 9, [pp(p) + bytes(p) for p in both] + [b"\xff\x03" + pp(p) + bytes(p) for p in both] + \
        [pp(p)[1:] + bytes(p) for p in both]
    yield "chdlc", 104, [b"\x0f\x00" + et(p) + bytes(p) for p in both]
    key = lambda **k: GRE(**k)
    gre1 = lambda fl, extra, p: struct.pack(">HHHH", 0x2001 | fl, 0x880b, 4 + len(p), 9) + extra + pp(p) + bytes(p)
    gtp = lambda fl, opt, p: struct.pack(">BBHI", fl, 255, len(opt) + len(p), 0x11223344) + opt + bytes(p)
    o = lambda **k: E / IP(src=A4, dst=B4, **k)
    gu = UDP(sport=2152, dport=2152)
    yield "tunnels", 1, [
        E / V4 / IN4 / SYN, E / V4 / IN6 / SYN, E / V6 / IN4 / SYN, E / V6 / IN6 / SYN,
        E / V4 / GRE() / IN4 / SYN, E / V4 / GRE() / IN6 / ACK / DATA,
        E / V4 / GRE(chksum_present=1, key_present=1, key=1234, seqnum_present=1) / IN4 / U / DATA,
        E / V4 / GRE(proto=0x6558) / E / IN4 / SYN, E / V6 / GRE() / IN4 / SYN,
        E / V4 / GRE() / IN4 / GRE() / IN6 / SYN,
        o(proto=47) / Raw(gre1(0x1080, struct.pack(">II", 1, 2), IN4 / SYN)),
        o(proto=47) / Raw(gre1(0x1000, struct.pack(">I", 1), IN4 / U / DATA)),
        E / V4 / UDP(sport=5000, dport=4789) / VXLAN(vni=42, flags=8) / E / IN4 / SYN,
        E / V4 / UDP(sport=5000, dport=4789) / VXLAN(vni=42, flags=8) / E / Dot1Q(vlan=9) / IN6 / U / DATA,
        E / V4 / UDP(sport=5000, dport=4789) / VXLAN(vni=1, flags=8) / E / IN4 / UDP(sport=5001, dport=4789) /
        VXLAN(vni=2, flags=8) / E / IN6 / UDP(sport=5002, dport=4789) / VXLAN(vni=3, flags=8) / E / V4 / SYN,
        E / V6 / UDP(sport=5000, dport=6081) / GENEVE(vni=77, proto=0x6558) / E / IN4 / SYN,
        o() / UDP(sport=5000, dport=6081) / Raw(bytes.fromhex("03006558 00004e00 01020001 deadbeef 01030000")) /
        E / IN4 / U / DATA,
        E / V4 / UDP(sport=5000, dport=6081) / GENEVE(vni=78, proto=0x800) / IN4 / SYN,
        E / V4 / gu / Raw(gtp(0x30, b"", IN4 / SYN)), E / V4 / gu / Raw(gtp(0x30, b"", IN6 / SYN)),
        E / V4 / gu / Raw(gtp(0x32, b"\0\1\0\0", IN4 / ACK / DATA)),
        E / V4 / gu / Raw(gtp(0x34, b"\0\0\0\x85\1\0\1\0", IN4 / U / DATA)),
        E / MPLS(label=3, s=1) / V4 / GRE() / IN4 / SYN]


def write(name, link, frames):
    path = os.path.join(HERE, name + ".pcap")
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, link))
        for i, p in enumerate(frames):
            p = bytes(p)
            f.write(struct.pack("<IIII", 1700000000 + i, i, len(p), len(p)) + p)
    return path


FIELDS = ("frame.number frame.protocols ip.src ip.dst ip.proto ip.len ipv6.src ipv6.dst ipv6.nxt ipv6.plen "
          "tcp.srcport tcp.dstport udp.srcport udp.dstport sctp.srcport sctp.dstport vlan.id vxlan.vni geneve.vni "
          "gre.key gtp.teid tcp.len udp.length icmp.type icmp.code icmpv6.type icmpv6.code tcp.flags tcp.seq_raw "
          "tcp.ack_raw tcp.window_size_value tcp.options.mss_val tcp.options.wscale.shift "
          "tcp.options.timestamp.tsval tcp.options.timestamp.tsecr tcp.options.sack_le tcp.options.sack_re").split()


def tshark(path, *more):
    args = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=a"] + list(more)
    return subprocess.run(args, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout.decode().splitlines()


def expected(path):
    out = []
    args = ["-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE",
            "-o", "tcp.relative_sequence_numbers:FALSE"]
    for f in FIELDS:
        args += ["-e", f]
    for line in tshark(path, *args):
        r = dict(zip(FIELDS, [c.split(",") if c else [] for c in line.split("\t") + [""] * 40]))
        protos = r["frame.protocols"][0].split(":")
        stop = next((i for i, t in enumerate(protos) if t.startswith("icmp")), len(protos))
        head = [t for t in protos[:stop] if t in ("ip", "ipv6")]
        v, n = (4 if head[-1] == "ip" else 6), head.count(head[-1]) - 1
        l4 = next((t for t in reversed(protos[:stop + 1]) if t in ("tcp", "udp", "sctp", "icmp", "icmpv6")), None)
        get = lambda f, i=-1: r[f][i] if r[f] else "-"
        row = [get("frame.number"), str(v)]
        row += [get("ip.src" if v == 4 else "ipv6.src", n), get("ip.dst" if v == 4 else "ipv6.dst", n)]
        num = {"tcp": "6", "udp": "17", "sctp": "132", "icmp": "1", "icmpv6": "58"}
        row.append(num[l4] if l4 else get("ip.proto" if v == 4 else "ipv6.nxt", n))
        ports = l4 in ("tcp", "udp", "sctp")
        row += [get(l4 + ".srcport"), get(l4 + ".dstport")] if ports else ["0", "0"]
        row.append(get("ip.len", n) if v == 4 else str(40 + int(get("ipv6.plen", n))))
        row.append(get("vlan.id"))
        ids = [(t, f) for t, f in (("vxlan", "vxlan.vni"), ("geneve", "geneve.vni"), ("gre", "gre.key"),
                                   ("gtp", "gtp.teid")) if t in protos and r[f]]
        row.append(str(int(get(ids[0][1]), 0)) if ids and "ppp" not in protos else "-")
        row.append(get("tcp.len") if l4 == "tcp" else str(int(get("udp.length")) - 8) if l4 == "udp" else "-")
        ic = l4 if l4 in ("icmp", "icmpv6") else None
        row += [get(ic + ".type", 0), get(ic + ".code", 0)] if ic else ["-", "-"]
        for f in ("tcp.flags tcp.seq_raw tcp.ack_raw tcp.window_size_value tcp.options.mss_val "
                  "tcp.options.wscale.shift tcp.options.timestamp.tsval tcp.options.timestamp.tsecr").split():
            row.append((str(int(get(f), 0)) if r[f] else "-") if l4 == "tcp" else "-")
        row += [",".join(r["tcp.options.sack_le"]) or "-", ",".join(r["tcp.options.sack_re"]) or "-"]
        out.append("\t".join(row))
    return out


def fragments():
    an = DNSRR(rrname="big.example.", type="TXT", ttl=60, rdata=b"0" + b"x" * 240)
    for i in range(1, 12):
        an = an / DNSRR(rrname="big.example.", type="TXT", ttl=60, rdata=b"%d" % i + b"x" * 240)
    d = lambda i: Raw(bytes(DNS(id=i, qr=1, qd=DNSQR(qname="big.example.", qtype="TXT"), an=an, ancount=12)))
    u = UDP(sport=53, dport=33333)
    v4 = fragment(IP(src=A4, dst=B4, id=100) / u / d(1), 1480)
    late = fragment(IP(src=A4, dst=B4, id=101) / u / d(2), 1480)[::-1]
    v6 = fragment6(IPv6(src=A6, dst=B6) / IPv6ExtHdrFragment(id=9) / u / d(3), 1280)
    opt = fragment6(IPv6(src=A6, dst=B6) / IPv6ExtHdrFragment(id=10) / IPv6ExtHdrDestOpt() / u / d(4), 1280)[::-1]
    return [E / p for p in list(v4) + list(late) + list(v6) + list(opt)]


def segments():
    t = TCP(sport=40000, dport=80, seq=1000, ack=5, flags="PA", options=[("Timestamp", (7, 8))])
    d = lambda i: Raw(b"GET /%d HTTP/1.1\r\nHost: in.fragments.example\r\n\r\n" % i)
    v4 = fragment(IP(src=A4, dst=B4, id=200) / t / d(1), 24)
    late = fragment(IP(src=A4, dst=B4, id=201) / t / d(2), 40)[::-1]
    tiny = fragment(IP(src=A4, dst=B4, id=202) / t / d(3), 8)
    v6 = fragment6(IPv6(src=A6, dst=B6) / IPv6ExtHdrFragment(id=19) / t / Raw(bytes(d(4)) + b"x" * 1400), 1280)
    lacks = fragment(IP(src=A4, dst=B4, id=203) / t / d(5), 40)[:-1]
    return [E / p for p in list(v4) + list(late) + list(tiny) + list(v6) + list(lacks)]


def reassembled(name, frames, display, *fields):
    path = write(name, 1, frames)
    whole = tshark(path, "-Y", display, "-o", "ip.defragment:TRUE", "-o", "ipv6.defragment:TRUE",
                   "-o", "tcp.relative_sequence_numbers:FALSE", *fields)
    with open(path[:-5] + ".txt", "w") as f:
        f.write("\n".join(whole) + "\n")


def main():
    os.makedirs(HERE, exist_ok=True)
    for name, link, frames in links():
        path = write(name, link, frames)
        lines = expected(path)
        if len(lines) != len(frames):
            sys.exit("%s: %d lines for %d frames" % (name, len(lines), len(frames)))
        with open(path[:-5] + ".txt", "w") as f:
            f.write("\n".join(lines) + "\n")
    reassembled("fragments", fragments(), "dns", "-e", "frame.number", "-e", "udp.payload")
    reassembled("segments", segments(), "tcp", "-e", "frame.number", "-e", "tcp.payload", "-e", "tcp.seq")


main()
