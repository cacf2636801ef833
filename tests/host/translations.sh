#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Translations as connection tracking tells them (features.md 3.8, 3.9), and what becomes of
# them: against `conntrack -L`, with events lost, and for the host's own connections.
test=translations
. "$(dirname "$0")/common.sh"
show=${top_builddir:?}/tests/host/show_translations
nat=$here/../net/nat.py
[ -x "$show" ] || make -s -C "$top_builddir" tests/host/show_translations >/dev/null 2>&1
[ -x "$show" ] || { not_ok "tests/host/show_translations is not built"; exit 1; }
command -v nft >/dev/null || skip_all "nft is not installed"
command -v conntrack >/dev/null || skip_all "conntrack is not installed"
two_hosts || { not_ok "two namespaces"; exit 1; }
in_ns h cat /proc/sys/net/netfilter/nf_conntrack_count >/dev/null 2>&1 || skip_all "no connection tracking in this kernel"

# watch OUT [ROOM]: show_translations in h; `look` makes it look, and waits for what it says.
looks=0
watch() {
	local out=$1
	shift
	rm -f "$W/in" && mkfifo "$W/in"
	exec 8<>"$W/in"
	: >"$out"
	ip netns exec "${P}h" "$show" "$@" <"$W/in" >"$out" 2>&1 &
	last=$!
	started+=("$last")
	looks=0
}
look() {
	looks=$((looks + 1))
	echo >&8
	wait_for 20 eval '[ "$(grep -c "^active" '"$1"')" -ge '"$looks"' ]'
}
value() { tail -n 1 "$1" | awk -v k="$2" '{ for (i = 1; i < NF; i++) if ($i == k) print $(i + 1) }'; }

# Nothing is tracked: listening does not begin it.
watch "$W/idle"
look "$W/idle"
in_ns h ping -qc 2 -i 0.2 10.77.0.2 >/dev/null
look "$W/idle"
[ "$(value "$W/idle" active)" = 0 ] && [ "$(in_ns h cat /proc/sys/net/netfilter/nf_conntrack_count)" = 0 ]
check $? "nothing is tracked, before and afterwards: $(tail -n 1 "$W/idle")"
stop "$last"

in_ns h nft -f - <<'RULES'
table ip nat {
	chain own {
		type nat hook output priority -100;
		ip daddr 198.51.100.9 dnat to 10.77.0.2
		ip daddr 198.51.100.8 tcp dport 8000 dnat to 10.77.0.1:7003
	}
	chain in { type nat hook prerouting priority -100; tcp dport 8002 redirect to :7002; }
}
RULES
ip -n "${P}h" route add 198.51.100.0/24 via 10.77.0.2
background "$W/peer" p /usr/bin/python3 "$nat" serve 7001
wait_for 20 grep -q ready "$W/peer"

# Flows from before (a dump), and from after (events): all are there, and they end.
background "$W/before" h /usr/bin/python3 "$nat" open 10 198.51.100.9 7001
early=$last
wait_for 20 grep -q open "$W/before"
watch "$W/told"
told=$last
look "$W/told"
background "$W/after" h /usr/bin/python3 "$nat" open 10 198.51.100.9 7001
wait_for 20 grep -q open "$W/after"
same() {	# same: what it holds is what conntrack lists
	look "$W/told"
	in_ns h conntrack -L 2>/dev/null | /usr/bin/python3 -c 'import re, sys
for line in sys.stdin:
    v = [x for _, x in re.findall(r"(src|dst|sport|dport)=(\S+)", line)]
    print(line.split()[1], v[0], v[2], v[1], v[3], ">", v[5], v[7], v[4], v[6])' | sort >"$W/want"
	tac "$W/told" | awk '/^active/ && n++ { exit } !/^active/' | sort >"$W/have"
	cmp -s "$W/want" "$W/have"
}
wait_for 20 same
check $? "$(wc -l <"$W/have") translations are those of conntrack -L"
[ "$(wc -l <"$W/have")" = 20 ] && [ "$(value "$W/told" dnat)" = 10 ] && [ "$(value "$W/told" snat)" = 0 ]
check $? "ten were there before, ten were counted: $(tail -n 1 "$W/told")"
in_ns h conntrack -D -p udp >/dev/null 2>&1
wait_for 60 same	# of the older ones no event comes: they are asked about
check $? "what ends goes: $(wc -l <"$W/have") left"
stop "$told"

# Row 3.9: a buffer far too small for a burst.
watch "$W/small" 2048
small=$last
look "$W/small"
kill -STOP "$small"
in_ns h /usr/bin/python3 "$nat" burst 2000 198.51.100.9 7001
kill -CONT "$small"
lost() {
	look "$W/small"
	[ "$(value "$W/small" overruns)" -ge 1 ] && [ "$(value "$W/small" dumps)" -ge 2 ] &&
		[ "$(value "$W/small" live)" = "$(value "$W/small" entries)" ] && [ "$(value "$W/small" dnat)" -ge 1500 ]
}
wait_for 30 lost
check $? "events were lost, counted, and what they told read anew: $(tail -n 1 "$W/small")"
kill -0 "$small" 2>/dev/null
check $? "and it goes on"
stop "$small"
in_ns h conntrack -F >/dev/null 2>&1
stop "$early"

