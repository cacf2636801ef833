#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The real collectd with the real plugin: what its csv files hold is what the client did and what the
# kernel counted; it starts, stops, and lives with what lacks.
test=collectd
. "$(dirname "$0")/common.sh"
under_limit 170
two_hosts && certificate || { not_ok "two hosts"; exit 1; }

### Real traffic in both directions, LoadPlugin netflowscope alone

A=$W/a
configure "$A"
start "$A" h || { not_ok "collectd writes values: $(cat "$A/out.err" "$A/log")"; exit 1; }
main=$last
ok "values are there"
another_read "$A" 2	# so that what the traffic brings is late
# IP octets by the kernel's own counters: a frame's header is 14 octets
ip_octets() { echo $(($(counter h h0 "$1_bytes") - 14 * $(counter h h0 "$1_packets"))); }
rx=$(ip_octets rx) tx=$(ip_octets tx)
serving p 10.77.0.2 && serving h 10.77.0.1 || { not_ok "servers"; exit 1; }
background "$W/did-in.json" p "$python" "$talk" ask 10.77.0.1 10
asking=$last
in_ns h "$python" "$talk" ask 10.77.0.2 10 >"$W/did-out.json"
wait $asking
rx=$(($(ip_octets rx) - rx)) tx=$(($(ip_octets tx) - tx))
another_read "$A" 4
values=("$python" "$here/values.py")
"${values[@]}" octets "$A/csv" $rx $tx 0.02 || failed=1
"${values[@]}" talk "$A/csv" "$W/did-out.json" "$W/did-in.json" || failed=1
"${values[@]}" sums "$A/csv" || failed=1
"${values[@]}" sound "$A/csv" 1 || failed=1
"${values[@]}" names "$A/csv" "$here/names" || failed=1
# What a typical host writes in all, quantiles and late rows with it; but for what tells of this
# machine's trouble (segments sent again, looks that came late).
series=$(cd "$A/csv/testhost" && find . -path '*netflowscope-*/*' -name '*-20*' | sed 's/-20..-..-..$//' |
	grep -vE 'tcp-[a-z]*/protocol_counter-(re|out|dup)|/operations-' | sort -u | wc -l)
[ "$series" -le 140 ]
check $? "$series series at defaults"
# Servers and clients are Python here; whatever else there was has its row, too.
find "$A/csv" -path '*netflowscope-process-python3*/io_octets*' | grep -q . &&
	find "$A/csv" -path '*netflowscope-process-python3*/current_connections*' | grep -q .
check $? "octets by process: $(find "$A/csv" -name 'netflowscope-process-*' -printf '%f ')"
is "$A" self/packets-dropped 0
check $? "packets-dropped is $(value "$A" self/packets-dropped)"
# What the plugin says of itself costs little beside its interval.
[ "$(value "$A" self/duration-read | awk '{ print ($1 < 0.5) }')" = 1 ]
check $? "a read took $(value "$A" self/duration-read) s"
ends_well $main "ended by SIGTERM"
[ -z "$(complaints "$A")" ]
check $? "no warning in the log $(complaints "$A" | head -n 3)"
! grep -q 'Value too old' "$A/log"
check $? "no value was refused as too old $(grep -m 2 -o 'name = .*' "$A/log")"

### Two reads a second, and two daemons side by side: one forked into the background

