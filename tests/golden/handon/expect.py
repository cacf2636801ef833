#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""expect.py - writes handon.txt: the names and versions that tshark reads in handon.pcap.

A line a connection, in the order of their first packets: port, server name, version.
"""
import subprocess

FIELDS = ["tcp.stream", "tcp.dstport", "tls.handshake.extensions_server_name", "tls.handshake.type",
          "tls.handshake.version", "tls.handshake.extensions.supported_version", "tcp.flags.syn", "tcp.flags.ack"]
# It does not look for TLS behind these by itself.
args = ["tshark", "-n", "-r", "handon.pcap", "-T", "fields", "-d", "tcp.port==3389,tls", "-d", "tcp.port==6667,tls",
        "-d", "tcp.port==4190,tls"]
for f in FIELDS:
    args += ["-e", f]
out = subprocess.run(args, capture_output=True, text=True, check=True).stdout
flows = {}
for line in out.splitlines():
    r = dict(zip(FIELDS, line.split("\t")))
    f = flows.setdefault(int(r["tcp.stream"]), {"port": r["tcp.dstport"], "name": "-", "version": "-"})
    if r["tls.handshake.extensions_server_name"]:
        f["name"] = r["tls.handshake.extensions_server_name"]
    types = r["tls.handshake.type"].split(",")
    if "2" in types:
        v = r["tls.handshake.extensions.supported_version"] or r["tls.handshake.version"].split(",")[0]
        f["version"] = {0x303: "1.2", 0x304: "1.3"}[int(v, 0)]
with open("handon.txt", "w") as to:
    for n in sorted(flows):
        to.write("%(port)s %(name)s %(version)s\n" % flows[n])