# Where the kernel tells no events, the table is read every ten seconds.
if in_ns h sysctl -qw net.netfilter.nf_conntrack_events=0 2>/dev/null; then
	watch "$W/told"
	told=$last
	look "$W/told"
	background "$W/quiet" h /usr/bin/python3 "$nat" open 4 198.51.100.9 7001
	quiet=$last
	wait_for 20 grep -q open "$W/quiet"
	wait_for 40 same
	check $? "without events: $(wc -l <"$W/have") translations are those of conntrack -L"
	in_ns h conntrack -F >/dev/null 2>&1
	wait_for 40 same
	check $? "and none is left: $(wc -l <"$W/have")"
	stop "$told"
	stop "$quiet"
	in_ns h sysctl -qw net.netfilter.nf_conntrack_events=2
fi

# Row 3.8: this host to itself by an address that is not its own; to the peer, and to a redirected port.
background "$W/self" h /usr/bin/python3 "$nat" serve 7003
background "$W/redirected" h /usr/bin/python3 "$nat" serve 7002
wait_for 20 grep -q ready "$W/self" && wait_for 20 grep -q ready "$W/redirected"
background "$W/flows" h "$N" live --json
live=$last
wait_for 10 grep -q '"ready"' "$W/flows"
cat >"$W/hold.py" <<'PY'
import signal, socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 20)
s.send(b"hello")
s.recv(64)
print("open", flush=True)
signal.pause()
PY
background "$W/c1" h /usr/bin/python3 "$W/hold.py" 198.51.100.8 8000
background "$W/c2" h /usr/bin/python3 "$W/hold.py" 198.51.100.9 7001
background "$W/c3" p /usr/bin/python3 "$W/hold.py" 10.77.0.1 8002
for c in 1 2 3; do wait_for 20 grep -q open "$W/c$c"; done
in_ns h "$N" connections --json >"$W/connections"
cat >"$W/rows.py" <<'PY'
import json, sys
for line in open(sys.argv[1]):
    c = json.loads(line)
    if c.get("event") == "connection" and c.get("state") == "ESTABLISHED":
        n = c.get("nat", {})
        print(c["local_port"], c["remote"], c["remote_port"], c["direction"], c["scope"],
              n.get("remote", "-"), n.get("remote_port", "-"), n.get("local", "-"), n.get("local_port", "-"))
PY
/usr/bin/python3 "$W/rows.py" "$W/connections" >"$W/rows"
grep -qE '^[0-9]+ 198.51.100.8 8000 local loopback 10.77.0.1 7003 10.77.0.1 ' "$W/rows"
check $? "a connection to itself is local, seen from who began it: $(grep '198.51.100.8 8000' "$W/rows" | head -n 1)"
grep -qE '^7003 10.77.0.1 [0-9]+ local loopback 10.77.0.1 [0-9]+ 198.51.100.8 8000' "$W/rows"
check $? "and from who answers: $(grep '^7003' "$W/rows")"
grep -qE '^[0-9]+ 198.51.100.9 7001 outgoing public 10.77.0.2 7001 ' "$W/rows"
check $? "the remote end has its other name: $(grep '198.51.100.9' "$W/rows")"
grep -qE '^7002 10.77.0.2 [0-9]+ incoming private 10.77.0.2 [0-9]+ 10.77.0.1 8002' "$W/rows"
check $? "so has a redirected one: $(grep '^7002' "$W/rows")"
sleep 3			# owners are looked for ten times a second
stop $live
cat >"$W/owners.py" <<'PY'
import json, sys
for line in open(sys.argv[1]):
    f = json.loads(line)
    if f["event"] == "flow" and "nat" in f:
        print(f["initiator"], f["responder"], f["responder_port"], f["direction"],
              f.get("process", "-"), f["nat"]["remote"], f["nat"]["remote_port"])
PY
/usr/bin/python3 "$W/owners.py" "$W/flows" >"$W/owned"
grep -qE '^10.77.0.1 10.77.0.2 7001 outgoing python3[^ ]* 198.51.100.9 7001' "$W/owned"
check $? "a flow has its owner under the wire's name: $(grep '10.77.0.2 7001' "$W/owned")"
[ -s "$W/owned" ] && ! grep -E '198.51.100.8|7003' "$W/owned" | grep -qv ' local '
check $? "flows within the host are local by either name: $(grep -c ' local ' "$W/owned")"

# As nobody: one line, and every other source goes on.
nobody=(setpriv --reuid 65534 --clear-groups --bounding-set=-all --inh-caps=-all)
in_ns h "${nobody[@]}" "$N" doctor --firewall false >"$W/doctor" 2>&1
grep 'CAP_NET_ADMIN is missing' "$W/doctor" | grep -q '^conntrack'
check $? "doctor without CAP_NET_ADMIN: $(grep conntrack "$W/doctor" | cut -c 1-70)"
in_ns h "${nobody[@]}" "$N" doctor >"$W/doctor" 2>&1
[ "$(grep -c 'CAP_NET_ADMIN is missing' "$W/doctor")" = 1 ] && grep -q '^conntrack *FAILED' "$W/doctor"
check $? "and beside the firewall, which names it already"
in_ns h "$N" doctor --conntrack false | grep -q '^conntrack.*switched off (Conntrack)'
check $? "Conntrack false"
exit $failed
