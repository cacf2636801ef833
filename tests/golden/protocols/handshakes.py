#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""handshakes.py - what tshark reads in handshakes.pcap (TLS), dtls.pcap and openvpn.pcap.

Run in this folder; writes NAME.txt, a line a flow, in the order of their first packets:
number sni version cipher group resumed not_after name,name... packets
with - for what is not there; the packets with payload from the ClientHello to the last Finished.
The captures were made on the loopback device of a network namespace with openssl s_client
and s_server (TLS 1.0 to 1.3, DTLS 1.0 and 1.2 with a path of 300 octets, with a cookie,
sessions taken up again), gnutls-cli, gnutls-serv and curl; certificates from openssl req and x509.
Those of openvpn.pcap are seven pairs of OpenVPN 2.6 (--dev null, --tls-client and --tls-server, ports from
11941 on): UDP; UDP with --tls-version-max 1.2; TCP; --tls-auth and --auth SHA512; --tls-crypt; TCP with
--tls-auth; --tls-crypt-v2. Of the last four tshark is told nothing: they are no TLS.
"""
import calendar
import subprocess
import time

CLEAR = "-d udp.port==11941-11942,openvpn -d tcp.port==11943,openvpn".split()
COMMON = "ip.src ip.dst tcp.srcport tcp.dstport udp.srcport udp.dstport".split()


def rows(name, fields):
    args = ["tshark", "-n", "-r", name + ".pcap", "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=|"] + CLEAR
    for f in COMMON + fields:
        args += ["-e", f]
    out = subprocess.run(args, capture_output=True, text=True, check=True).stdout
    flows = {}
    for line in out.splitlines():
        r = {f: (v.split("|") if v else []) for f, v in zip(COMMON + fields, line.split("\t"))}
        ports = [r[p][0] for p in COMMON[2:] if r[p]]
        key = frozenset(((r["ip.src"][0], ports[0]), (r["ip.dst"][0], ports[1])))
        yield flows.setdefault(key, len(flows)), r


def last_finished(name, p):
    """Of each flow, how many packets with payload it takes until both ends have sent a Finished."""
    f = ["tcp.len", p + ".handshake.type", p + ".record.content_type", "tls.record.opaque_type",
         p + ".record.length", p + ".handshake.extensions.supported_version"]
    flows = {}
    for n, r in rows(name, f):
        o = flows.setdefault(n, dict(at=0, changed=set(), finished=set(), early=False, new=False, client=None))
        if r["tcp.len"] == ["0"]:
            continue
        side = (r["tcp.srcport"] or r["udp.srcport"])[0]
        o["at"] += 1
        if "1" in r[f[1]] and o["client"] is None:
            o["client"], o["asked"] = side, o["at"]
        if "2" in r[f[1]]:
            o["server"] = True
            o["new"] |= r[f[5]] == ["0x0304"]
        if "complete" in o:
            continue
        if r[f[3]] and side == o["client"] and o["new"] and int(r[f[4]][-1]) >= 32:
            o["complete"] = o["at"] - o["asked"]
        for kind in r[f[2]] if not o["new"] else []:
            if kind == "20":
                o["changed"].add(side)
            elif kind == "22" and side in o["changed"]:
                o["finished"].add(side)
        if len(o["finished"]) == 2:
            o["complete"] = o["at"] - o["asked"]
    return flows


def main(name, p):
    kind = p + ".handshake.type"
    h = p + ".handshake."
    f = dict(sni=h + "extensions_server_name", version=h + "version", versions=h + "extensions.supported_version",
             cipher=h + "ciphersuite", share=h + "extensions_key_share_group",
             curve=h + "server_named_curve", ext=h + "extension.type",
             end="x509af.utcTime", names="x509ce.dNSName", cn="x509sat.uTF8String")
    flows = {}
    for n, r in rows(name, [kind] + list(f.values())):
        o = flows.setdefault(n, dict(sni="-", version="-", cipher="-", group="-", resumed=True, end="-", names="-"))
        got = {k: r[v] for k, v in f.items()}
        types = r[kind]
        if "1" in types and got["sni"]:
            o["sni"] = got["sni"][0]
        if "2" in types:
            o["version"] = (got["versions"] or got["version"])[0][2:]
            o["cipher"] = got["cipher"][0][2:]
            o["resumed"] = o["version"] != "0304" or "41" in got["ext"]
            if got["share"]:
                o["group"] = str(int(got["share"][0], 0))
        if "11" in types and got["end"] and o["end"] == "-":
            o["resumed"] = False
            o["end"] = str(calendar.timegm(time.strptime(got["end"][1], "%Y-%m-%d %H:%M:%S (UTC)")))
            o["names"] = ",".join(got["names"]) or got["cn"][-1]
        if "12" in types and got["curve"]:
            o["group"] = str(int(got["curve"][0], 0))
    times = last_finished(name, p)
    with open(name + ".txt", "w") as out:
        for n in sorted(flows):
            o = flows[n]
            out.write("%d %s %s %s %s %s %s %s %s\n" % (n, o["sni"], o["version"], o["cipher"], o["group"],
                                                    "yes" if o["resumed"] else "no", o["end"], o["names"],
                                                    times[n].get("complete", "-")))


main("handshakes", "tls")
main("dtls", "dtls")
main("openvpn", "tls")
