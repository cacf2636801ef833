#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""nft.py CORPUS: seeds of fuzz_nft, the messages in which this kernel tells some rulesets.

To be run as root in a network namespace of its own, which loses its rules:
    unshare -n tests/fuzz/seeds/nft.py tests/fuzz/corpus/nft
"""
import os, random, socket, struct, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../host"))
import chance

SUBSYSTEM = 10  # NFNL_SUBSYS_NFTABLES
TABLE, CHAIN, SET, ELEMENTS, RULE = 1, 4, 10, 13, 7  # NFT_MSG_GET...
RULES = """
table inet f {
  set banned { type ipv4_addr; flags interval; elements = { 192.0.2.0/24, 198.51.100.7 } }
  map to { type inet_service : verdict; elements = { 80 : jump web, 22 : accept } }
  chain more {
    th sport vmap { 1-1023 : return, 1024-2000 : continue }
    ip daddr . th dport vmap { 192.0.2.1 . 443 : continue, 192.0.2.1 . 80 : accept }
    tcp flags syn limit rate 9/second drop
  }
  chain web { tcp flags & (fin|syn|rst|ack) == syn limit rate 5/second accept; counter log reject; }
  chain input {
    type filter hook input priority 0; policy drop
    ip dscp set 1
    ip option lsrr exists drop
    exthdr frag exists drop
    frag id 1 drop
    ct mark set meta mark
    meta mark 1-5 accept
    ip saddr 10.0.0.1-10.0.0.9 accept
    meta mark set tcp dport map { 443 : 1, 80 : 2 }
    tcp dport vmap { 443 : jump more, 80 : drop }
    udp dport { 53, 443 } jump more
    iif "lo" accept
    ct state vmap { established : accept, related : accept, invalid : drop }
    ip saddr @banned drop
    fib daddr . iif type != local drop
    ip saddr . tcp dport { 10.0.0.0/8 . 1-1024, 172.16.0.0/12 . 8080 } accept
    tcp dport vmap @to
    meta mark 1 udp dport 53 accept
    tcp option maxseg size < 500 drop
    numgen random mod 2 == 0 accept
    ip6 saddr fc00::/7 tcp dport 1000-2000 accept
    meta pkttype host meta secpath missing meta protocol ip ct direction original ct mark 0 ct status snat drop
    meta skuid 0 fib saddr . iif oif missing drop
    meta length 40 ip ttl 64 th sport 53 drop
    tcp dport != { 1, 2 } tcp dport > 1 tcp dport >= 2 tcp dport < 65535 tcp dport <= 65534 goto web
    ip dscp set 1
    meta mark set 7
  }
  chain raw { type filter hook prerouting priority -300
 th dport { 53, 443 } notrack; }
}
table ip n { chain pre { type nat hook prerouting priority -100
 tcp dport 81 redirect to :80; udp dport 5 dnat to 192.0.2.9:7
}
}
"""

SETS = """
table inet s {
  set lan { type ipv4_addr; flags interval; elements = { 10.0.0.0/9, 10.128.0.0/9, 172.16.0.0/12, 192.168.0.0/16, 203.0.113.0/24 } }
  set lan6 { type ipv6_addr; flags interval; elements = { 2001:db8::/32, fc00::/7 } }
  set few { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.9, 198.51.100.1 } }
  set ports { type inet_service; flags interval; elements = { 1-80, 400-500, 600 } }
  set both { type inet_proto . inet_service; elements = { tcp . 443, udp . 53 } }
  map by { type ipv4_addr : verdict; flags interval; elements = { 10.0.0.0/8 : drop, * : continue } }
  map to { type inet_service : mark; elements = { 443 : 7, 80 : 8 } }
  chain input {
    type filter hook input priority 0; policy drop
    ip saddr @few drop
    ip saddr @lan drop
    ip6 saddr @lan6 drop
    ip daddr @lan drop
    ip daddr != @few drop
    ip saddr vmap @by
    tcp dport != @ports drop
    meta l4proto . th dport != @both reject
    ip saddr . tcp dport { 10.0.0.0/8 . 1-1024, 192.0.2.0/24 . 443 } drop
    meta mark set tcp dport map @to
    meta mark & 3 == 3 accept
    tcp dport 443 meta mark 7 reject
  }
}
"""

XT = """*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate INVALID,UNTRACKED -j DROP
-A INPUT -m conntrack --ctstatus SEEN_REPLY -j DROP
-A INPUT -m addrtype --src-type UNICAST ! --dst-type LOCAL -j DROP
-A INPUT -p tcp -m multiport --dports 1:9,80 -j REJECT
-A INPUT -p udp -m multiport --sports 53 -j REJECT
-A INPUT -p udp -m multiport --ports 7,443 -m comment --comment x -j LOG
-A INPUT -m time --timestart 10:00 -j ACCEPT
-A INPUT -m conntrack --ctstate NEW --ctdir ORIGINAL --ctorigdstport 1 -j DROP
-A INPUT -m addrtype --dst-type LOCAL --limit-iface-in -p tcp --dport 7 -j DROP
-A INPUT -m iprange --src-range 10.0.0.1-10.0.0.9 --dst-range 192.0.2.2-192.0.2.3 -j DROP
-A INPUT -m pkttype --pkt-type broadcast -j DROP
-A INPUT -m policy --dir in --pol ipsec -j DROP
-A INPUT -m recent --set --name x -m connmark --mark 1/1 -j DROP
-A INPUT -p tcp -m tcp --tcp-option 5 -j DROP
-A INPUT -m mark --mark 2/2 -j NFLOG
-A INPUT -p tcp -m conntrack --ctstate NEW -j ACCEPT
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -j MARK --set-mark 1
-A PREROUTING -j CONNMARK --restore-mark
-A PREROUTING -p udp -j CONNMARK --set-mark 3/3
-A PREROUTING -j CONNMARK --save-mark --mask 0xff
COMMIT
*raw
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p tcp --dport 444 -j CT --notrack
-A PREROUTING -m rpfilter --invert -j DROP
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p tcp --dport 81 -j REDIRECT --to-ports 443
-A PREROUTING -p tcp --dport 82 -j DNAT --to-destination 192.0.2.1:443
-A PREROUTING -p tcp --dport 83 -j DNAT --to-destination 192.0.2.1-192.0.2.9
COMMIT
"""

XT6 = """*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m rt --rt-type 0 -j DROP
-A INPUT -m addrtype --src-type UNICAST --dst-type LOCAL -p udp --dport 443 -j ACCEPT
-A INPUT -m addrtype --dst-type MULTICAST -j ACCEPT
-A INPUT -m iprange ! --src-range fd00::1-fd00::9 -j DROP
COMMIT
"""


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def dump(s, get, family=0, attributes=b""):
    body = struct.pack("=BBH", family, 0, 0) + attributes
    s.send(struct.pack("=IHHII", 16 + len(body), SUBSYSTEM << 8 | get, 0x301, 1, 0) + body)
    while True:
        data = s.recv(65536)
        while data:
            length, kind = struct.unpack_from("=IH", data)
            if kind < 16:
                return
            yield data[:length]
            data = data[(length + 3) & ~3:]


def name(message, kind):
    at = 20
    while at < len(message):
        n, k = struct.unpack_from("=HH", message, at)
        if k & 0x3fff == kind:
            return message[at + 4:at + n]
        at += (n + 3) & ~3


def record(path):
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
    s.bind((0, 0))
    out = []
    out += [(0, m) for m in dump(s, TABLE)]
    out += [(1, m) for m in dump(s, CHAIN)]
    for m in list(dump(s, SET)):
        out.append((2, m))
        out += [(3, e) for e in dump(s, ELEMENTS, m[16], attribute(1, name(m, 1)) + attribute(2, name(m, 2)))]
    out += [(4, m) for m in dump(s, RULE)]
    with open(path, "wb") as f:
        for which, m in out:
            f.write(bytes([which]) + m)


def main():
    os.makedirs(sys.argv[1], exist_ok=True)
    subprocess.run("ip link set lo up; ip link add h0 type veth peer name p0; ip link set h0 up", shell=True, check=True)
    subprocess.run(["nft", "flush", "ruleset"], check=True)
    subprocess.run(["nft", "-f", "-"], input=RULES.encode(), check=True)
    record(os.path.join(sys.argv[1], "hand"))
    subprocess.run(["nft", "flush", "ruleset"], check=True)
    subprocess.run(["nft", "-f", "-"], input=SETS.encode(), check=True)
    record(os.path.join(sys.argv[1], "sets"))
    subprocess.run(["nft", "flush", "ruleset"], check=True)
    subprocess.run(["iptables-nft-restore"], input=XT.encode(), check=True)
    record(os.path.join(sys.argv[1], "xt"))
    subprocess.run(["nft", "flush", "ruleset"], check=True)
    subprocess.run(["ip6tables-nft-restore"], input=XT6.encode(), check=True)
    record(os.path.join(sys.argv[1], "xt6"))
    for i in range(8):
        if chance.load(random.Random(i), i):
            record(os.path.join(sys.argv[1], f"chance{i}"))
    subprocess.run(["nft", "flush", "ruleset"], check=True)


main()