B=$W/b C=$W/c
configure "$B" "" "" 0.5
configure "$C"
start "$B" h
half=$last
in_ns h "$collectd" -C "$C/collectd.conf" >"$C/out" 2>&1
check $? "starts as a daemon"
wait_for 10 test -s "$C/pid" && started+=("$(cat "$C/pid")")
wait_for 10 has_values "$C"
another_read "$C" 2
in_ns h "$python" "$talk" ask 10.77.0.2 3 >"$W/did-b.json"
another_read "$C" 3
"${values[@]}" talk "$C/csv" "$W/did-b.json" | sed 's/collectd: /&daemon: /' >"$W/told"; told "$W/told"
"${values[@]}" talk "$B/csv" "$W/did-b.json" | sed 's/collectd: /&half a second: /' >"$W/told"; told "$W/told"
"${values[@]}" sound "$B/csv" 0.5 | sed 's/collectd: /&half a second: /' >"$W/told"; told "$W/told"
t0=$(date +%s%N)
kill -TERM "$(cat "$C/pid")" && wait_for 5 test ! -e "$C/pid"
gone=$?
took=$((($(date +%s%N) - t0) / 1000000))
[ $gone = 0 ] && [ $took -lt 3000 ]
check $? "daemon: ended after $took ms"
ends_well $half "half a second: ended by SIGTERM"
[ -z "$(complaints "$B")$(complaints "$C")" ]
check $? "no warning in their logs $(complaints "$B" | head -n 2) $(complaints "$C" | head -n 2)"

### The configuration

# tested BLOCK: the status of collectd -T, its words in $W/t/words
tested() {
	rm -rf "$W/t"
	configure "$W/t" "$1"
	in_ns h timeout 10 "$collectd" -T -C "$W/t/collectd.conf" >"$W/t/words" 2>&1
	local rc=$?
	cat "$W/t/log" >>"$W/t/words" 2>/dev/null
	return $rc
}
block() { printf '<Plugin netflowscope>\n%s\n</Plugin>' "$1"; }
tested "$(block 'FlowTableSize 4096')"
check $? "-T ends with 0 with a good option"
# refused LINE WORD...: one line holds all words
refused() {
	local line=$1 rc found w
	shift
	tested "$(block "$line")"
	rc=$?
	found=$(grep 'netflowscope plugin: ' "$W/t/words" | sort -u)
	for w in "$@"; do found=$(grep -iF -e "$w" <<<"$found"); done
	[ $rc = 1 ] && [ -n "$found" ]
	check $? "-T ends with $rc with $line: ${found#*netflowscope plugin: }"
}
refused 'FlowTableSize 12' FlowTableSize 12 1024 16777216
refused 'OverflowPolicy "sometimes"' OverflowPolicy sometimes sliding drop_flow
refused 'Promiscuous "perhaps"' Promiscuous perhaps
refused 'Filter "tcp prot 80"' Filter "tcp prot 80"
refused 'FlowTabelSize 4096' FlowTabelSize
refused 'Network "office" "10.1.0.0/99"' Network 10.1.0.0/99
tested "$(block 'FlowTableSize 4096')
$(block 'FlowTableSize 8192')"
rc=$?
[ $rc = 1 ] && grep -q 'netflowscope plugin: .*second' "$W/t/words"
check $? "-T ends with $rc with a second block: $(grep -m 1 -o 'a second.*' "$W/t/words")"

### An interface that is not there yet

D=$W/d
configure "$D" "$(block 'Interface "h0" "late0"')"
start "$D" h
late=$last
another_read "$D" 3
lines=$(grep -c late0 "$D/log")
[ "$lines" = 1 ] && above "$D" self/packets-captured -1
check $? "an absent interface: $lines line: $(grep -m 1 -o 'netflowscope plugin: .*late0.*' "$D/log")"
in_ns h "$python" "$talk" ask 10.77.0.2 1 >"$W/did-d.json"
wait_for 5 above "$D" interface-h0/if_octets 1000
check $? "the other interface is counted"
ip -n "${P}h" link add late0 type veth peer name late1 netns "${P}p"
ip -n "${P}h" addr add 10.78.0.1/24 dev late0 && ip -n "${P}h" link set late0 up
ip -n "${P}p" addr add 10.78.0.2/24 dev late1 && ip -n "${P}p" link set late1 up
another_read "$D" 2
in_ns h ping -q -c 5 -i 0.2 10.78.0.2 >/dev/null
wait_for 5 above "$D" interface-late0/if_octets 100
check $? "it is counted once it is there: $(value "$D" interface-late0/if_octets) octets"
ends_well $late "with a late interface: ended by SIGTERM"

### A capture at its pace, into a real collectd: the same sums as `read --metrics`

