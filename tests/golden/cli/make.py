#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make.py - writes mixed.pcap, which holds a bit of everything that the table shows (needs scapy).

DNS with odd names, HTTP with a host of 255 octets, a Host header of control
characters, UTF-8 and quotes, TLS, IPv6, VXLAN, ICMP, a segment sent twice, a
refused and an unanswered SYN, ARP, another network protocol, a malformed packet.
"""
import logging
import os
import struct

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.all import (ARP, DNS, DNSQR, DNSRR, ICMP, IP, IPv6, TCP, UDP, VXLAN, Ether, Raw,  # noqa: E402
                       wrpcap)

A, B = "02:00:00:00:00:01", "02:00:00:00:00:02"
out = []
now = 1700000000.0


def put(p, step=0.001):
    global now
    p.time = now
    now += step
    out.append(p)


def ether(up, rest):
    return Ether(src=A if up else B, dst=B if up else A) / rest


class Conversation:
    """A TCP connection between two addresses, with right numbers."""

    def __init__(self, client, server, port, outside=lambda up, p: ether(up, p)):
        self.net = IPv6 if ":" in client else IP
        self.ends = (client, server), (40000 + len(out), port)
        self.seq, self.outside = [1000, 5000], outside

    def segment(self, up, flags, data=b"", seq=None, step=0.001):
        a, p = self.ends
        i, j = (0, 1) if up else (1, 0)
        t = TCP(sport=p[i], dport=p[j], flags=flags, seq=self.seq[i] if seq is None else seq,
                ack=self.seq[j] if "A" in flags else 0, window=64000)
        put(self.outside(up, self.net(src=a[i], dst=a[j]) / t / Raw(data)), step)
        if seq is None:
            self.seq[i] += len(data) + ("S" in flags) + ("F" in flags)

    def open(self):
        self.segment(True, "S", step=0.0101)
        self.segment(False, "SA", step=0.0001)
        self.segment(True, "A")

    def say(self, up, data, step=0.02):
        self.segment(up, "PA", data, step=step)
        self.segment(not up, "A")

    def close(self):
        self.segment(True, "FA", step=0.01)
        self.segment(False, "FA", step=0.01)
        self.segment(True, "A")


def http(client, server, host, port=80, status=b"200 OK", again=False, **more):
    c = Conversation(client, server, port, **more)
    c.open()
    c.say(True, b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
    body = b"x" * 1000
    c.say(False, b"HTTP/1.1 " + status + b"\r\nContent-Length: 2000\r\n\r\n" + body)
    c.say(False, body)
    if again:
        c.segment(False, "PA", body, seq=c.seq[1] - 1000)
    c.close()


def hello(name):
    sni = struct.pack("!HHBH", len(name) + 5, len(name) + 3, 0, len(name)) + name
    ext = struct.pack("!H", 0) + sni + bytes.fromhex("002b00050403040303") + bytes.fromhex("000a00040002001d")
    body = b"\x03\x03" + bytes(32) + b"\0" + bytes.fromhex("00021301") + b"\x01\0" + struct.pack("!H", len(ext)) + ext
    return record(b"\x01" + struct.pack("!I", len(body))[1:] + body)


def server_hello():
    ext = bytes.fromhex("002b00020304")
    body = b"\x03\x03" + bytes(range(32)) + b"\0" + bytes.fromhex("130100") + struct.pack("!H", len(ext)) + ext
    return record(b"\x02" + struct.pack("!I", len(body))[1:] + body)


def record(body, kind=22):
    return struct.pack("!BHH", kind, 0x0303, len(body)) + body


def tls(client, server, name):
    c = Conversation(client, server, 443)
    c.open()
    c.say(True, hello(name))
    c.say(False, server_hello() + record(b"\1", 20) + record(bytes(800), 23))
    c.say(True, record(b"\1", 20) + record(bytes(100), 23))
    c.say(False, record(bytes(1200), 23))
    c.close()


def dns(name, qtype="A", rcode=0, answer=None, wait=0.004):
    ports = dict(sport=30000 + len(out), dport=53)
    back = dict(sport=53, dport=ports["sport"])
    q = DNSQR(qname=name, qtype=qtype)
    put(ether(True, IP(src="192.0.2.10", dst="192.0.2.53") / UDP(**ports) / DNS(id=len(out), qd=q)), wait)
    an = DNSRR(rrname=name, type=qtype, rdata=answer, ttl=60) if answer else None
    if wait < 5:
        put(ether(False, IP(src="192.0.2.53", dst="192.0.2.10") / UDP(**back) /
                  DNS(id=len(out) - 1, qr=1, rcode=rcode, qd=q, an=an)))


def vxlan(up, p):
    a, b = ("198.51.100.1", "198.51.100.2") if up else ("198.51.100.2", "198.51.100.1")
    return ether(up, IP(src=a, dst=b) / UDP(sport=50000, dport=4789, chksum=0) / VXLAN(flags=8, vni=42) / ether(up, p))


put(ether(True, ARP(psrc="192.0.2.10", pdst="192.0.2.1")))
dns(b"www.example.test", answer="203.0.113.80")
dns(b"www.example.test", "AAAA", answer="2001:db8::80")
dns(b"nowhere.example.test", rcode=3)
dns(b"a\x01b.caf\xc3\xa9.\"quoted\".test", answer="203.0.113.81")
http("192.0.2.10", "203.0.113.80", b"www.example.test", again=True)
http("2001:db8:1234:5678:9abc:def0:1111:2222", "2001:db8::80", b"six.example.test", port=8080)
http("10.0.0.1", "10.0.0.2", b"inside.example.test", outside=vxlan, status=b"404 Not Found")
http("192.0.2.10", "203.0.113.81", (b"a" * 63 + b".") * 3 + b"b" * 58 + b".test")
http("192.0.2.10", "203.0.113.82", "café.example.test".encode())
http("192.0.2.10", "203.0.113.83", b"\"quoted\\\".test")
http("192.0.2.10", "203.0.113.84", b"")
tls("192.0.2.10", "203.0.113.80", b"secure.example.test")
tls("2001:db8::10", "2001:db8::80", b"a-rather-long-name-for-a-server.of.some.example.test")
refused = Conversation("192.0.2.10", "203.0.113.90", 25)
refused.segment(True, "S")
refused.segment(False, "RA")
unanswered = Conversation("192.0.2.10", "203.0.113.91", 26)
unanswered.segment(True, "S")
unanswered.segment(True, "S", seq=1000)
for i in range(4):
    put(ether(True, IP(src="192.0.2.10", dst="203.0.113.1") / ICMP(id=7, seq=i) / Raw(bytes(56))), 0.02)
    put(ether(False, IP(src="203.0.113.1", dst="192.0.2.10") / ICMP(type=0, id=7, seq=i) / Raw(bytes(56))), 0.98)
put(ether(True, IP(src="192.0.2.10", dst="203.0.113.2", proto=99) / Raw(bytes(30))))
p = ether(True, Raw(bytes(50)))
p.type = 0x88cc
put(p)
put(ether(True, Raw(bytes([0x45, 0, 0, 40]) + bytes(4))))
out[-1].type = 0x0800
dns(b"late.example.test", wait=17)
put(ether(True, IP(src="192.0.2.10", dst="203.0.113.3") / ICMP(id=7, seq=9)))

wrpcap(os.path.join(os.path.dirname(os.path.abspath(__file__)), "mixed.pcap"), out)
