#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A TCP transfer of 100 MB over a veth pair, which carries super-packets of up to 64 KiB: our IP
# octets are the interface's own octets less its link headers, in both directions.
# Alone: super-packets as a quiet machine makes them.
test=gso
. "$(dirname "$0")/common.sh"
two_hosts || { not_ok "two hosts"; exit 1; }
octets=100000000

ip netns exec "${P}h" "$N" live -i h0 --json >"$W/live" 2>"$W/live.err" &
live=$!
started+=($live)
wait_for 10 grep -q '"ready"' "$W/live" || { not_ok "live: $(cat "$W/live.err")"; exit 1; }
# Neighbours and multicast reports are over before the counters are read.
in_ns h /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("10.77.0.2", 9))'
sleep 2
before=($(counter h h0 rx_bytes) $(counter h h0 rx_packets) $(counter h h0 tx_bytes) $(counter h h0 tx_packets))
ip netns exec "${P}p" /usr/bin/python3 "$here/talk.py" sink 10.77.0.2 5001 >"$W/sink" &
started+=($!)
wait_for 10 grep -q ready "$W/sink"
in_ns h /usr/bin/python3 "$here/talk.py" send 10.77.0.2 5001 $octets >/dev/null
wait_for 10 grep -qx $octets "$W/sink"
check $? "$octets octets arrived"
sleep 0.3
after=($(counter h h0 rx_bytes) $(counter h h0 rx_packets) $(counter h h0 tx_bytes) $(counter h h0 tx_packets))
stop $live

# veth counts frames as they pass, super-packets as one: 14 octets of Ethernet each.
/usr/bin/python3 - "$W/live" "${before[@]}" "${after[@]}" <<'PY' && ok "octets are those of the interface" || failed=1
import json, sys
b, a = [int(x) for x in sys.argv[2:6]], [int(x) for x in sys.argv[6:10]]
rx_bytes, rx_packets, tx_bytes, tx_packets = [y - x for x, y in zip(b, a)]
flow = dropped = None
other = [0, 0]
for line in open(sys.argv[1]):
    o = json.loads(line)
    if o["event"] == "flow" and o.get("responder_port") == 5001:
        flow = o
    if o["event"] == "summary":
        dropped = o["dropped"]
bad = []
if dropped != 0:
    bad.append("%s packets dropped" % dropped)
# ARP and neighbour discovery may pass while the transfer runs: at most a few small packets
tx, rx = tx_bytes - 14 * tx_packets, rx_bytes - 14 * rx_packets
for name, wire, wire_packets, ours, our_packets in (
        ("tx", tx, tx_packets, flow["bytes_initiator"], flow["packets_initiator"]),
        ("rx", rx, rx_packets, flow["bytes_responder"], flow["packets_responder"])):
    more = wire_packets - our_packets
    if not 0 <= more <= 8 or not more * 20 <= wire - ours <= more * 100:
        bad.append("%s: %d octets in %d packets, the interface has %d in %d" % (name, ours, our_packets, wire, wire_packets))
if flow["bytes_initiator"] < 100000000 or flow["packets_initiator"] > 60000:
    bad.append("no super-packets: %r" % flow)
for b in bad:
    print("not ok gso: " + b)
sys.exit(bool(bad))
PY
exit $failed
