# SPDX-License-Identifier: MIT
"""DNS: BIND and unbound, asked by dig and dnsperf; BIND's log of queries agrees."""
import re

from place import CLIENTS, HOST, PEER, Failed

needs = ["named", "unbound", "dig", "dnsperf"]
PORTS = (53, 5353 + 10000)
SILENT = 5399			# somebody listens there and never answers
FORWARDER = 5300		# unbound, beside the clients: its questions cross the wire

ZONE = """$TTL 60
@ IN SOA ns hostmaster 1 60 60 60 60
@ IN NS ns
@ IN MX 10 mail
ns IN A 192.0.2.53
mail IN A 192.0.2.25
www IN A 192.0.2.80
www IN AAAA 2001:db8::80
many IN A 192.0.2.1
many IN A 192.0.2.2
many IN A 192.0.2.3
alias IN CNAME www
_sip._tcp IN SRV 1 2 5060 www
svc IN HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.80
big IN TXT {big}
*.wild IN A 192.0.2.99
"""
CONFIGURATION = """
options {{ directory "{w}"; pid-file none; session-keyfile none; lock-file none; recursion no;
  {listen} listen-on-v6 {{ none; }}; allow-query {{ any; }}; minimal-responses yes; dnssec-validation no;
  managed-keys-directory "{w}"; }};
controls {{ }};
key "k" {{ algorithm hmac-sha256; secret "AAAA"; }};
zone "example" {{ type primary; file "{w}/zone"; }};
zone "broken" {{ type primary; file "{w}/no-such-file"; }};
"""
FORWARDING = """
server:
  directory: "{w}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  interface: 127.0.0.1
  port: {port}
  do-daemonize: no
  do-not-query-localhost: no
  outgoing-interface: {host}
  qname-minimisation: no
  harden-referral-path: no
  module-config: "iterator"
  local-zone: "example." transparent
forward-zone:
  name: "."
  forward-addr: {peer}@53
remote-control:
  control-enable: no
"""
SILENCE = """
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], int(sys.argv[2])))
time.sleep(600)
"""
ASKED = [("www.example", "A", "NOERROR", ["192.0.2.80"]), ("www.example", "AAAA", "NOERROR", ["2001:db8::80"]),
         ("many.example", "A", "NOERROR", ["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
         ("alias.example", "A", "NOERROR", ["192.0.2.80"]), ("example", "MX", "NOERROR", []),
         ("_sip._tcp.example", "SRV", "NOERROR", []), ("svc.example", "HTTPS", "NOERROR", []),
         ("x1.wild.example", "A", "NOERROR", ["192.0.2.99"]), ("no.example", "A", "NXDOMAIN", []),
         ("www.example", "TXT", "NOERROR", []), ("other.test", "A", "REFUSED", []),
         ("www.broken", "A", "SERVFAIL", []), ("example", "SOA", "NOERROR", [])]


def serve(place):
    place.write("zone", ZONE.format(big=" ".join('"%s"' % (c * 200) for c in "abcdefghij")))
    listen = " ".join("listen-on port %d { %s; };" % (p, PEER) for p in PORTS)
    conf = place.write("named.conf", CONFIGURATION.format(w=place.folder, listen=listen))
    place.server("named", "named", "-g", "-n", "1", "-d", "0", "-c", conf)
    place.server("silence", "/usr/bin/python3", "-c", SILENCE, PEER, SILENT)
    return ["udp:%d" % p for p in PORTS + (SILENT,)] + ["tcp:%d" % p for p in PORTS]


def counted(place, proto, name, qtype, rcode, answers):
    """A question and its answer."""
    place.count("dns", proto, False, name, qtype, None, ())
    place.count("dns", proto, True, name, qtype, rcode, tuple(sorted(answers)))


def dig(place, port, proto, name, qtype, rcode, answers, *more):
    out = place.client("dig", "@" + PEER, "-p", port, "+norecurse", "+tcp" if proto == "tcp" else "+notcp",
                       *more, name, qtype)
    said = re.search(r"status: (\w+), id", out)
    if not said or said[1] != rcode:
        raise Failed("dig %s %s: %s" % (name, qtype, out[-400:]))
    counted(place, proto, name, qtype, rcode, answers)


def one_by_one(place, port):
    for proto in ("udp", "tcp"):
        for name, qtype, rcode, answers in ASKED:
            dig(place, port, proto, name, qtype, rcode, answers)
    for more in ("+noedns", "+dnssec", "+bufsize=1232", "+nocookie", "+subnet=192.0.2.0/24"):
        dig(place, port, "udp", "www.example", "A", "NOERROR", ["192.0.2.80"], more)


def kept_open(place, port):
    """Several questions on one connection."""
    words = []
    for name, qtype, rcode, answers in ASKED[:6]:
        words += ["@" + PEER, "-p", port, "+norecurse", "+tcp", "+keepopen", name, qtype]
        counted(place, "tcp", name, qtype, rcode, answers)
    place.client("dig", *words)


def cut(place, port):
    """An answer that does not fit: TC, then the same over TCP."""
    out = place.client("dig", "@" + PEER, "-p", port, "+norecurse", "+noedns", "big.example", "TXT")
    if "Truncated, retrying in TCP mode" not in out:
        raise Failed("not truncated: " + out[-300:])
    counted(place, "udp", "big.example", "TXT", "NOERROR", [])
    counted(place, "tcp", "big.example", "TXT", "NOERROR", [])


def unanswered(place):
    place.client("dig", "@" + PEER, "-p", SILENT, "+tries=2", "+timeout=1", "+norecurse", "lost.example", "A",
                 status=(9,))
    for _ in range(2):
        place.count("dns", "udp", False, "lost.example", "A", None, ())


def flood(place, port):
    """dnsperf says how many were answered and how."""
    asked = [("w%d.wild.example" % n, "A", "NOERROR", ["192.0.2.99"]) for n in range(150)]
    asked += [("no%d.example" % n, "AAAA", "NXDOMAIN", []) for n in range(50)]
    given = place.write("dnsperf", "".join("%s %s\n" % a[:2] for a in asked))
    out = place.client("dnsperf", "-s", PEER, "-p", port, "-d", given, "-n", 2, "-c", 4)
    said = dict(re.findall(r"(NOERROR|NXDOMAIN) (\d+)", out))
    if said != {"NOERROR": "300", "NXDOMAIN": "100"} or "Queries lost:         0 " not in out:
        raise Failed("dnsperf: " + out[-900:])
    for _ in range(2):
        for a in asked:
            counted(place, "udp", *a)


def through_unbound(place):
    """What unbound asks BIND for others; the second time it knows."""
    conf = place.write("unbound.conf", FORWARDING.format(w=place.folder, port=FORWARDER, host=HOST, peer=PEER))
    unbound = place.started("unbound", "-d", "-p", "-c", conf, space=CLIENTS)
    try:
        place.listening(["udp:%d" % FORWARDER], space=CLIENTS)
        for _ in range(2):
            for name, qtype, rcode, _ in ASKED[:9]:
                out = place.client("dig", "@127.0.0.1", "-p", FORWARDER, name, qtype)
                if "status: " + rcode not in out:
                    raise Failed("unbound: " + out[-400:])
        for name, qtype, rcode, answers in ASKED[:9]:
            counted(place, "udp", name, qtype, rcode, answers)
    finally:
        unbound.terminate()
        unbound.communicate()


def ask(place):
    for port in PORTS:
        one_by_one(place, port)
        kept_open(place, port)
        cut(place, port)
    unanswered(place)
    flood(place, PORTS[0])
    through_unbound(place)
