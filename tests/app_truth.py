#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""app_truth.py TOOL FOLDER [-v] - flows that we name and tshark or ndpiReader names otherwise.

Prints, by class (our name, whose, theirs), how many flows of how many captures, with an example;
with -v each flow.  docs/accuracy.md says who is right.  What the others don't name is no
disagreement, nor is what they name by a port alone when they say so (nDPI's "Match by port").
"""
import collections
import concurrent.futures
import glob
import ipaddress
import json
import os
import re
import subprocess
import sys

# What is below or beside an application in tshark's stacks.
NO_APPLICATION = set("""eth ethertype sll ip ipv6 tcp udp data vlan raw null tcp.segments _ws.malformed _ws.short
  _ws.unreassembled ppp pppoes mpls gre vxlan geneve gtp ipv6.hopopts ipv6.fraghdr ipv6.routing ipv6.dstopts
  data-text-lines x509sat x509ce x509af pkcs1 pkix1explicit pkix1implicit media json xml image-jfif image-gif
  mime_multipart urlencoded-form png text icmp icmpv6 wlan llc radiotap frame pktap fr chdlc pkcs12 cms
  websocket.payload msmms ulp http.chunked ocsp""".split())
SAME = {			# their name: ours
    "ssl": "tls", "tls": "tls", "http": "http", "http2": "http2", "mdns": "mdns", "llmnr": "llmnr", "gquic": "quic",
    "quic": "quic", "pgsql": "postgresql", "dns": "dns", "ssh": "ssh", "smtp": "smtp", "imap": "imap", "pop": "pop3",
    "ftp": "ftp", "ftp_control": "ftp", "irc": "irc", "xmpp": "xmpp", "jabber": "xmpp", "ldap": "ldap",
    "cldap": "ldap", "socks": "socks", "mysql": "mysql", "tpkt": "rdp", "rdp": "rdp", "cotp": "rdp",
    "websocket": "websocket", "dtls": "dtls", "postgres": "postgresql", "pops": "tls", "imaps": "tls", "smtps": "tls",
    "ftps": "tls", "doh_dot": "tls", "x.224": "rdp", "t.125": "rdp", "proxy": "proxy", "pops3": "tls",
}
# Their name of what is inside ours, or around it.
INSIDE = {"http": {"ssdp", "bittorrent", "ocsp", "json", "xml", "ipp", "soap", "rtmpt", "websocket", "http2", "dns",
                   "icecast", "shoutcast", "webdav", "git", "http_connect", "http_proxy", "http_download"},
          "tls": {"http", "http2", "smtp", "imap", "pop3", "ftp", "ldap", "xmpp", "rdp", "postgresql", "mysql",
                  "socks", "irc", "proxy", "openvpn", "tor", "http_connect", "http_proxy"},
          "quic": {"tls", "http3"}, "dtls": {"stun", "rtp"}, "http2": {"http", "grpc"},
          "websocket": {"http", "json"}}


def address_of(text):
    """nDPI writes every :0: of an IPv6 address as ::, also a second one."""
    for _ in range(8):
        try:
            return ipaddress.ip_address(text)
        except ValueError:
            text = text.replace("::", ":0:", 1)
    return ipaddress.ip_address("::")


def ends(a, ap, b, bp):
    a, b = address_of(a), address_of(b)
    x, y = (a.packed, int(ap)), (b.packed, int(bp))
    return (x, y) if x <= y else (y, x)


def output(*words):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace",
                          timeout=300, check=False).stdout


def ours(tool, path):
    flows = collections.defaultdict(set)
    for line in output(tool, "read", "--json", path).splitlines():
        o = json.loads(line)
        if o["event"] == "flow" and "app" in o and o["proto"] in ("tcp", "udp"):
            flows[o["proto"], ends(o["initiator"], o["initiator_port"], o["responder"], o["responder_port"])].add(
                o["app"])
    return flows


def by_tshark(path):
    """The layers above the last transport, of every packet of a flow."""
    fields = "frame.protocols ip.src ip.dst ipv6.src ipv6.dst tcp.srcport tcp.dstport udp.srcport udp.dstport".split()
    flows = collections.defaultdict(collections.Counter)
    for line in output("tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=l",
                       *[w for f in fields for w in ("-e", f)]).splitlines():
        f = dict(zip(fields, line.split("\t")))
        stack = f["frame.protocols"].split(":")
        proto = next((p for p in reversed(stack) if p in ("tcp", "udp")), None)
        if proto is None or "icmp" in stack or "icmpv6" in stack:
            continue
        below = stack[:len(stack) - stack[::-1].index(proto)]
        six = next((p for p in reversed(below) if p in ("ip", "ipv6")), "ip") == "ipv6"
        source, target = (f["ipv6.src"], f["ipv6.dst"]) if six else (f["ip.src"], f["ip.dst"])
        ports = f[proto + ".srcport"], f[proto + ".dstport"]
        if source and target and all(ports):
            layers = [p for p in stack[len(below):] if p not in NO_APPLICATION]
            if layers:
                flows[proto, ends(source, ports[0], target, ports[1])][layers[0]] += 1
                for p in layers[1:]:
                    flows[proto, ends(source, ports[0], target, ports[1])][p] += 0
    return flows


FLOW = re.compile(r"^\s*\d+\s+(TCP|UDP) (\S+?):(\d+) <?-> (\S+?):(\d+) .*?\[proto: (\S+?)/([^\]]+)\](.*)")


def by_ndpi(path):
    flows = collections.defaultdict(collections.Counter)
    for line in output("ndpiReader", "-v", "2", "-t", "-i", path).splitlines():
        m = FLOW.match(line)
        if not m or "Match by port" in m[8]:
            continue
        key = m[1].lower(), ends(m[2].strip("[]"), m[3], m[4].strip("[]"), m[5])
        # MASTER.APPLICATION, or one of both
        flows[key][m[7].split(".")[0].lower()] += 1
    return flows


def agrees(our, their):
    name = SAME.get(their, their)
    return name == our or name in INSIDE.get(our, ()) or our in INSIDE.get(name, ()) or their in INSIDE.get(our, ())


def of_capture(tool, path):
    """[(our name, whose, their name, flow)]"""
    found = []
    mine = ours(tool, path)
    for whose, theirs in (("tshark", by_tshark(path)), ("nDPI", by_ndpi(path))):
        for key, apps in mine.items():
            names = [n for n in theirs.get(key, ()) if n not in ("unknown",)]
            if names and not any(agrees(a, n) for a in apps for n in names):
                found.append(("/".join(sorted(apps)), whose, "/".join(sorted(names)), key))
    return found


def text(key):
    def address(packed):
        return str(ipaddress.ip_address(packed))
    proto, ((a, ap), (b, bp)) = key
    return "%s %s:%d %s:%d" % (proto, address(a), ap, address(b), bp)


def main(tool, folder, *more):
    paths = sorted(p for p in glob.glob(os.path.join(folder, "**"), recursive=True)
                   if re.search(r"\.(pcap|pcapng|cap)$", p))
    classes = collections.defaultdict(list)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, found in zip(paths, pool.map(lambda p: of_capture(tool, p), paths)):
            for our, whose, their, key in found:
                classes[our, whose, their].append((os.path.basename(path), key))
    for (our, whose, their), flows in sorted(classes.items()):
        names = sorted({f for f, _ in flows})
        print("%s | %s: %s | %d flows of %s | %s" % (our, whose, their, len(flows), ", ".join(names[:4]) +
                                                   (" and %d more" % (len(names) - 4) if len(names) > 4 else ""),
                                                   text(flows[0][1])))
        if "-v" in more:
            for name, key in flows:
                print("    %s %s" % (name, text(key)))
    print("%d classes, %d flows of %d captures" % (len(classes), sum(map(len, classes.values())), len(paths)))


if __name__ == "__main__":
    main(*sys.argv[1:])
