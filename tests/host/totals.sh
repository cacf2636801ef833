#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A thousand open connections that lose packets and wait in a queue: octets, retransmits and
# round-trip times equal `ss -tin` at both ends (features.md 0.9; kernel.md 3).
test=totals
. "$(dirname "$0")/common.sh"
show=${top_builddir:?}/tests/host/show_sockets
[ -x "$show" ] || make -s -C "$top_builddir" tests/host/show_sockets >/dev/null 2>&1
[ -x "$show" ] || { not_ok "tests/host/show_sockets is not built"; exit 1; }

two_hosts || { not_ok "two namespaces"; exit 1; }
# Lost at random, but no SYN: its second one comes after a whole second.
for n in h p; do
	in_ns $n nft -f - <<NFT || { not_ok "nft"; exit 1; }
table netdev t {
	chain c {
		type filter hook ingress device ${n}0 priority 0;
		tcp flags & (syn | fin) == 0 numgen random mod 1000 < 15 drop
	}
}
NFT
	# Long enough to drop nothing: what the own queue drops is sent again without being a retransmit.
	in_ns $n tc qdisc add dev ${n}0 root tbf rate 100mbit burst 64k latency 10s || { not_ok "tbf"; exit 1; }
done
background "$W/server" p /usr/bin/python3 "$here/totals.py" serve 5001
server=$last
wait_for 10 grep -q ready "$W/server"
background "$W/client" h /usr/bin/python3 "$here/totals.py" connect 5001 1000 10.77.0.2 fd77::2
client=$last
wait_for 90 grep -q ready "$W/client"
ready=$?
check $ready "1000 connections over a link that loses"
[ $ready = 0 ] || { cat "$W/client.err"; exit 1; }

# At rest the last acknowledgements are in: nothing is waiting to be sent.
wait_for 20 bash -c "! ip netns exec ${P}h ss -Htn | awk '\$3 > 0' | grep -q . && ! ip netns exec ${P}p ss -Htn | awk '\$3 > 0' | grep -q ."
sleep 0.5
for n in h p; do
	in_ns $n ss -Htin "( sport = :5001 or dport = :5001 )" >"$W/ss.$n"
	in_ns $n "$show" connections >"$W/told.$n"
	result=$(/usr/bin/python3 "$here/totals.py" compare "$W/told.$n" "$W/ss.$n")
	check $? "$n equals ss -tin: $result"
done
[ "$(grep -c CLOSE_WAIT "$W/told.p")" = 100 ] && [ "$(grep -c FIN_WAIT2 "$W/told.h")" = 100 ]
check $? "100 of them half closed"
retransmits=$(awk -F'"retransmits":' '{ split($2, v, ","); s += v[1] } END { print s + 0 }' "$W/told.h")
[ "$retransmits" -gt 20 ]
check $? "$retransmits segments were lost and sent again"
# What one end has sent, the other has received: every octet, and no FIN.
sum() { awk -F"\"$2\":" '{ split($2, v, ","); s += v[1] } END { print s + 0 }' "$W/told.$1"; }
[ "$(sum h bytes_sent)" = "$(sum p bytes_received)" ] && [ "$(sum p bytes_sent)" = "$(sum h bytes_received)" ] &&
	[ "$(sum h bytes_sent)" -gt 1000000 ]
check $? "$(sum h bytes_sent) octets sent, $(sum p bytes_received) received, $(sum p bytes_sent) and $(sum h bytes_received) back"
stop "$client"
stop "$server"
exit $failed
