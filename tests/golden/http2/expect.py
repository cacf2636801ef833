#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""expect.py - what tshark reads in http2.pcap, in the form that the tests compare.

Run in this folder; writes http2.txt: for each stream with a final status, or reset, a line
"FLOW METHOD AUTHORITY STATUS", with " grpc CODE" where the response says so; sorted.
Connections are numbered by their first packet.
"""
import subprocess
import xml.etree.ElementTree as xml

out = subprocess.run(["tshark", "-n", "-r", "http2.pcap", "-T", "pdml", "-d", "tcp.port==8081,http2",
                      "-d", "tcp.port==8082,http"], capture_output=True, check=True).stdout
flows, streams = {}, {}


def show(node, name):
    return [f.get("show") for f in node.iter("field") if f.get("name") == name]


for packet in xml.fromstring(out):
    ends = frozenset(show(packet, "tcp.srcport") + show(packet, "tcp.dstport"))
    flow = flows.setdefault(ends, len(flows))
    for proto in packet:
        if proto.get("name") == "http" and show(proto, "http.request.method"):
            # The request of an upgrade is stream 1's.
            streams[flow, 1] = {":method": show(proto, "http.request.method")[0], ":authority": show(proto, "http.host")[0]}
        if proto.get("name") != "http2":
            continue
        for f in proto.iter("field"):
            if f.get("name") != "http2.stream":
                continue
            if not show(f, "http2.type"):       # the preface
                continue
            kind, sid = show(f, "http2.type")[0], int(show(f, "http2.streamid")[0])
            if kind == "5":
                sid = int(show(f, "http2.push_promise.promised_stream_id")[0], 0)
            if kind not in ("1", "5", "9"):
                continue
            s = streams.setdefault((flow, sid), {})
            for h in f.iter("field"):
                if h.get("name") == "http2.header":
                    name, value = show(h, "http2.header.name")[0], show(h, "http2.header.value")
                    if name != ":status" or value[0] >= "200":
                        s[name] = value[0] if value else ""
with open("http2.txt", "w") as text:
    lines = []
    for (flow, sid), s in streams.items():
        if flow == 2:           # tshark reads no responses after a smaller table: what nghttp -v saw
            s.update({":status": "200"} if s else {":method": "GET", ":authority": "127.0.0.1:8081", ":status": "200"})
        line = "%d %s %s %s" % (flow, s[":method"], s.get(":authority", s.get("host", "")), s.get(":status", 0))
        if "grpc-status" in s:
            line += " grpc " + s["grpc-status"]
        lines.append(line + "\n")
    text.writelines(sorted(lines))
