#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Double counting (DESIGN 3): a bridge with two veth members, a macvlan on the
# uplink and loopback in one namespace; each transfer of 100 MB is 1.00 times
# 100 MB in `scope`, with Interface auto. What the sender's TCP sent once more
# (a busy machine drops) crosses the wire too, and may be counted.
test=double
. "$(dirname "$0")/common.sh"
MB=100
two_hosts || { not_ok "two hosts"; exit 1; }

# Two containers behind a bridge of the host.
netns a && netns b
ip -n "${P}h" link add br0 type bridge
ip -n "${P}h" addr add 10.78.0.1/24 dev br0
for c in a b; do
	ip -n "${P}h" link add name "veth$c" type veth peer name e0 netns "$P$c"
	ip -n "${P}h" link set "veth$c" master br0 up
	ip -n "$P$c" addr add "10.78.0.1$([ $c = a ] && echo 1 || echo 2)/24" dev e0
	ip -n "$P$c" link set e0 up
	ip -n "$P$c" route add default via 10.78.0.1
done
ip -n "${P}h" link set br0 up
# A macvlan of the host on its uplink.
ip -n "${P}h" link add mv0 link h0 type macvlan mode bridge || skip_all "no macvlan in this kernel"
ip -n "${P}h" addr add 10.79.0.1/24 dev mv0
ip -n "${P}h" link set mv0 up
ip -n "${P}p" addr add 10.79.0.2/24 dev p0
# Containers reach the peer through the host, which forwards.
in_ns h sysctl -qw net.ipv4.ip_forward=1
ip -n "${P}p" route add 10.78.0.0/24 via 10.77.0.1

# transfer NAME FROM-NS TO-NS ADDRESS SCOPE: one transfer, and what `scope` makes of it
transfer() {
	local name=$1 from=$2 to=$3 address=$4 scope=$5
	background "$W/live" h "$N" live --metrics --interval 3600
	local live=$last
	wait_for 10 grep -q capturing "$W/live.err" || { not_ok "$name: $(cat "$W/live.err")"; return; }
	background "$W/sink" "$to" /usr/bin/python3 "$here/talk.py" sink "$address" 7001
	local sink=$last
	wait_for 10 grep -q ready "$W/sink"
	in_ns "$from" /usr/bin/python3 "$here/talk.py" send "$address" 7001 $((MB * 1000000)) >"$W/sent"
	wait_for 10 grep -q "^[0-9]" "$W/sink"
	stop "$sink"
	sleep 0.3
	stop $live
	# Octets of the transfer without its headers: 52 octets of IP and TCP with timestamps a captured packet.
	/usr/bin/python3 - "$W/live" "$scope" "$W/sent" >"$W/verdict" <<'PY'
import sys
value = {}
for line in open(sys.argv[1]):
    time, name, v = line.split()
    value[name] = [float(x) for x in v.split(":")]
scope = sys.argv[2]
want, again = map(int, open(sys.argv[3]).read().split())
again /= want
total = dict.fromkeys(("loopback", "private", "public", "forwarded"), 0.0)
for s in total:
    octets = value.get("netflowscope-scope-%s/if_octets" % s, [0, 0])
    packets = value.get("netflowscope-scope-%s/if_packets" % s, [0, 0])
    total[s] = max(octets[i] - 52 * packets[i] for i in (0, 1)) / want
dropped = value["netflowscope-self/packets-dropped"][0]
others = sum(v for s, v in total.items() if s != scope)
print("%s %.4f times (%.4f sent again), other scopes %.4f, dropped %d"
      % (scope, total[scope], again, others, dropped))
sys.exit(not (0.995 <= total[scope] <= 1.005 + again and others < 0.005 and dropped == 0))
PY
	check $? "$name: $(cat "$W/verdict")"
}

transfer "host to peer" h p 10.77.0.2 private
transfer "peer to host" p h 10.77.0.1 private
transfer "loopback" h h 127.0.0.1 loopback
transfer "own address" h h 10.77.0.1 loopback
transfer "host to container over the bridge" h a 10.78.0.11 private
transfer "container to host over the bridge" a h 10.78.0.1 private
transfer "from the macvlan to the peer" h p 10.79.0.2 private
transfer "peer to the macvlan" p h 10.79.0.1 private
transfer "forwarded: container to peer" a p 10.77.0.2 forwarded
exit $failed
