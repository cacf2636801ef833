#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `netflowscope connections` beside ss (features.md rows 0.9, 0.10, 2.5, 2.6, 3.1, 3.6, 3.8, 3.12):
# states, octets, round trips, directions, owners; in two namespaces; with few privileges.
test=connections
. "$(dirname "$0")/common.sh"
command -v ss >/dev/null || skip_all "ss is not installed"
two_hosts || { not_ok "two hosts"; exit 1; }
py=/usr/bin/python3

# ours NS OPTION...: connections of a namespace, as JSON
ours() { local n=$1; shift; in_ns "$n" "$N" connections --json "$@"; }
theirs() { in_ns "$1" ss -tinHO 2>/dev/null; }
# count PATTERN...: lines of $W/ours that hold them all
count() {
	local n p
	cp "$W/ours" "$W/count"
	for p in "$@"; do grep -F -- "$p" "$W/count" >"$W/count2"; mv "$W/count2" "$W/count"; done
	n=$(wc -l <"$W/count")
	echo "$n"
}

# agree NS TEXT: what we say is what ss says; asked again while something moves
agree() {
	local i
	for i in 1 2 3 4 5; do
		ours "$1" >"$W/ours" && theirs "$1" >"$W/theirs"
		"$py" "$here/connections.py" same "$W/ours" "$W/theirs" >"$W/same" && break
		sleep 0.3
	done
	[ "$i" -le 5 ] && tail -n 1 "$W/same" | grep -q ' 0 differences$'
	check $? "$2: $(tail -n 1 "$W/same")"
	tail -n 1 "$W/same" | grep -q ' 0 differences$' || head -n 5 "$W/same" | sed 's/^/    /'
}

background "$W/serve" h "$py" "$here/connections.py" serve 5000
server=$last
wait_for 10 grep -q ready "$W/serve" || { not_ok "the server: $(cat "$W/serve.err")"; exit 1; }

# --- states, directions, owners
# Nobody answers for that address, and nobody says so: the kernel keeps trying.
ip -n "${P}p" neigh add 10.77.0.99 lladdr 02:00:00:00:00:99 dev p0
background "$W/states" p "$py" "$here/connections.py" states 10.77.0.1 5000
client=$last
background "$W/local" h "$py" "$here/connections.py" many 127.0.0.1 5000 2
background "$W/six" p "$py" "$here/connections.py" many fd77::1 5000 2
wait_for 10 grep -q ready "$W/states" && wait_for 10 grep -q ready "$W/local" && wait_for 10 grep -q ready "$W/six"
agree h "states and figures of the server"
for s in ESTABLISHED FIN_WAIT2 CLOSE_WAIT; do
	[ "$(count "\"state\":\"$s\"" '"remote":"10.77.0.2"')" = 1 ]
	check $? "one $s on the server's side"
done
[ "$(count '"direction":"incoming"')" = 5 ]
check $? "row 3.6: five come in (3 by IPv4, 2 by IPv6)"
[ "$(count '"direction":"local"' '"scope":"loopback"')" = 4 ]
check $? "row 3.8: both ends of two are here"
[ "$(count "\"pid\":$server,")" = 7 ]
check $? "row 0.10: the server holds seven ends"
agree p "states and figures of the client"
for s in ESTABLISHED FIN_WAIT2 CLOSE_WAIT SYN_SENT; do
	[ "$(count "\"state\":\"$s\"" '"direction":"outgoing"' "\"pid\":$client,")" -ge 1 ]
	check $? "$s on the client's side, outgoing, with its process"
done
[ "$(count '"proto":"udp"' '"state":"ESTABLISHED"' '"direction":"outgoing"')" = 1 ]
check $? "a UDP socket with a peer"
[ "$(count '"proto":"udp"' '"state":"UNCONN"' '"scope":"none"')" = 1 ]
check $? "a UDP socket without one, on a port that the kernel chose"
[ "$(in_ns p "$N" listen --json | wc -l)" = 0 ]
check $? "which is no listener"