R=$W/r
capture=$here/../golden/protocols/dns.pcap
cp "$capture" "$W/replay.pcap" && chmod 644 "$W/replay.pcap"
configure "$R" "$(block "Replay \"$W/replay.pcap\"")"
start "$R" h
replaying=$last
"$N" read --metrics "$W/replay.pcap" | awk '{ v[$2] = $3 } END { for (k in v) print k, v[k] }' >"$W/told"
frames=$(awk '$1 == "netflowscope-self/packets-captured" { print $2 }' "$W/told")
wait_for 30 above "$R" self/packets-captured $((frames - 1))
another_read "$R" 2
wrong=0 compared=0
while read -r id want; do
	case $id in netflowscope-dns/dns_[qr]*) ;; netflowscope-app-dns/connections-opened) ;; *) continue ;; esac
	compared=$((compared + 1))
	is "$R" "${id#netflowscope-}" "$want" || { wrong=1; echo "$id: $(value "$R" "${id#netflowscope-}"), not $want"; }
done <"$W/told"
[ $wrong = 0 ] && [ $compared -gt 5 ]
check $? "a capture replayed: $compared sums are those of read --metrics"
ends_well $replaying "replay: ended by SIGTERM"

### Without CAP_NET_RAW

nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
# lacking DIR NAME COMMAND...: collectd without the capability
lacking() {
	local dir=$1 name=$2 n
	shift 2
	configure "$dir"
	start "$dir" h "$@"
	check $? "row 4.16: $name: collectd lives and writes values"
	another_read "$dir" 3
	n=$(grep -c CAP_NET_RAW "$dir/log")
	# Each capability has one line; there is no other complaint.
	[ "$n" = 1 ] && ! complaints "$dir" | grep -v 'CAP_[A-Z_]* is missing' &&
		[ -z "$(grep -o 'CAP_[A-Z_]* is missing' "$dir/log" | sort | uniq -d)" ]
	check $? "row 4.16: $name: $n line: $(grep -m 1 -o 'netflowscope plugin: .*CAP_NET_RAW.*' "$dir/log")"
	is "$dir" self/bool-source_capture 0 && is "$dir" self/bool-source_interfaces 1
	check $? "$name: bool-source_capture $(value "$dir" self/bool-source_capture), interfaces $(value "$dir" self/bool-source_interfaces)"
	ends_well $last "$name: ended by SIGTERM"
}
lacking "$W/e" "as another user" "${nobody[@]}" --inh-caps=-all
lacking "$W/f" "root without capabilities" setpriv --bounding-set=-all --inh-caps=-all

# working DIR NAME NS: counts packets
working() {
	wait_for 10 above "$1" interface-lo/if_octets 1000
	check $? "$2: $(value "$1" interface-lo/if_octets) octets counted"
	is "$1" self/bool-source_capture 1 && ! complaints "$1" | grep -vE 'CAP_[A-Z_]* is missing|may not be looked into' &&
		! grep -q 'CAP_NET_RAW is missing' "$1/log"
	check $? "$2: bool-source_capture $(value "$1" self/bool-source_capture) $(complaints "$1" | head -n 2)"
	ends_well $last "$2: ended by SIGTERM"
}
G=$W/g
configure "$G"
start "$G" h "${nobody[@]}" --inh-caps=-all,+net_raw --ambient-caps=-all,+net_raw
in_ns h ping -q -c 5 -i 0.2 -s 300 127.0.0.1 >/dev/null
working "$G" "with CAP_NET_RAW alone"

H=$W/h
configure "$H"
if in_ns p "${nobody[@]}" unshare -Urn true 2>/dev/null; then
	cat >"$W/own.sh" <<-'END'
		ip link set lo up
		"$1" -c 'import socket, time
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		for i in range(100):
		    s.sendto(b"x" * 300, ("127.0.0.1", 9))
		    time.sleep(0.1)' 2>/dev/null &
		shift
		exec "$@"
	END
	start "$H" p "${nobody[@]}" unshare -Urn sh "$W/own.sh" "$python"
	working "$H" "in a user namespace of its own"
else
	echo "skip $test: user namespaces are closed to other users here"
fi
exit $failed
