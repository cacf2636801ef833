#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# live --json against tcpdump on the same interface at the same time: per 5-tuple the same packets and octets.
test=tcpdump
. "$(dirname "$0")/common.sh"
two_hosts && certificate || { not_ok "two hosts"; exit 1; }
background "$W/serve" p /usr/bin/python3 "$here/talk.py" serve 10.77.0.2 "$W/cert.pem" "$W/key.pem"
wait_for 10 grep -q ready "$W/serve" || { not_ok "the server: $(cat "$W/serve.err")"; exit 1; }
background "$W/tcpdump" h tcpdump -i h0 -s 0 -U -B 65536 -w "$W/dump.pcap"
dump=$last
background "$W/live" h "$N" live -i h0 --json
live=$last
wait_for 10 grep -q '"ready"' "$W/live" && wait_for 10 grep -q 'listening on' "$W/tcpdump.err"
check $? "both listen"
in_ns h /usr/bin/python3 "$here/talk.py" ask 10.77.0.2 4 >"$W/did.json"
in_ns h ping -q -c 5 -i 0.2 10.77.0.2 >/dev/null || not_ok "ping"
in_ns h ping -6 -q -c 5 -i 0.2 fd77::2 >/dev/null || not_ok "ping -6"
sleep 1
stop $live
stop $dump
grep -q '^0 packets dropped by kernel' "$W/tcpdump.err"
check $? "tcpdump lost nothing"

/usr/bin/python3 - "$W/dump.pcap" "$W/live" <<'PY' && ok "every 5-tuple has tcpdump's packets and octets" || failed=1
import collections, json, subprocess, sys
fields = ["ip.proto", "ip.src", "ip.dst", "ip.len", "ipv6.nxt", "ipv6.src", "ipv6.dst", "ipv6.plen",
          "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport"]
text = subprocess.run(["tshark", "-n", "-r", sys.argv[1], "-o", "ip.defragment:FALSE", "-T", "fields", "-E", "occurrence=f"] +
                      [x for f in fields for x in ("-e", f)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
def key(proto, a, ap, b, bp):
    return (proto,) + tuple(sorted([(a, ap), (b, bp)]))
truth = collections.defaultdict(lambda: [0, 0])
for line in text.splitlines():
    f = dict(zip(fields, line.split("\t")))
    if f["ip.src"]:
        proto, src, dst, n = f["ip.proto"], f["ip.src"], f["ip.dst"], int(f["ip.len"])
    elif f["ipv6.src"]:
        proto, src, dst, n = f["ipv6.nxt"], f["ipv6.src"], f["ipv6.dst"], int(f["ipv6.plen"]) + 40
    else:
        continue
    name = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmp6"}.get(proto, proto)
    k = key(name, src, int(f["tcp.srcport"] or f["udp.srcport"] or 0), dst, int(f["tcp.dstport"] or f["udp.dstport"] or 0))
    truth[k][0] += 1
    truth[k][1] += n
ours = collections.defaultdict(lambda: [0, 0])
for line in open(sys.argv[2]):
    o = json.loads(line)
    if o["event"] != "flow":
        continue
    k = key(o["proto"], o["initiator"], o["initiator_port"], o["responder"], o["responder_port"])
    ours[k][0] += o["packets_initiator"] + o["packets_responder"]
    ours[k][1] += o["bytes_initiator"] + o["bytes_responder"]
# Neighbour discovery and multicast reports may fall between the two starts.
skip = lambda k: k[0] in ("icmp6", "0") and any(a.startswith(("ff02:", "fe80:", "::")) and not a.startswith("::ffff") for a, _ in k[1:])
keys = [k for k in set(truth) | set(ours) if not skip(k)]
wrong = [(k, truth.get(k), ours.get(k)) for k in keys if truth.get(k) != ours.get(k)]
for k, t, o in wrong[:5]:
    print("not ok tcpdump: %s tcpdump %s ours %s" % (k, t, o))
if len(keys) < 50:
    print("not ok tcpdump: only %d 5-tuples" % len(keys))
sys.exit(bool(wrong) or len(keys) < 50)
PY
/usr/bin/python3 - "$W/did.json" "$W/live" <<'PY' && ok "DNS, HTTP and TLS are what the client did" || failed=1
import collections, json, sys
did = json.load(open(sys.argv[1]))
got = {k: collections.Counter() for k in did}
for line in open(sys.argv[2]):
    o = json.loads(line)
    if o["event"] == "dns" and o["qr"]:
        got["rcode"][o["rcode"]] += 1
    elif o["event"] == "http":
        got["method"][o["method"]] += 1
        got["status"]["%dxx" % (o["status"] // 100)] += 1
    elif o["event"] == "flow" and o.get("tls_version"):
        got["tls"]["TLSv" + o["tls_version"]] += 1
bad = 0
for k in did:
    if dict(got[k]) != did[k]:
        print("not ok tcpdump: %s: the client did %s, we saw %s" % (k, did[k], dict(got[k])))
        bad = 1
sys.exit(bad)
PY
[ ! -s "$W/live.err" ]
check $? "nothing on standard error $(head -c 200 "$W/live.err")"
exit $failed
