#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""app_truth.py TOOL FOLDER [-v] - flows that we name and tshark or ndpiReader names otherwise.

Prints, by class (how, our name, whose, theirs), how many flows of how many captures, with an
example; with -v each flow.  docs/accuracy.md says who is right.  How they differ:
  other    another protocol
  inside   one that ours carries, or is carried by: both names are true
  neither  we name it, and neither of the two does; what nDPI names by a port alone, as it says
           itself ("Match by port"), is no name
and of the names of servers (TLS, DTLS, QUIC, the Host of HTTP; ours is "name"):
  server   they have others
  alone    neither of the two has any
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
    "isakmp": "ike", "ipsec": "ike", "memcache": "memcached", "resp": "redis", "mongo": "mongodb", "krb5": "kerberos",
    "nbns": "netbios", "nbdgm": "netbios", "nbss": "netbios", "smb2": "smb", "smbv1": "smb", "smbv23": "smb",
    "rpc": "sunrpc", "portmap": "sunrpc", "mount": "nfs", "mbtcp": "modbus", "cql": "cassandra", "rfb": "vnc",
    "wg": "wireguard", "tds": "mssql", "mssql-tds": "mssql", "tns": "oracle", "cflow": "netflow", "usenet": "nntp",
    "rtmpt": "rtmp", "classicstun": "stun", "classic-stun": "stun", "turnchannel": "stun", "whois-das": "whois",
    "dce_rpc": "dcerpc", "ajp13": "ajp", "srvloc": "slp", "service_location_protocol": "slp", "ipfix": "netflow",
}
# Their name of what is inside ours, or around it.
INSIDE = {"http": {"ssdp", "bittorrent", "ocsp", "json", "xml", "ipp", "soap", "rtmpt", "websocket", "http2", "dns",
                   "icecast", "shoutcast", "webdav", "git", "http_connect", "http_proxy", "http_download"},
          "tls": {"http", "http2", "smtp", "imap", "pop3", "nntp", "managesieve", "ftp", "ldap", "xmpp", "rdp",
                  "postgresql", "mysql", "socks", "irc", "proxy", "openvpn", "tor", "http_connect", "http_proxy"},
          "quic": {"tls", "http3"}, "dtls": {"stun", "rtp"}, "http2": {"http", "grpc"},
          "websocket": {"http", "json"}, "ike": {"esp", "udpencap"}, "netbios": {"browser", "smb"},
          "smb": {"netbios"}, "rtp": {"stun"}, "sunrpc": {"nfs"}}


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


def plain(name):
    """As it would be asked for: no port, no final dot, in small letters."""
    name = re.sub(r"(?<=[^:]):\d+$", "", name.strip().lower())
    return name.strip("[]").rstrip(".")


def ours(tool, path):
    """By flow: the applications, and the names of servers as (None, name)."""
    flows = collections.defaultdict(set)
    for line in output(tool, "read", "--json", path).splitlines():
        o = json.loads(line)
        if o["event"] == "flow" and "app" in o and o["proto"] in ("tcp", "udp"):
            key = o["proto"], ends(o["initiator"], o["initiator_port"], o["responder"], o["responder_port"])
            flows[key].add(o["app"])
            flows[key].update((None, plain(o[k])) for k in ("tls_sni", "dtls_sni", "http_host") if k in o)
    return flows


def by_tshark(path):
    """The layers above the last transport, of every packet of a flow."""
    fields = "frame.protocols ip.src ip.dst ipv6.src ipv6.dst tcp.srcport tcp.dstport udp.srcport udp.dstport".split()
    names = "tls.handshake.extensions_server_name gquic.tag.sni http.host http2.headers.authority".split()
    flows = collections.defaultdict(collections.Counter)
    for line in output("tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=l",
                       *[w for f in fields + names for w in ("-e", f)]).splitlines():
        f = dict(zip(fields + names, line.split("\t")))
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
            layers += [(None, plain(f[n])) for n in names if f[n]]
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
        for name in re.findall(r"\[Hostname/SNI: ([^\]]+)\]", m[8]):
            flows[key][None, plain(name)] += 1
    return flows


def relation(our, their):
    """None: the same name."""
    name = SAME.get(their, their)
    if name == our:
        return None
    return "inside" if {name, their} & INSIDE.get(our, set()) or our in INSIDE.get(name, ()) else "other"


def compared(apps, names):
    """How what we say differs from what they say: None where one of theirs is ours."""
    hows = {relation(a, n) for a in apps for n in names}
    return None if None in hows else "inside" if "inside" in hows else "other"


def parts(said):
    return {n for n in said if isinstance(n, str) and n != "unknown"}, {n[1] for n in said if not isinstance(n, str)}


def of_capture(tool, path):
    """[(how, our name, whose, their name, flow)], and the number of flows that we name"""
    found = []
    mine, theirs = ours(tool, path), {"tshark": by_tshark(path), "nDPI": by_ndpi(path)}
    for key, said in mine.items():
        apps, servers = parts(said)
        our, silent, alone = "/".join(sorted(apps)), True, bool(servers)
        for whose, flows in theirs.items():
            names, hosts = parts(flows.get(key, ()))
            silent, alone = silent and not names, alone and not hosts
            how = compared(apps, names) if names else None
            if how:
                found.append((how, our, whose, "/".join(sorted(names)), key))
            if servers and hosts and not servers & hosts:
                found.append(("server", "name", whose, "another", key))
        if silent:
            found.append(("neither", our, "both", "-", key))
        if alone:
            found.append(("alone", "name", "both", "-", key))
    return found, len(mine)


def text(key):
    def address(packed):
        return str(ipaddress.ip_address(packed))
    proto, ((a, ap), (b, bp)) = key
    return "%s %s:%d %s:%d" % (proto, address(a), ap, address(b), bp)


def main(tool, folder, *more):
    paths = sorted(p for p in glob.glob(os.path.join(folder, "**"), recursive=True)
                   if re.search(r"\.(pcap|pcapng|cap)$", p))
    classes, named = collections.defaultdict(list), 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, (found, flows) in zip(paths, pool.map(lambda p: of_capture(tool, p), paths)):
            named += flows
            for *what, key in found:
                classes[tuple(what)].append((os.path.basename(path), key))
    for (how, our, whose, their), flows in sorted(classes.items()):
        names = sorted({f for f, _ in flows})
        print("%s | %s | %s: %s | %d flows of %s | %s" % (
            how, our, whose, their, len(flows),
            ", ".join(names[:4]) + (" and %d more" % (len(names) - 4) if len(names) > 4 else ""), text(flows[0][1])))
        if "-v" in more:
            for name, key in flows:
                print("    %s %s" % (name, text(key)))
    print("%d of %d flows, in %d classes, of %d captures" %
          (len({f for flows in classes.values() for f in flows}), named, len(classes), len(paths)))


if __name__ == "__main__":
    main(*sys.argv[1:])
