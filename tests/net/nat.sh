#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Translated addresses (features.md 3.8, 3.9; DESIGN 3, double counting): a bridge with two
# containers that is masqueraded out of an uplink with a macvlan.
test=nat
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/containers.sh"
MB=20
two_hosts || { not_ok "two hosts"; exit 1; }
command -v nft >/dev/null || skip_all "nft is not installed"
command -v conntrack >/dev/null || skip_all "conntrack is not installed"
run() { local ns=$1; shift; in_ns "$ns" /usr/bin/python3 "$here/nat.py" "$@"; }

containers
# Else the bridge translates by itself what never reaches it.
in_ns h sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null

# Nothing is tracked here: looking must not begin it.
tracked() { in_ns "$1" cat /proc/sys/net/netfilter/nf_conntrack_count; }
[ -n "$(tracked h 2>/dev/null)" ] || skip_all "no connection tracking in this kernel"
in_ns h "$N" doctor >"$W/doctor"
grep -q '^conntrack *works' "$W/doctor"
check $? "doctor, where nothing is tracked: $(grep conntrack "$W/doctor" | tr -s ' ')"
background "$W/live" h "$N" live --metrics --interval 1
live=$last
wait_for 10 grep -q capturing "$W/live.err"
wait_for 20 grep -q "bool-source_conntrack" "$W/live"
check $? "the source is told of"
in_ns h ping -qc 2 -i 0.2 10.77.0.2 >/dev/null
in_ns h "$N" connections --json >/dev/null
before=$(grep -c "self/packets-captured" "$W/live")
wait_for 20 eval '[ $(grep -c "self/packets-captured" "$W/live") -gt $((before + 2)) ]'
stop $live
[ "$(tracked h)" = 0 ] && [ -z "$(in_ns h conntrack -L 2>/dev/null)" ] && ! grep -q 'netflowscope-nat/' "$W/live"
check $? "nothing was tracked, and nothing is ($(tracked h) entries)"

in_ns h nft -f - <<'RULES'
table ip nat {
	chain out { type nat hook postrouting priority 100; oifname { "h0", "mv0" } ip saddr 10.78.0.0/24 masquerade; ip saddr 10.78.0.0/24 ip daddr 10.78.0.0/24 ct status dnat masquerade; }
	chain in { type nat hook prerouting priority -100; ip daddr 10.77.0.1 tcp dport 8001 dnat to 10.78.0.11:7001; ip daddr 10.77.0.1 udp dport 8001 dnat to 10.78.0.11:7001; ip daddr 10.77.0.1 tcp dport 8002 redirect to :7002; }
	chain own { type nat hook output priority -100; ip daddr 198.51.100.9 tcp dport 8000 dnat to 10.77.0.1:7003; ip daddr 198.51.100.9 tcp dport 8004 dnat to 10.77.0.2:7004; }
}
RULES
ip -n "${P}h" route add 198.51.100.9/32 via 10.77.0.2

# transfer NAME TAKER GIVER GIVER-ADDRESS GIVER-PORT ASKED-ADDRESS ASKED-PORT SCOPE
transfer() {
	local name=$1 taker=$2 giver=$3 at=$4 port=$5 ask=$6 asked=$7 scope=$8
	watch "$name" || return
	background "$W/sent" "$giver" /usr/bin/python3 "$here/nat.py" give "$at" "$port" $((MB * 1000000))
	wait_for 10 grep -q ready "$W/sent"
	run "$taker" take "$ask" "$asked" >"$W/taken"
	wait_for 10 grep -q "^[0-9]" "$W/sent"
	sed -i /ready/d "$W/sent"
	weigh "$name" "$scope" 0.01
}

