#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""json_lines.py TOOL DIRECTORY CAPTURE... - what `read --json` and `read --metrics` print keeps its promises.

JSON Lines: every key known, of its type, never null; a flow's line is its last;
the summary's sums are those of the lines and the capture's own.  The same from
.pcap, .pcap.gz and .pcapng (made in DIRECTORY).  Metrics: each identifier once
an interval, counters that never fall, applications and scopes of equal sums.
One line a capture: "ok ..." or "not ok ...".
"""
import collections
import gzip
import ipaddress
import json
import os
import re
import struct
import subprocess
import sys

TOOL, DIRECTORY = sys.argv[1:3]


class Wrong(Exception):
    pass


def check(true, *what):
    if not true:
        raise Wrong(" ".join(map(str, what)))


# --- the schema: what a value must be

def number(v):
    return type(v) is int and v >= 0


def boolean(v):
    return type(v) is bool


def text(v):
    return type(v) is str and v != ""


def time(v):
    return type(v) is float and v >= 0


def port(v):
    return number(v) and v < 65536


def address(v):
    try:
        a = ipaddress.ip_address(v)
    except ValueError:
        return False
    return str(a) == v or a.version == 6 and a.ipv4_mapped is None


def one_of(*words):
    return lambda v: v in words


def proto(v):
    return v in ("tcp", "udp", "icmp", "icmp6", "sctp") or re.fullmatch("[0-9]{1,3}", v) is not None


SCOPE = one_of("loopback", "private", "linklocal", "cgnat", "multicast", "broadcast", "documentation",
               "benchmark", "reserved", "unspecified", "public")
ENDS = {"proto": proto, "initiator": address, "initiator_port": port, "responder": address,
        "responder_port": port}
OUTSIDE = {"vlan": lambda v: number(v) and v < 4096, "vni": number,
           "tunnel": one_of("vxlan", "gre", "ipip", "6in4", "4in6", "6in6", "geneve", "gtpu")}
# event: (keys that must be there, keys that may)
SCHEMA = {
    "flow": (dict(ENDS, packets_initiator=number, bytes_initiator=number, packets_responder=number,
                  bytes_responder=number, start=time, end=time, retransmits=number, out_of_order=number,
                  scope_initiator=SCOPE, scope_responder=SCOPE,
                  end_reason=one_of("fin", "rst", "idle", "evicted", "buffer_overflow", "parse_error", "eof")),
             dict(OUTSIDE, state=text, history=lambda v: re.fullmatch("[A-Za-z^]+", v) is not None, rtt_us=number, fast_retransmits=number, spurious_retransmits=number,
                  dup_acks=number, zero_windows=number, window_fulls=number, keepalives=number, resets=number,
                  direction=one_of("incoming", "outgoing", "local", "none"), network=text, remote_name=text, remote_shared=boolean,
                  process=text, pid=number, unit=text, app=text, http_host=text, http_method=text,
                  http_status=number, grpc_status=number, tls_sni=text, tls_alpn=text, tls_version=one_of("1.3", "1.2", "1.1", "1.0"),
                  tls_alpn_chosen=text, tls_cipher=text, tls_group=text, post_quantum=boolean, resumed=boolean,
                  tls_handshake_us=number,
                  ech=boolean, esni=boolean, cert_not_after=number, cert_self_signed=boolean,
                  cert_names=lambda v: type(v) is list and len(v) <= 8 and all(map(text, v)),
                  dtls_sni=text, dtls_alpn=text, dtls_version=text, dtls_ja4=text,
                  ja4=text, quic_version=text, quic_migrated_from=text, ssh_client=text, ssh_server=text)),
    "http": (dict(ENDS, time=time), dict(OUTSIDE, method=text, host=text, status=number, latency_us=number,
             complete_us=number, grpc_status=number)),
    "tls": (dict(ENDS, time=time), dict(OUTSIDE, sni=text, alpn=text, ja4=text, ech=boolean, esni=boolean)),
    "quic": (dict(ENDS, time=time), dict(OUTSIDE, sni=text, alpn=text, ja4=text, version=number, ech=boolean)),
    "ssh": (dict(ENDS, time=time), dict(OUTSIDE, client=text, server=text)),
    "operation": (dict(ENDS, time=time, app=text), dict(OUTSIDE, operation=text, error=text, latency_us=number)),
    "summary": (dict.fromkeys("packets bytes flows non_ip arp malformed fragments truncated evicted names"
                              " dns_messages".split(), number), {"app_flows": lambda v: type(v) is dict}),
}
SCHEMA["dns"] = ({"time": time, "client": address, "server": address, "proto": one_of("udp", "tcp"),
                  "id": port, "qr": boolean, "name": lambda v: type(v) is str},
                 {"qtype": text, "rcode": text, "latency_us": number, "opcode": number, "truncated": boolean,
                  "malformed": boolean, "fragmented": boolean, "answers": lambda v: type(v) is list and all(map(address, v))})
SCHEMA["dtls"] = SCHEMA["tls"]
SCHEMA["mdns"] = SCHEMA["llmnr"] = SCHEMA["dns"]


def pairs(members):
    keys = [k for k, v in members]
    check(len(set(keys)) == len(keys), "a key stands twice:", keys)
    return dict(members)


def run(*args):
    r = subprocess.run((TOOL, "read") + args, capture_output=True, timeout=60, check=False)
    check(r.returncode == 0 and r.stderr == b"", args, "status", r.returncode, r.stderr[:200])
    return r.stdout


def ends(o):
    return o["proto"], *sorted(((o["initiator"], o["initiator_port"]), (o["responder"], o["responder_port"])))


def check_lines(lines, records):
    flows = collections.Counter()
    apps, octets, dns, last, open_ends = collections.Counter(), 0, 0, {}, {}
    for n, line in enumerate(lines):
        o = json.loads(line, object_pairs_hook=pairs, parse_constant=lambda c: check(False, c))
        event = o.pop("event")
        check(event in SCHEMA, "event", event)
        must, may = SCHEMA[event]
        for key in must:
            check(key in o, event, "has no", key)
        for key, value in o.items():
            known = must.get(key) or may.get(key)
            check(known is not None, event, "has an unknown key", key)
            check(known(value), "%s: %s is %r" % (event, key, value))
        check(event != "summary" or n == len(lines) - 1, "the summary is not the last line")
        if event == "flow":
            check(o["start"] <= o["end"], "a flow ends before it starts")
            check(o["packets_initiator"] + o["packets_responder"] > 0, "a flow without packets")
            octets += o["bytes_initiator"] + o["bytes_responder"]
            apps[o.get("app", "unknown")] += 1
            flows[ends(o)] += 1
            last[ends(o)] = o["end"]
            open_ends.pop(ends(o), None)
        elif event in ("http", "tls", "dtls", "quic", "ssh", "operation"):
            # Its flow's line comes later: one that began after it would be another flow.
            open_ends[ends(o)] = o["time"]
        elif event in ("dns", "mdns", "llmnr"):
            dns += 1
    check(not open_ends, "messages after the line of their flow:", open_ends)
    check(event == "summary", "no summary")
    check(o["packets"] == records, "packets", o["packets"], "records", records)
    check(o["bytes"] == octets, "bytes", o["bytes"], "of flows", octets)
    check(o["flows"] == sum(flows.values()), "flows", o["flows"], "lines", sum(flows.values()))
    check(o["dns_messages"] == dns, "dns_messages", o["dns_messages"], "lines", dns)
    check(o["app_flows"] == dict(apps), "app_flows", o["app_flows"], "lines", dict(apps))
    return o


# --- captures in other forms

def records(path):
    with open(path, "rb") as f:
        data = f.read()
    magic = data[:4]
    order = "<" if magic in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    nano = magic in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
    snap, link = struct.unpack(order + "II", data[16:24])
    at, out = 24, []
    while at < len(data):
        sec, frac, cap, full = struct.unpack(order + "4I", data[at:at + 16])
        out.append((sec * 10**9 + frac * (1 if nano else 1000), full, data[at + 16:at + 16 + cap]))
        at += 16 + cap
    return snap, link, out


def block(kind, body):
    size = 12 + len(body)
    return struct.pack("<II", kind, size) + body + struct.pack("<I", size)


def pcapng(path, snap, link, packets):
    with open(path, "wb") as f:
        f.write(block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)))
        f.write(block(1, struct.pack("<HHI", link & 0xffff, 0, snap) + struct.pack("<HHB3xI", 9, 1, 9, 0)))
        for ns, full, data in packets:
            pad = bytes(-len(data) % 4)
            f.write(block(6, struct.pack("<IIIII", 0, ns >> 32, ns & 0xffffffff, len(data), full) + data + pad))


def others(path):
    snap, link, packets = records(path)
    name = os.path.join(DIRECTORY, os.path.basename(path))
    with open(path, "rb") as f, gzip.open(name + ".gz", "wb") as z:
        z.write(f.read())
    pcapng(name + "ng", snap, link, packets)
    return len(packets), [name + ".gz", name + "ng"]


# --- metrics

LEVELS = {"current_connections", "response_time", "objects", "percent", "memory", "count", "bool", "duration",
          "queue_length", "gauge"}
# Told of the machine that reads, not of the capture.
OWN = re.compile(r" netflowscope-self/(duration|memory|ps_cputime)")


def check_metrics(out, summary):
    told, value, when = set(), {}, {}
    scope, app, opened = [0, 0], [0, 0], [0, 0]
    for line in out.decode("ascii").splitlines():
        m = re.fullmatch(r"(\d+\.\d{3}) (netflowscope-[a-z]+(?:-\w+)?/[a-z_]+(?:-\w+)*) ([0-9.e+-]+(?::[0-9.e+-]+)?)",
                         line)
        check(m is not None, "no metric:", line)
        at, name, now = float(m[1]), m[2], [float(v) for v in m[3].split(":")]
        check((at, name) not in told, "told twice:", line)
        told.add((at, name))
        check(at > when.get(name, 0), "time goes back:", line)
        kind = name.split("/")[1].split("-")[0]
        if kind not in LEVELS:
            check(name in value or now == [0] * len(now), "the first value of a counter is not 0:", line)
            check(all(n >= v and n == int(n) for n, v in zip(now, value.get(name, now))), "a counter fell:", line)
        check(all(v >= 0 for v in now), "below 0:", line)
        value[name], when[name] = now, at
    for name, v in value.items():
        if re.match("netflowscope-scope-(?!forwarded)", name):
            if name.endswith("/if_octets"):
                scope = [a + b for a, b in zip(scope, v)]
            elif "/connections-" in name:
                opened[0] += v[0]
        elif name.startswith("netflowscope-app-"):
            if name.endswith("/if_octets"):
                app = [a + b for a, b in zip(app, v)]
            elif name.endswith("/connections-opened"):
                opened[1] += v[0]
        # A row that MaxSeries left no room for is told no more: its flows are among "other".
        if "/current_connections" in name and when[name] == max(when.values()):
            check(v == [0], name, "is", v, "at the end")
    check(scope == app, "octets of scopes", scope, "of applications", app)
    check(opened[0] == opened[1], "flows opened by scope and by application", opened)
    forwarded = sum(value.get("netflowscope-scope-forwarded/if_octets", [0]))
    return sum(scope) + forwarded


bad = 0
for capture in sys.argv[3:]:
    try:
        count, forms = others(capture)
        lines = run(capture, "--json")
        summary = check_lines(lines.decode("utf-8").split("\n")[:-1], count)
        for other in forms:
            check(run(other, "--json") == lines, other, "has other lines")
        check(json.loads(run(capture, "--summary")) == dict(summary, event="summary"), "--summary has other sums")
        for interval in "1", "10":
            # Initiators are the remote end: every octet goes one way.
            total = check_metrics(run(capture, "--metrics", "--interval", interval), summary)
            check(total == summary["bytes"], "metrics have %d octets, flows %d" % (total, summary["bytes"]))
        for local in "10.0.0.0/8", "192.0.2.0/24", "127.0.0.0/8", "2001:db8::/32":
            total = check_metrics(run(capture, "--metrics", "--local", local), summary)
            check(total >= summary["bytes"], "metrics have %d octets, flows %d" % (total, summary["bytes"]))
            check(total <= 2 * summary["bytes"], "a packet counts more than twice")
            check_lines(run(capture, "--json", "--local", local).decode("utf-8").split("\n")[:-1], count)
        print("ok json: %s: %d lines" % (os.path.basename(capture), lines.count(b"\n")))
    except (Wrong, ValueError, UnicodeDecodeError) as e:
        print("not ok json: %s: %s" % (os.path.basename(capture), e))
        bad = 1
sys.exit(bad)
