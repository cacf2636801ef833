#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Sockets by state, direction and scope of the remote end (features.md, rows 2.5, 2.6), a listener
# that comes late (row 3.7), an address that comes late (row 4.15).
test=directions
. "$(dirname "$0")/common.sh"
command -v ss >/dev/null || skip_all "ss is not installed"
two_hosts || { not_ok "two hosts"; exit 1; }
py=/usr/bin/python3
ip -n "${P}h" addr add 11.0.0.1/24 dev h0 && ip -n "${P}p" addr add 11.0.0.2/24 dev p0

begin() {	# begin OUT OPTION...
	local out=$1
	shift
	background "$out" h "$N" live --interval 1 "$@"
	live=$last
}
# The last value that was told.
last_of() { grep " netflowscope-$1 " "$W/told" | tail -n 1 | cut -d ' ' -f 3; }
is() { [ "$(last_of "$1")" = "$2" ]; }

### Row 2.5: both servers take IPv4 in an IPv6 socket, so that the peers are mapped addresses

for n in h p; do
	background "$W/serve.$n" $n "$py" "$here/connections.py" serve 5000
	wait_for 10 grep -q ready "$W/serve.$n" || not_ok "a server in $n"
done
server=$last
begin "$W/told" -i lo --metrics
wait_for 10 grep -q duration-read "$W/told"
check $? "netflowscope looks"
many() { background "$W/many.$1.$2" "$1" "$py" "$here/connections.py" many "$2" 5000 "$3"; }
many p 10.77.0.1 3
many p 11.0.0.1 2
many h 10.77.0.2 4
many h 11.0.0.2 5
many h 127.0.0.1 2
many h fd77::2 1
for f in "$W"/many.*; do
	case $f in *.err) ;; *) wait_for 20 grep -q ready "$f" || not_ok "$f" ;; esac
done
state=tcp_connections-ESTABLISHED
all() {
	is connections-private/$state-incoming 3 && is connections-private/$state-outgoing 5 &&
		is connections-public/$state-incoming 2 && is connections-public/$state-outgoing 5 &&
		is connections-loopback/$state-local 4
}
wait_for 30 all
check $? "row 2.5: incoming, outgoing and local ones, by scope: $(for s in private public loopback; do
	for d in incoming outgoing local; do echo "$s $d $(last_of connections-$s/$state-$d),"; done; done | tr '\n' ' ')"
[ "$(in_ns h ss -Htn state established | wc -l)" = 19 ]
check $? "row 2.5: as many as ss has"
is connections-none/tcp_connections-LISTEN-none "$(in_ns h ss -Htln | wc -l)" &&
	! grep " netflowscope-connections-" "$W/told" | grep LISTEN | grep -qv connections-none
check $? "row 2.5: those that listen have no remote end: $(last_of connections-none/tcp_connections-LISTEN-none)"

### Row 2.6

by_port() { sort -n | uniq -c | awk '{ print $2, $1 }'; }
in_ns h "$N" connections --json | grep '"proto":"tcp"' | sed 's/.*"local_port":\([0-9]*\),.*/\1/' | by_port >"$W/ours"
in_ns h ss -Htn | awk '{ n = split($4, p, ":"); print p[n] }' | by_port >"$W/theirs"
cmp -s "$W/ours" "$W/theirs" && grep -q '^5000 7$' "$W/ours"
check $? "row 2.6: as many by port as ss has: $(grep '^5000 ' "$W/ours")"

### Row 3.7: no look lies between a listener's first moment and who connects to it.  Of a UDP socket
### nobody tells but a look: what comes in that second has no direction.

late() {
	in_ns h "$py" -c '
import os, socket, subprocess, sys
keep = []
for i in range(5):
    s = socket.create_server(("10.77.0.1", 7000 + i))
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.bind(("10.77.0.1", 7000 + i))
    keep += [s, u]
    print("go", 7000 + i, flush=True)
    sys.stdin.readline()
    keep.append(s.accept()[0])
print("there", flush=True)
sys.stdin.readline()' <"$W/to" >"$W/from" &
}
mkfifo "$W/to" "$W/from"
begin "$W/flows" -i h0 --json
flows=$live
wait_for 10 grep -q '"ready"' "$W/flows"
late
late=$!
exec 4>"$W/to" 5<"$W/from"
in_ns p "$py" -c '
import os, socket, time
ask, answer = os.fdopen(5), os.fdopen(4, "w")
keep = []
for line in ask:
    if not line.startswith("go"):
        break
    port = int(line.split()[1])
    keep.append(socket.create_connection(("10.77.0.1", port)))
    print("next", file=answer, flush=True)
for _ in range(25):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as u:
        u.sendto(b"x", ("10.77.0.1", 7000))
    time.sleep(0.2)
print("end", file=answer, flush=True)'
exec 4>&- 5<&-
wait $late
gone() { ! in_ns h "$N" listen --json | grep -q '"port":700[0-4],'; }
wait_for 5 gone
check $? "row 3.7: listeners that ended are told no more"
stop $flows
of() { grep '"event":"flow"' "$W/flows" | grep "\"proto\":\"$1\"" | grep '"responder_port":700[0-4],'; }
n=$(of tcp | grep -c '"direction":"incoming"')
[ "$n" = 5 ]
check $? "row 3.7: who connects to a listener of this moment comes in: $n of 5"
n=$(of udp | grep -c '"direction":"incoming"')
of udp | sed 's/.*"start":\([0-9.]*\).*/\1 &/' | sort -n | tail -n 1 | grep -q '"direction":"incoming"'
check $? "row 3.7: datagrams for a socket that was looked at come in: $n of $(of udp | wc -l)"

### Row 4.15: an address that comes while we look

begin "$W/vip" -i h0 --json
vip=$live
wait_for 10 grep -q '"ready"' "$W/vip"
ip -n "${P}h" addr add 10.77.0.50/24 dev h0
t0=$(date +%s%N)
tries=0
# A new connection each time; the server answers an octet with two.
try() {
	tries=$((tries + 1))
	in_ns p "$py" -c '
import socket
with socket.create_connection(("10.77.0.50", 5000)) as c:
    c.sendall(b"x"); c.recv(2)'
}
try
wait_for 1 false
try
t=$((($(date +%s%N) - t0) / 1000000))
stop $vip
grep '"event":"flow"' "$W/vip" | grep '"responder":"10.77.0.50"' | sort -t: -k1 >"$W/vip.flows"
[ "$(wc -l <"$W/vip.flows")" = 2 ] && [ "$(grep -c '"direction":"incoming"' "$W/vip.flows")" -ge 1 ]
check $? "row 4.15: $(grep -c '"direction":"incoming"' "$W/vip.flows") of 2 connections to an address that came $t ms ago are incoming"
stop $server
exit $failed