transfer "masqueraded, from the peer to a container" a p 10.77.0.2 7001 10.77.0.2 7001 forwarded
transfer "masqueraded, to the macvlan's network" b p 10.79.0.2 7001 10.79.0.2 7001 forwarded
transfer "published port, from a container to the peer" p a 10.78.0.11 7001 10.77.0.1 8001 forwarded
transfer "hairpin, container to container by the host's address" b a 10.78.0.11 7001 10.77.0.1 8001 forwarded
transfer "redirected to this host" p h 10.77.0.1 7002 10.77.0.1 8002 private
transfer "this host to itself by a foreign address" h h 10.77.0.1 7003 198.51.100.9 8000 loopback
transfer "this host to the peer by another address" h p 10.77.0.2 7004 198.51.100.9 8004 private
transfer "host to container over the bridge" h a 10.78.0.11 7001 10.78.0.11 7001 private
transfer "from the macvlan" p h 10.79.0.1 7001 10.79.0.1 7001 private

# The other direction of each: talk.py's sender is who connects.
send "masqueraded, from a container to the peer" a p 10.77.0.2 7001 10.77.0.2 7001 forwarded 0.01
send "published port, from the peer to a container" p a 10.78.0.11 7001 10.77.0.1 8001 forwarded 0.01
send "hairpin, the other way" b a 10.78.0.11 7001 10.77.0.1 8001 forwarded 0.01
send "to this host, redirected" p h 10.77.0.1 7002 10.77.0.1 8002 private 0.01
send "to itself by a foreign address" h h 10.77.0.1 7003 198.51.100.9 8000 loopback 0.01
send "to the peer by another address" h p 10.77.0.2 7004 198.51.100.9 8004 private 0.01

# Row 3.9: a hundred flows through masquerade and DNAT, as `conntrack -L` has them.
in_ns h conntrack -F 2>/dev/null
background "$W/flows" h "$N" live --json
live=$last
wait_for 10 grep -q '"ready"' "$W/flows"
background "$W/serve" p /usr/bin/python3 "$here/nat.py" serve 7001
background "$W/served" a /usr/bin/python3 "$here/nat.py" serve 7001
wait_for 20 grep -q ready "$W/serve" && wait_for 20 grep -q ready "$W/served"
background "$W/out" b /usr/bin/python3 "$here/nat.py" open 50 10.77.0.2 7001
background "$W/in" p /usr/bin/python3 "$here/nat.py" open 50 10.77.0.1 8001
wait_for 60 grep -q open "$W/out" && wait_for 60 grep -q open "$W/in"
check $? "100 flows are open"
in_ns h conntrack -L >"$W/conntrack" 2>/dev/null
stop $live
/usr/bin/python3 "$here/nat.py" equal "$W/conntrack" "$W/flows" >"$W/verdict"
check $? "every translation is conntrack's: $(cat "$W/verdict")"
[ "$(sed -n 's/ translations.*//p' "$W/verdict")" -ge 100 ]
check $? "and all hundred are there"

# The family `nat`: the table as the kernel has it, and what was translated meanwhile.
background "$W/live" h "$N" live --metrics --interval 1
live=$last
wait_for 20 grep -q "nat/conntrack-max" "$W/live"
background "$W/more" b /usr/bin/python3 "$here/nat.py" open 20 10.77.0.2 7001
background "$W/into" p /usr/bin/python3 "$here/nat.py" open 20 10.77.0.1 8001
wait_for 60 grep -q open "$W/more" && wait_for 60 grep -q open "$W/into"
said() { awk -v n="netflowscope-nat/$1" '$2 == n { v = $3 } END { print v }' "$W/live"; }
same_table() {
	[ "$(said conntrack-entries)" = "$(tracked h)" ] && [ "$(said connections-snat)" = 20 ] &&
		[ "$(said connections-dnat)" = 20 ]
}
wait_for 30 same_table
check $? "conntrack-entries $(said conntrack-entries), snat $(said connections-snat), dnat $(said connections-dnat)"
[ "$(said conntrack-max)" = "$(in_ns h cat /proc/sys/net/netfilter/nf_conntrack_max)" ]
check $? "conntrack-max $(said conntrack-max)"
stop $live
exit $failed
