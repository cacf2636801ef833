#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make.py - writes metrics.pcap: 65 s of DNS and HTTP between a host and others (needs scapy).

Latencies are drawn from three regimes, so that each interval of 10 s has quantiles of
its own; one interval is silent, one has a single query; a query has no answer.  The host
is 10.1.0.1; the others are private and public.
"""
import logging
import os
import random

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.all import DNS, DNSQR, DNSRR, IP, TCP, UDP, Ether, Raw, wrpcap  # noqa: E402

HOST, RESOLVER, PUBLIC, WEB, CLIENT = "10.1.0.1", "10.1.0.53", "198.51.100.53", "203.0.113.80", "10.1.0.99"
start = 1700000003.25
random.seed(4)
out = []


def put(at, p):
    p = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / p
    p.time = start + at
    out.append(p)


def query(at, n, resolver, latency, qtype="A", rcode=0):
    name = "n%d.example.net" % n
    there = IP(src=HOST, dst=resolver) / UDP(sport=20000 + n, dport=53)
    back = IP(src=resolver, dst=HOST) / UDP(sport=53, dport=20000 + n)
    put(at, there / DNS(id=n, qd=DNSQR(qname=name, qtype=qtype)))
    if latency is not None:
        answer = DNSRR(rrname=name, ttl=60, rdata="192.0.2.1") if rcode == 0 and qtype == "A" else None
        put(at + latency, back / DNS(id=n, qr=1, ra=1, rcode=rcode, qd=DNSQR(qname=name, qtype=qtype), an=answer))


def web(at, port, client, server, method, status, latency, rtt):
    up, down = IP(src=client, dst=server, ttl=64), IP(src=server, dst=client, ttl=60)
    request = ("%s /x HTTP/1.1\r\nHost: www.example.net\r\n\r\n" % method).encode()
    body = b"" if method == "HEAD" else b"x" * 500
    response = ("HTTP/1.1 %d Some\r\nContent-Length: 500\r\n\r\n" % status).encode() + body

    def segment(t, ip, flags, seq, ack, data=b""):
        sport, dport = (port, 80) if ip is up else (80, port)
        tcp = TCP(sport=sport, dport=dport, flags=flags, seq=seq, ack=ack,
                  options=[("MSS", 1460)] if "S" in flags else [])
        put(t, ip / tcp / Raw(data) if data else ip / tcp)

    segment(at, up, "S", 1000, 0)
    segment(at + rtt, down, "SA", 5000, 1001)
    t = at + rtt + 0.0002
    segment(t, up, "A", 1001, 5001)
    t += 0.0003
    segment(t, up, "PA", 1001, 5001, request)
    t += latency
    segment(t, down, "PA", 5001, 1001 + len(request), response)
    segment(t + 0.001, up, "FA", 1001 + len(request), 5001 + len(response))
    segment(t + 0.001 + rtt, down, "FA", 5001 + len(response), 1002 + len(request))
    segment(t + 0.0012 + rtt, up, "A", 1002 + len(request), 5002 + len(response))


def refused(at, port):
    put(at, IP(src=HOST, dst=WEB) / TCP(sport=port, dport=81, flags="S", seq=7))
    put(at + 0.05, IP(src=WEB, dst=HOST) / TCP(sport=81, dport=port, flags="RA", seq=0, ack=8))


n = 0
for i in range(120):            # the first interval and a half: fast
    n += 1
    query(0.09 * i, n, RESOLVER, random.uniform(0.0002, 0.004), random.choice(["A", "AAAA"]),
          random.choice([0, 0, 0, 3]))
for i in range(90):             # then slower, from a public resolver
    n += 1
    query(12 + 0.1 * i, n, PUBLIC, random.lognormvariate(-3, 0.8), random.choice(["A", "PTR"]),
          random.choice([0, 0, 2]))
query(50, n + 1, RESOLVER, 0.0123, "MX")                # 30 s to 50 s: silence on the wire
query(51, n + 2, RESOLVER, None)                        # no answer: a timeout 15 s later
for i in range(60):
    web(0.3 + 0.31 * i, 40000 + i, HOST, WEB, random.choice(["GET", "GET", "POST"]),
        random.choice([200, 200, 301, 404, 500]),
        random.lognormvariate(-4, 1), random.uniform(0.02, 0.06))
for i in range(25):
    web(2.1 + 0.7 * i, 50000 + i, CLIENT, HOST, random.choice(["GET", "HEAD"]), 200,
        random.uniform(0.0005, 0.009), random.uniform(0.0003, 0.0008))
refused(4, 41000)
refused(55, 41001)
query(65, n + 3, RESOLVER, 0.0021)
out.sort(key=lambda p: p.time)
wrpcap(os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics.pcap"), out)
print(len(out), "frames")
