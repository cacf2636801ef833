#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The kernel's counters of its protocols are those of nstat (features.md, row 2.7); connections in
# TIME_WAIT are those of ss, by scope and direction (row 2.5).
test=counters
. "$(dirname "$0")/common.sh"
two_hosts || { not_ok "two hosts"; exit 1; }
command -v nstat >/dev/null || skip_all "nstat is not installed"
of() { /usr/bin/python3 "$here/counters.py" "$@"; }
run() { local n=$1; shift; in_ns "$n" /usr/bin/python3 "$here/counters.py" "$@"; }

# Of the packets that h sends there each seventh is lost on the way (but not the SYN).
in_ns p nft -f - <<'NFT' || { not_ok "nft"; exit 1; }
table netdev t {
	chain c {
		type filter hook ingress device p0 priority 0
		tcp dport 6001 numgen inc mod 7 3 drop
	}
}
NFT
for a in 10.77.0.2 fd77::2; do
	background "$W/p$a" p /usr/bin/python3 "$here/counters.py" serve $a 5001
	wait_for 10 grep -q ready "$W/p$a" || not_ok "a server at $a"
done
background "$W/sink" p /usr/bin/python3 "$talk" sink 10.77.0.2 6001
wait_for 10 grep -q ready "$W/sink" || not_ok "a sink"
for a in 10.77.0.1 127.0.0.1; do
	background "$W/h$a" h /usr/bin/python3 "$here/counters.py" serve $a 5001
	wait_for 10 grep -q ready "$W/h$a" || not_ok "a server at $a"
done

begin() {
	background "$W/told" h "$N" live -i lo --metrics --interval 1
	live=$last
	wait_for 10 grep -q duration-read "$W/told"
}
reads() { grep -c duration-read "$W/told"; }
more() { [ "$(reads)" -ge "$1" ]; }
another() { wait_for 20 more $(($(reads) + ${1:-1})); }
# What is told rests: the same counters in two reads one after the other.
kernel() { grep " netflowscope-kernel/" "$W/told" | awk '{ v[$2] = $3 } END { for (k in v) print k, v[k] }' | sort; }

### Row 2.7

run h trouble 10.77.0.2 fd77::2 5001		# before: none of it may be told
begin
check $? "netflowscope looks"
[ -z "$(kernel)" ]
check $? "row 2.7: what was before is not told $(kernel | head -n 3)"
in_ns h nstat -asz >"$W/before"
run h trouble 10.77.0.2 fd77::2 5001 && run p strange 10.77.0.1 fd77::1
check $? "trouble of every kind"
in_ns h /usr/bin/python3 -c '
import socket
c = socket.create_connection(("10.77.0.2", 6001))
c.sendall(b"x" * 1000000)
c.shutdown(socket.SHUT_WR)
c.recv(1)'
settled() {
	local was
	in_ns h nstat -asz >"$W/after"
	was=$(kernel)
	another 2
	in_ns h nstat -asz >"$W/again"
	[ "$was" = "$(kernel)" ] && cmp -s <(grep -E '^(Tcp|Udp|Ip)' "$W/after") <(grep -E '^(Tcp|Udp|Ip)' "$W/again")
}
wait_for 40 settled
check $? "all has come to rest"
words=$(of compare "$W/told" "$W/before" "$W/after")
check $? "row 2.7: $words"
for name in TcpRetransSegs TcpOutRsts TcpAttemptFails TcpExtListenOverflows UdpNoPorts Udp6NoPorts \
	UdpInErrors Udp6InErrors IpOutNoRoutes Ip6OutNoRoutes IpInUnknownProtos Ip6InUnknownProtos; do
	kernel | grep -q "protocol_counter-$name [1-9]" || echo "$name is 0"
done >"$W/lacking"
[ ! -s "$W/lacking" ]
check $? "row 2.7: each kind has happened $(tr '\n' ' ' <"$W/lacking")"

### Row 2.5

waiting() {		# waiting SCOPE DIRECTION: the last one told
	local n
	n=$(grep " netflowscope-connections-$1/tcp_connections-TIME_WAIT-$2 " "$W/told" | tail -n 1 | cut -d ' ' -f 3)
	echo "${n:-0}"
}
ss_waits() { in_ns h ss -Htan state time-wait "$@" | wc -l; }
all_told() {
	local sum=0 s d
	for s in loopback private public; do
		for d in none incoming outgoing local; do sum=$((sum + $(waiting $s $d))); done
	done
	echo $sum
}
run h close 20 10.77.0.2 5001 client		# ours ends them: ours waits
run h close 10 fd77::2 5001 client
run p close 15 10.77.0.1 5002 server		# our server does
run h close 5 127.0.0.1 5001 client		# both ends here: one waits
in=0 local=0
equal() {
	another
	in=$(ss_waits 'sport = :5002')
	local=$(ss_waits src 127.0.0.1)
	[ "$(waiting private incoming)" = "$in" ] && [ "$(waiting loopback local)" = "$local" ] &&
		[ "$(all_told)" = "$(ss_waits)" ] &&
		[ "$(waiting private outgoing)" = $(($(ss_waits) - in - local)) ]
}
# They end one after the other, a minute after they began: at some moment both are of one time.
wait_for 30 equal
check $? "row 2.5: TIME_WAIT is what ss has: $in incoming, $local local, $(ss_waits) in all; told $(waiting private incoming), $(waiting loopback local), $(all_told)"
[ "$in" -ge 15 ] && [ "$local" -ge 5 ] && [ "$(waiting private outgoing)" -ge 30 ]
check $? "row 2.5: by direction: $(waiting private outgoing) outgoing"
stop $live
exit $failed
