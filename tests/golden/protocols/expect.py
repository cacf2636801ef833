#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""expect.py - what tshark reads in the captures beside it, in the form that the tests compare.

Run in this folder; writes NAME.txt for each NAME.pcap.  Conversations are
numbered by their first packet; a line an event, in the order of the packets.
The captures were made on the loopback device of a network namespace: dig with
dnsmasq (ports 53 and 5300), openssl s_client with s_server (TLS 1.2, 1.3,
resumption, HelloRetryRequest), curl and a few lines of Python with nginx.
"""
import calendar
import subprocess
import time

COMMON = "frame.number ip.src ip.dst tcp.srcport tcp.dstport udp.srcport udp.dstport".split()


def rows(name, fields, *more):
    fields = COMMON + fields
    args = ["tshark", "-n", "-r", name, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=|"]
    for f in fields:
        args += ["-e", f]
    out = subprocess.run(args + list(more), capture_output=True, text=True, check=True).stdout
    flows = {}
    for line in out.splitlines():
        r = {f: (v.split("|") if v else []) for f, v in zip(fields, line.split("\t"))}
        ports = [r[p][0] for p in COMMON[3:] if r[p]]
        key = frozenset(((r["ip.src"][0], ports[0]), (r["ip.dst"][0], ports[1])))
        yield flows.setdefault(key, len(flows)), r


def dns():
    fields = "dns.flags.response dns.id dns.qry.name dns.qry.type dns.flags.rcode dns.a dns.aaaa dns.time"
    for n, r in rows("dns.pcap", fields.split(), "-d", "udp.port==5300,dns", "-d", "tcp.port==5300,dns"):
        if not r["dns.id"]:
            continue
        assert len(r["dns.id"]) == 1
        qr = int(r["dns.flags.response"][0] in ("1", "True"))
        us = round(float(r["dns.time"][0]) * 1e6) if r["dns.time"] else 0
        rcode = int(r["dns.flags.rcode"][0], 0) if qr else 0
        yield " ".join([str(n), str(qr), str(int(r["dns.id"][0], 0)), r["dns.qry.name"][0],
                        str(int(r["dns.qry.type"][0], 0)), str(rcode), str(us)] + r["dns.a"] + r["dns.aaaa"])


def http():
    # A request counts for tshark when its body is whole, which may be after the response.
    waiting = {}
    fields = "http.request.method http.host http.response.code"
    read = list(rows("http.pcap", fields.split(), "-d", "tcp.port==8099,http"))
    for n, r in read:
        hosts = r["http.host"] + [""] * (len(r["http.request.method"]) - len(r["http.host"]))
        for m, h in zip(r["http.request.method"], hosts):
            waiting.setdefault(n, []).append((m, h))
    for n, r in read:
        for c in r["http.response.code"]:
            if int(c) >= 200 and n != 5:
                m, h = waiting[n].pop(0)
                yield "%d %s %s %s" % (n, m, h, c)
    # tshark does not know that the answer to a pipelined HEAD has no body: what the client saw.
    yield "5 GET p0.example.test 204"
    yield "5 HEAD p1.example.test 200"
    yield "5 GET p2.example.test 200"
    yield "5 GET abs.example.test 200"


def tls():
    ext = "tls.handshake.extensions_server_name tls.handshake.extensions_alpn_str"
    fields = "tls.handshake.random tls.handshake.type tls.handshake.version tls.handshake.extensions.supported_version"
    fields += " x509af.utcTime"
    for n, r in rows("tls.pcap", (ext + " " + fields).split()):
        kinds = r["tls.handshake.type"]
        sni, alpn = r[ext.split()[0]], r[ext.split()[1]]
        versions = r["tls.handshake.extensions.supported_version"]
        if "1" in kinds:
            yield "%d hello %s %s" % (n, sni[0] if sni else "", alpn[0] if alpn else "")
        elif "2" in kinds and not r["tls.handshake.random"][0].startswith("cf21ad74"):
            v = (versions or r["tls.handshake.version"])[0]
            yield "%d server %s" % (n, v[2:])
            if r["x509af.utcTime"]:
                end = r["x509af.utcTime"][1]
                yield "%d certificate %d" % (n, calendar.timegm(time.strptime(end, "%Y-%m-%d %H:%M:%S (UTC)")))


for name, f in (("dns", dns), ("http", http), ("tls", tls)):
    with open(name + ".txt", "w") as out:
        out.writelines(line + "\n" for line in f())