# A listener that has gone: what came in through it stays incoming (trap of row 2.5).
printf 'stop listening' | in_ns p timeout 2 "$py" -c '
import socket, sys
c = socket.create_connection(("10.77.0.1", 5000)); c.sendall(sys.stdin.buffer.read()); c.recv(1)' 2>/dev/null
ours h >"$W/ours"
[ "$(in_ns h "$N" listen --json | wc -l)" = 0 ] && [ "$(count '"direction":"incoming"')" -ge 5 ]
check $? "row 2.5: incoming also when nobody listens any more"

# --- filters
[ "$(ours h --exclude "10.77.0.0/24 5000" | grep -c '"remote":"10.77')" = 0 ] &&
	[ "$(ours h --exclude "10.77.0.0/24 5000" | grep -c '"remote":"fd77')" = 2 ]
check $? "row 3.12: --exclude by prefix and port"
[ "$(ours h --exclude "* udp" | wc -l)" = "$(wc -l <"$W/ours")" ] && [ "$(ours h --exclude "*" | wc -l)" = 0 ]
check $? "row 3.12: --exclude by protocol, and of everything"
stop "$client"
stop "$server"

# --- a thousand connections, with loss
background "$W/serve" h "$py" "$here/connections.py" serve 5001
wait_for 10 grep -q ready "$W/serve"
if in_ns h nft -f - 2>/dev/null <<-EOT
	table netdev loss {
		chain in {
			type filter hook ingress device h0 priority 0;
			ip protocol tcp tcp dport 5001 meta length > 300 numgen random mod 100 < 5 drop
		}
	}
EOT
then loss="under loss"; else loss="(no nft here: without loss)"; fi
background "$W/many" p "$py" "$here/connections.py" many 10.77.0.1 5001 1000
wait_for 60 grep -q ready "$W/many"
check $? "1000 connections are there $loss"
in_ns h nft delete table netdev loss 2>/dev/null
sleep 0.5
agree p "1000 connections, their client $loss"
if [ "$loss" = "under loss" ]; then
	[ "$(grep -c '"retransmits":[1-9]' "$W/ours")" -gt 3 ]
	check $? "$(grep -c '"retransmits":[1-9]' "$W/ours") of them sent again"
fi
agree h "1000 connections, their server $loss"
[ "$(count '"direction":"incoming"' '"local_port":5001')" = 1000 ]
check $? "all of them incoming"
in_ns h "$N" connections >"$W/table"
grep -q ' connections: ' "$W/table" && ! tail -n +2 "$W/table" | grep -qE '^.{81}'
check $? "the table is not wider than 80 columns"

# --- two namespaces with one pair of ends (row 3.1)
netns a && netns b
for n in a b; do
	ip -n "$P$n" addr add 10.99.0.1/32 dev lo
	background "$W/pair$n" "$n" "$py" "$here/connections.py" pair 10.99.0.1 5002 4000
	wait_for 10 grep -q ready "$W/pair$n"
	pairs+=("$last")
done
in_ns h "$N" connections --json --namespaces all >"$W/ours"
[ "$(count '"local":"10.99.0.1"' '"bytes_sent":4000')" = 2 ] &&
	[ "$(grep '"local":"10.99.0.1","local_port":4000' "$W/ours" | grep -o '"netns":[0-9]*' | sort -u | wc -l)" = 2 ]
check $? "row 3.1: one pair of ends in two namespaces is two connections"
[ "$(count '"remote":"10.77.0.1"' '"remote_port":5001' '"direction":"local"')" = 1000 ]
check $? "row 3.8: between two namespaces of this host is within it"
stop "${pairs[1]}"
ip netns del "${P}b"
in_ns h "$N" connections --json --namespaces all >"$W/ours"
[ "$(count '"local":"10.99.0.1"')" = 2 ]
check $? "a namespace that is gone is told of no more"

# --- privileges: never a crash; what lacks is named, each capability once
run_as() {		# run_as NAME SETPRIV-OPTION...
	local name=$1 c rc worst=0 twice
	shift
	for c in listen connections doctor "listen --json" "connections --json" \
		"connections --namespaces all" "doctor --namespaces all"; do
		# shellcheck disable=SC2086
		in_ns h setpriv "$@" "$N" $c >"$W/as" 2>"$W/as.err"
		rc=$?
		[ $rc -le 1 ] || { worst=$rc; echo "    $c: status $rc"; }
		grep -E 'Sanitizer|runtime error' "$W/as.err" && worst=99
	done
	[ $worst = 0 ]
	check $? "$name: commands end with 0 or 1"
	in_ns h setpriv "$@" "$N" doctor --namespaces all >"$W/doctor" 2>&1
	twice=$(grep -o 'CAP_[A-Z_]* is missing' "$W/doctor" | sort | uniq -d | wc -l)
	[ "$twice" = 0 ] && [ "$(grep -c 'is missing' "$W/doctor")" = "$(grep -c 'remedy: ' "$W/doctor")" ]
	check $? "$name: each missing capability is named once, with its remedy"
}
lacks() { ! grep -q "^$1 .*works" "$W/doctor"; }
works() { grep -q "^$1 .*works" "$W/doctor"; }

nobody=(--reuid=65534 --regid=65534 --clear-groups)
run_as "nobody" "${nobody[@]}" --inh-caps=-all
works sockets && lacks processes && lacks bpf && lacks namespaces && lacks capture
check $? "nobody: sockets alone are seen"
in_ns h setpriv "${nobody[@]}" --inh-caps=-all "$N" connections --json >"$W/ours"
[ "$(count '"process_state":"denied"')" -ge 1000 ] && [ "$(count '"process_state":"known"')" = 0 ]
check $? "row 0.10: owners of others are denied, not empty"
raw=+net_raw
run_as "nobody with NET_RAW" "${nobody[@]}" --inh-caps=$raw --ambient-caps=$raw
works capture && lacks bpf
check $? "nobody with NET_RAW: captures"
some=+net_raw,+bpf,+perfmon
if setpriv --inh-caps=$some true 2>/dev/null; then
	run_as "nobody with NET_RAW, BPF, PERFMON" "${nobody[@]}" --inh-caps=$some --ambient-caps=$some
	if works bpf; then
		in_ns h setpriv "${nobody[@]}" --inh-caps=$some --ambient-caps=$some \
			"$N" connections --json >"$W/ours"
		works processes && [ "$(count '"process_state":"known"')" -ge 1000 ]
		check $? "with BPF and PERFMON owners are known"
	elif grep -q 'built without' "$W/doctor"; then
		echo "skip $test: owners by BPF: built without it"
	else
		not_ok "BPF and PERFMON were given, and bpf does not work: $(grep '^bpf' "$W/doctor")"
	fi
else
	echo "skip $test: setpriv here does not know CAP_BPF"
fi
all=$some,+net_admin,+sys_ptrace,+dac_read_search,+sys_admin
run_as "nobody with all" "${nobody[@]}" --inh-caps=$all --ambient-caps=$all
works capture && works sockets && works processes && works namespaces
check $? "nobody with all: everything works"
run_as "root with none" --inh-caps=-all --bounding-set=-all
works sockets && lacks capture
check $? "root with none: sockets are seen"
grep -q 'CapabilityBoundingSet=' "$W/doctor"
check $? "root with none: the remedy is the unit's bounding set"

# --- sources that are off
for c in "listen --listeners false" "connections --connections false"; do
	# shellcheck disable=SC2086
	in_ns h "$N" $c >"$W/off" 2>"$W/off.err"
	rc=$?
	[ $rc = 0 ] && [ ! -s "$W/off" ] && [ "$(wc -l <"$W/off.err")" = 1 ]
	check $? "$c: one line, and status 0"
done
exit $failed
