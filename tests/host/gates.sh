#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What drops packets without a rule of nftables (features.md 0.8, "any construct not understood"): XDP, traffic
# control, ingress chains, iptables-legacy, BPF of cgroups and of socket look-ups.  `allow` becomes `unknown`.
test=gates
. "$(dirname "$0")/common.sh"
. "$here/strangers.sh"
cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
own=$cgroups/$P
inside=(nsenter "--net=/run/netns/${P}h")	# unlike ip netns, with /sys as it is
at_end() { kill "${listeners[@]}" 2>/dev/null; wait "${listeners[@]}" 2>/dev/null; rmdir "$own/below" "$own" 2>/dev/null; clean_up; }
trap at_end EXIT

listeners=()
options=()
listen_on() {		# listen_on PORT [CGROUP]
	(
		[ -z "${2-}" ] || echo "$BASHPID" >"$2/cgroup.procs"
		exec "${inside[@]}" /usr/bin/python3 -c 'import socket, sys, time
s = socket.create_server(("::", int(sys.argv[1])), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
time.sleep(600)' "$1"
	) >"$W/on$1" 2>&1 &
	listeners+=($!)
	wait_for 20 grep -q ready "$W/on$1"
}
verdicts_of() {		# verdicts_of PORT: IPv4's, IPv6's
	"${inside[@]}" "$N" listen --json "${options[@]}" 2>/dev/null | /usr/bin/python3 -c 'import json, sys
for line in sys.stdin:
    l = json.loads(line)
    if l["proto"] == "tcp" and l["port"] == int(sys.argv[1]):
        print(l.get("verdict_ipv4", l["verdict"]), l.get("verdict_ipv6", l["verdict"]))' "$1"
}
is() { [ "$(verdicts_of "$1")" = "$2 $3" ]; }
gate() {		# gate KIND TARGET: attached until end_gate
	rm -f "$W/hold"
	mkfifo "$W/hold"
	"${inside[@]}" /usr/bin/python3 "$here/gate.py" "$1" "$2" <"$W/hold" >"$W/gate" 2>"$W/gate.err" &
	gate=$!
	exec 9>"$W/hold"
	wait_for 20 grep -q ready "$W/gate"
}
end_gate() { exec 9>&-; wait "$gate"; }
has_gate() {
	"${inside[@]}" /usr/bin/python3 "$here/gate.py" probe "$1" "$2" 2>"$W/probe"
	[ $? != 77 ] || { echo "skip gates: $1: this kernel has no such place ($(tail -n 1 "$W/probe"))"; false; }
}

in_ns h nft -f - <<'RULES'
table inet filter {
	chain input {
		type filter hook input priority 0; policy drop;
		tcp dport { 80, 443 } accept
		tcp dport 1000 reject
	}
}
RULES
listen_on 80 && listen_on 22 && listen_on 1000 && is 80 allow allow && is 22 drop drop && is 1000 reject reject
check $? "row 0.8: without a gate: $(verdicts_of 80), $(verdicts_of 22), $(verdicts_of 1000)"

for kind in xdp tcx; do
	has_gate $kind h0 || continue
	gate $kind h0 && is 80 unknown unknown && is 22 drop drop && is 1000 unknown unknown
	check $? "row 0.8: $kind before the rules: unknown, but what they drop: $(verdicts_of 80), $(verdicts_of 22)"
	end_gate
	is 80 allow allow
	check $? "row 0.8: $kind gone: allow"
done
if in_ns h tc qdisc add dev h0 clsact 2>/dev/null; then
	is 80 unknown unknown && is 22 drop drop
	check $? "row 0.8: traffic control before the rules: unknown, but what they drop"
	in_ns h tc qdisc del dev h0 clsact
else
	echo "skip gates: clsact: this kernel has no such queueing discipline"
fi
if has_gate lookup "/run/netns/${P}h"; then
	gate lookup "/run/netns/${P}h" && is 80 unknown unknown && is 22 drop drop && is 1000 reject reject
	check $? "row 0.8: a program says which socket gets a packet: unknown, but what does not come so far"
	end_gate
fi

# systemd's IPAddressDeny is such a program; it holds for the folders below too.
if [ -n "$cgroups" ] && mkdir -p "$own/below" && has_gate cgroup "$own"; then
	listen_on 443 "$own/below" && is 443 allow allow
	check $? "row 0.8: in a cgroup without a filter: allow"
	gate cgroup "$own" && is 443 unknown unknown && is 80 allow allow
	check $? "row 0.8: a filter of the cgroup above: unknown, and others allow: $(verdicts_of 443), $(verdicts_of 80)"
	end_gate
	gate cgroup "$own/below" && is 443 unknown unknown
	check $? "row 0.8: a filter of the cgroup itself: unknown"
	options=(--bpf off)
	is 443 allow allow
	check $? "row 0.8: with Bpf off nobody asks for programs"
	options=()
	end_gate
	is 443 allow allow
	check $? "row 0.8: the filter gone: allow"
elif [ -z "$cgroups" ]; then
	echo "skip gates: cgroup: there is no cgroup2"
fi

# Ingress chains are rules: of the device itself they are walked, of one below it they are a gate.
in_ns h nft 'table netdev early { chain in { type filter hook ingress device "h0" priority 0; tcp dport 80 drop; }; }'
is 80 drop drop
check $? "row 0.8: an ingress chain that drops: drop"
in_ns h nft 'flush chain netdev early in; add rule netdev early in udp dport 80 drop'
is 80 allow allow
check $? "row 0.8: an ingress chain that drops something else: allow"
in_ns h ip link add br0 type bridge && in_ns h ip link set br0 up && in_ns h ip link set h0 master br0 &&
	in_ns h ip addr flush dev h0 && in_ns h ip addr add 11.0.0.1/24 dev br0 &&
	in_ns h ip addr add 2600:1::1/64 dev br0 nodad && in_ns h ip route replace default via 11.0.0.2 dev br0 &&
	in_ns h ip -6 route replace default via 2600:1::2 dev br0 && is 80 unknown unknown
check $? "row 0.8: an ingress chain of a bridge's member: unknown"
in_ns h nft delete table netdev early
is 80 allow allow
check $? "row 0.8: a bridge without one: allow"

if in_ns h iptables-legacy -A INPUT -p tcp --dport 80 -j DROP 2>/dev/null; then
	is 80 unknown allow && is 22 drop drop && is 1000 unknown reject
	check $? "row 0.8: iptables-legacy beside it: unknown for its family, but what nftables drops: $(verdicts_of 80)"
	in_ns h nft flush ruleset
	is 80 unknown allow
	check $? "row 0.8: iptables-legacy alone: unknown"
else
	echo "skip gates: iptables-legacy: not there, or this kernel has none"
fi
exit $failed
