#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Addresses that come and go while we look: in the exposure of a listener, in the direction and
# scope of flows, within one interval.
test=addresses
. "$(dirname "$0")/common.sh"
two_hosts || { not_ok "two namespaces"; exit 1; }
ip -n "${P}h" addr flush dev h0 && ip -n "${P}h" addr add 10.77.0.1/24 dev h0
ip -n "${P}h" route add default via 10.77.0.2
ip -n "${P}p" route add 11.1.1.1/32 via 10.77.0.1

cat >"$W/bind.py" <<'PY'
import signal, socket
s = socket.socket()
s.setsockopt(socket.SOL_IP, 15, 1)		# IP_FREEBIND
s.bind(("11.1.1.1", 7005))
s.listen()
print("ready", flush=True)
signal.pause()
PY
background "$W/bound" h /usr/bin/python3 "$W/bind.py"
wait_for 20 grep -q ready "$W/bound"
background "$W/live" h "$N" live --metrics --interval 1
live=$last
counts() { awk -v n="netflowscope-listen/count-$1" '$2 == n { v = $3 } END { print v }' "$W/live"; }
intervals() { grep -c 'netflowscope-listen/count-exposed' "$W/live"; }
is() { [ "$(counts "$1")" = "$2" ]; }
wait_for 30 is unknown 1
check $? "bound to an address that is not ours: unknown $(counts unknown)"

# change WHAT COMMAND...: how many reads it takes until `exposed` is as said
change() {
	local want=$1 name=$2 from
	shift 2
	from=$(intervals)
	"$@"
	wait_for 30 is exposed "$want"
	# The read that is on its way and one interval; the others are for a busy machine.
	[ $(($(intervals) - from)) -le 5 ] && is exposed "$want"
	check $? "$name: exposed $(counts exposed), after $(($(intervals) - from)) reads of 1 s"
}
change 1 "the address comes" ip -n "${P}h" addr add 11.1.1.1/32 dev h0
in_ns p /usr/bin/python3 -c 'import socket; socket.create_connection(("11.1.1.1", 7005), 10).close()'
arrived() { awk '$2 == "netflowscope-scope-private/connections-incoming" { v = $3 } END { exit !(v >= 1) }' "$W/live"; }
wait_for 20 arrived
check $? "a connection to it is incoming"
change 0 "the address goes" ip -n "${P}h" addr del 11.1.1.1/32 dev h0
is unknown 1
check $? "and the listener's exposure is unknown again"
stop $live
exit $failed
