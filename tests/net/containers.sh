# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Sourced behind common.sh: two hosts of which h has containers and a macvlan, and transfers
# between them, weighed by what `live` has made of them. MB is the size of one.

# containers: namespaces a (10.78.0.11) and b (.12) behind the bridge br0 of h (10.78.0.1); the macvlan
# mv0 of h (10.79.0.1) on its uplink, where p has 10.79.0.2; h forwards
containers() {
	local c
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
	ip -n "${P}h" link add mv0 link h0 type macvlan mode bridge || skip_all "no macvlan in this kernel"
	ip -n "${P}h" addr add 10.79.0.1/24 dev mv0
	ip -n "${P}h" link set mv0 up
	ip -n "${P}p" addr add 10.79.0.2/24 dev p0
	in_ns h sysctl -qw net.ipv4.ip_forward=1
}

# watch NAME: a `live` of all interfaces of h; $watching is its number
watch() {
	background "$W/live" h "$N" live --metrics --interval 3600
	watching=$last
	wait_for 10 grep -q capturing "$W/live.err" || { not_ok "$1: $(cat "$W/live.err")"; return 1; }
}

# weigh NAME SCOPE SLACK: what it has seen, beside $W/sent: all in that scope, within that share
weigh() {
	sleep 0.3
	stop "$watching"
	/usr/bin/python3 "$here/nat.py" sizes "$W/live" "$2" "$W/sent" "$3" >"$W/verdict"
	check $? "$1: $(cat "$W/verdict")"
}

# send NAME FROM TO AT PORT ASKED-ADDRESS ASKED-PORT SCOPE SLACK: one transfer by who connects
send() {
	local name=$1 from=$2 to=$3 at=$4 port=$5 ask=$6 asked=$7 scope=$8 slack=$9 sink
	watch "$name" || return
	background "$W/sink" "$to" /usr/bin/python3 "$here/talk.py" sink "$at" "$port"
	sink=$last
	wait_for 10 grep -q ready "$W/sink"
	in_ns "$from" /usr/bin/python3 "$here/talk.py" send "$ask" "$asked" $((MB * 1000000)) >"$W/sent"
	wait_for 10 grep -q "^[0-9]" "$W/sink"
	stop "$sink"
	weigh "$name" "$scope" "$slack"
}
