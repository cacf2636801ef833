#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What listens, in every way there is, equals a table and `ss -tulnp` (features.md 0.1 to 0.5, 2.1, 2.10).
test=listen
. "$(dirname "$0")/common.sh"
show=${top_builddir:?}/tests/host/show_sockets
[ -x "$show" ] || make -s -C "$top_builddir" tests/host/show_sockets >/dev/null 2>&1
[ -x "$show" ] || { not_ok "tests/host/show_sockets is not built"; exit 1; }

two_hosts || { not_ok "two namespaces"; exit 1; }
for a in 2001:db8:77::1/64 fe80::77/64; do ip -n "${P}h" addr add "$a" dev h0 nodad; done
ip -n "${P}h" addr add 203.0.113.1/24 dev h0
ip -n "${P}h" addr add 100.64.0.5/32 dev lo
ip -n "${P}h" link add g0 type veth peer name g1 && ip -n "${P}h" link set g0 up
background "$W/table" h /usr/bin/python3 "$here/listeners.py" open
server=$last
wait_for 20 grep -q ready "$W/table"
ready=$?
check $ready "$(grep -c listener "$W/table") ways to listen"
[ $ready = 0 ] || { cat "$W/table.err"; exit 1; }

in_ns h ss -H -tulnp >"$W/ss"
in_ns h "$N" listen --json >"$W/told" 2>"$W/told.err"
check $? "listeners are told"
/usr/bin/python3 "$here/listeners.py" compare "$W/told" "$W/ss" <"$W/table" >"$W/differences" 2>&1
[ ! -s "$W/differences" ]
check $? "row 2.10: the table and ss -tulnp: $(wc -l <"$W/differences") differences"
head -n 20 "$W/differences"
in_ns h "$N" listen --json --ignore-ephemeral-udp false >"$W/more" 2>/dev/null
[ $(($(wc -l <"$W/more") - $(wc -l <"$W/told"))) = 1 ]
check $? "with the UDP port that the kernel handed out: one more"

# /proc/net tells the same, but for devices, zones, what v6only says, limits and overflows.
same() { grep -v '"interface"\|"port":\(8003\|8006\|9003\|9006\),' "$1" | sed 's/,"queue_max":[0-9]*,"overflows":[0-9]*//' | sort; }
in_ns h "$show" listeners proc >"$W/proc"
devices='"port":\(806[1-7]\|906[1-7]\),'
in_ns h "$show" listeners >"$W/asked"
[ "$(same "$W/asked" | grep -v "$devices")" = "$(same "$W/proc" | grep -v "$devices")" ]
check $? "/proc/net tells the same"

# Row 0.2: IPv4 is taken exactly where it is claimed.
wrong=
for port in 8001 8002 8003 8004 8005 8006 8007; do
	claimed=$(grep -c "\"family\":\"\(ipv4\|dual\)\".*\"port\":$port," "$W/told")
	taken=0
	in_ns h timeout 2 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" 2>/dev/null && taken=1
	[ "$claimed" = "$taken" ] || wrong+=" $port"
done
[ -z "$wrong" ]
check $? "row 0.2: connects over IPv4 succeed where it is claimed$wrong"

# Row 0.4: an interface that is renamed, one that is gone.
listens_on() { in_ns h "$N" listen --json 2>/dev/null | grep '"port":8066,' | grep -c "\"interface\":\"$1\""; }
number=$(in_ns h cat /sys/class/net/g0/ifindex)
[ "$(listens_on g0)" = 1 ] && ip -n "${P}h" link set g0 down && ip -n "${P}h" link set g0 name other &&
	[ "$(listens_on other)" = 1 ]
check $? "row 0.4: an interface renamed"
ip -n "${P}h" link del other && [ "$(listens_on "if$number")" = 1 ]
check $? "row 0.4: an interface deleted: if$number"

# All namespaces, and none of them kept: a deleted one vanishes, and its end of the veth pair.
"$show" namespaces 600 >"$W/all" 2>&1 &
all=$!
started+=($all)
# An inode's number is given to the next namespace that somebody makes; a cookie never is.
cookie='import socket; print(int.from_bytes(socket.socket().getsockopt(socket.SOL_SOCKET, 71, 8), "little"))'
h=$(in_ns h /usr/bin/python3 -c "$cookie") p=$(in_ns p /usr/bin/python3 -c "$cookie")
wait_for 10 grep -q "^round 3" "$W/all"
grep -q "^$h [1-9]" "$W/all" && grep -q "^$p 0" "$W/all"
check $? "all namespaces are visited"
ip netns del "${P}p"
wait_for 20 bash -c "! ip -n ${P}h link show h0"
check $? "a deleted namespace is let go"
round=$(grep -c ^round "$W/all")
wait_for 10 grep -q "^round $((round + 3))" "$W/all"
! sed -n "/^round $((round + 2))/,\$p" "$W/all" | grep -q "^$p "
check $? "and is not seen any more"
# Namespaces that come and go meanwhile.
for i in $(seq 40); do netns "x$i"; [ "$i" -lt 4 ] || ip netns del "${P}x$((i - 3))"; done
kill -0 $all
check $? "namespaces that come and go"
kill $all
! grep -v '^[0-9]* [0-9]*$\|^round [0-9]*: [0-9]*, 0 missed$' "$W/all"
check $? "none is missed"
setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all "$show" namespaces >"$W/nobody" 2>&1
grep -q "setns: Operation not permitted" "$W/nobody" && grep -q "^$(/usr/bin/python3 -c "$cookie") " "$W/nobody"
check $? "without a capability: its own alone, and why"
stop "$server"
exit $failed
