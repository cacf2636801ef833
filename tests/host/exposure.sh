#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Who can reach a listener, and who did: rows listen/bool under rules that change, and what packets of
# public and private peers show beside them (features.md 0.7, 2.1; DESIGN 4.2, listen).
test=exposure
. "$(dirname "$0")/common.sh"
python=/usr/bin/python3
name=$(basename "$(readlink -f $python)" | tr -c 'A-Za-z0-9_\n' _)

two_hosts || { not_ok "two namespaces"; exit 1; }
for n in h p; do
	i=1 && [ $n = h ] || i=2
	ip -n "$P$n" addr add 11.77.0.$i/24 dev ${n}0
	ip -n "$P$n" addr add 2600:77::$i/64 dev ${n}0 nodad
done
ip -n "${P}h" route add default via 11.77.0.2 dev h0 && ip -n "${P}h" -6 route add default via 2600:77::2 dev h0
in_ns h nft -f - <<'RULES'
table inet filter {
	chain input {
		type filter hook input priority 0; policy drop;
		iif lo accept
		ct state established,related accept
		meta l4proto ipv6-icmp accept
		tcp dport { 8080, 8083 } accept
		udp dport 8053 accept
		ip saddr 10.0.0.0/8 tcp dport 8081 accept
	}
}
RULES
background "$W/serve" h "$python" "$here/exposure.py" serve "tcp:[::]:8080" tcp:0.0.0.0:8081 tcp:127.0.0.1:8082 \
	"tcp:[::]:8083" "udp:[::]:8053" tcp:127.0.0.1:8084
server=$last
wait_for 20 grep -q ready "$W/serve"
check $? "listeners"
background "$W/told" h "$N" live -i h0 --metrics --interval 1
agent=$last

# told NAME VALUE: the last read has that value of listen/NAME
told() { [ "$(grep " netflowscope-listen/$1 " "$W/told" | tail -n 1 | cut -d' ' -f3)" = "$2" ]; }
reads() { grep -c ' netflowscope-self/count-series ' "$W/told"; }
has_reads() { [ "$(reads)" -ge "$1" ]; }
another() { wait_for 60 has_reads $(($(reads) + $1)); }
rows() { sed -n "s,^$1 netflowscope-listen/bool-,,p" "$W/told" | sort | tr '\n' ' '; }
last_read() { grep ' netflowscope-self/count-series ' "$W/told" | tail -n 1 | cut -d' ' -f1; }

wait_for 60 told "bool-tcp-8080-dual-public-$name-exposed" 1
check $? "an exposed listener is a row"
another 1
want="tcp-8080-dual-public-$name-exposed 1 tcp-8081-ipv4-public-$name-lan_only 1 "
want+="tcp-8082-ipv4-loopback-$name-local_only 1 tcp-8083-dual-public-$name-exposed 1 "
want+="tcp-8084-ipv4-loopback-$name-local_only 1 udp-8053-dual-public-$name-exposed 1 "
[ "$(rows "$(last_read)")" = "$want" ]
check $? "all rows, each once: $(rows "$(last_read)")"
told count-exposed 3 && told count-lan_only 1 && told count-local_only 2 && told count-unknown 0
check $? "and the counts by exposure are theirs"
told count-permitted_unused 3 && told count-observed_unexpected 0
check $? "nobody has used what is permitted"

# What packets show: public peers that were answered, and nobody else.
meet() { in_ns p "$python" "$here/exposure.py" meet "$@"; }
answered="$(meet 7 tcp 11.77.0.2 11.77.0.1 8080) $(meet 3 tcp 2600:77::2 2600:77::1 8080) $(meet 5 tcp 10.77.0.2 10.77.0.1 8080)"
answered+=" $(meet 6 udp 11.77.0.2 11.77.0.1 8053) $(meet 4 udp 10.77.0.2 10.77.0.1 8053) $(meet 2 tcp 10.77.0.2 10.77.0.1 8081)"
[ "$answered" = "7 3 5 6 4 2" ]
check $? "peers were answered: $answered"
in_ns p "$python" -c 'import socket
for port in (8081, 8082, 8099):
    s = socket.socket(); s.bind(("11.77.0.2", 0)); s.settimeout(0.3)
    try: s.connect(("11.77.0.1", port))
    except OSError: pass'
wait_for 60 told connections-tcp-8080-observed_public 10
check $? "7 and 3 connects of public peers to port 8080"
wait_for 60 told connections-udp-8053-observed_public 6
check $? "6 exchanges of public peers with port 8053"
another 3
told connections-tcp-8080-observed_public 10 && told connections-udp-8053-observed_public 6
check $? "and no more of them"
! grep -q 'listen/connections-tcp-808[1234]-' "$W/told"
check $? "nothing of private peers, dropped SYNs, and ports where nobody came"
told count-permitted_unused 1 && told count-observed_unexpected 0
check $? "one port is permitted and unused"

# A rule that changes: the old row ends with a 0 in the read that begins the new one.
handle=$(in_ns h nft -a list chain inet filter input | sed -n 's/.*{ 8080, 8083 } accept # handle //p')
before=$(last_read)
in_ns h nft replace rule inet filter input handle "$handle" tcp dport 8083 accept
wait_for 60 told "bool-tcp-8080-dual-public-$name-lan_only" 1
check $? "row 0.7: a rule less: lan_only"
at=$(grep "tcp-8080-dual-public-$name-lan_only 1" "$W/told" | head -n 1 | cut -d' ' -f1)
[ "$(grep -c "^$at netflowscope-listen/bool-tcp-8080-dual-public-$name-exposed 0" "$W/told")" = 1 ] &&
	[ "$(grep -c "bool-tcp-8080-dual-public-$name-exposed 0" "$W/told")" = 1 ]
check $? "the old row's last value is 0, once ($(echo "$at - $before" | bc 2>/dev/null || echo "$before to $at") s after the read before)"
another 2
! sed -n "/^$at /,\$p" "$W/told" | grep "tcp-8080-dual-public-$name-exposed 1"
check $? "and it is not told again"

# A container's way in: a port that is translated, behind a listener that says that nobody comes.
in_ns h nft add table ip nat && in_ns h nft add chain ip nat pre '{ type nat hook prerouting priority -100; }' &&
	in_ns h nft add rule ip nat pre tcp dport 8082 redirect to :8083
check $? "a port is redirected"
another 2
[ "$(meet 4 tcp 11.77.0.2 11.77.0.1 8082)" = 4 ]
check $? "strangers are answered on a port where only this host may come"
wait_for 60 told connections-tcp-8082-observed_unexpected 4
check $? "4 connects against the verdict"
wait_for 60 told count-observed_unexpected 1 && told connections-tcp-8082-observed_public 4
check $? "a port where packets contradict the verdict"

# And one that leads to another host (here: back to the peer), whose packets are only forwarded.
background "$W/container" p "$python" "$here/exposure.py" serve tcp:10.77.0.2:9000
container=$last
in_ns h sysctl -qw net.ipv4.ip_forward=1 && wait_for 20 grep -q ready "$W/container" &&
	in_ns h nft add rule ip nat pre tcp dport 8084 dnat to 10.77.0.2:9000 &&
	in_ns h nft add chain ip nat post '{ type nat hook postrouting priority 100; }' &&
	in_ns h nft add rule ip nat post tcp dport 9000 masquerade
check $? "a port leads to another host"
another 2
[ "$(meet 3 tcp 11.77.0.2 11.77.0.1 8084)" = 3 ]
check $? "strangers are answered from there"
wait_for 60 told connections-tcp-8084-observed_unexpected 3 && told count-observed_unexpected 2
check $? "3 connects against the verdict, though no packet of them ends here"
stop "$container"

# The end of a row, whatever it was.
stop "$server"
gone() { [ "$(grep -c ' netflowscope-listen/bool-.* 0$' "$W/told")" = 7 ]; }
wait_for 60 gone
check $? "each row ends with one 0"
another 2
gone && [ -z "$(rows "$(last_read)")" ] && told count-exposed 0 && told count-permitted_unused 0
check $? "and nothing is told of it any more"
! grep -iE ' netflowscope-listen.*(nan|inf|-[0-9.]+$)' "$W/told"
check $? "every value is a number"
stop "$agent"
! grep -v '^capturing on ' "$W/told.err"
check $? "without a complaint"

# live --json tells at its end what packets showed of what listens.
in_ns h nft delete table ip nat
background "$W/serve" h "$python" "$here/exposure.py" serve "tcp:[::]:8080" "tcp:[::]:8083" tcp:127.0.0.1:8082
server=$last
wait_for 20 grep -q ready "$W/serve"
background "$W/json" h "$N" live -i h0 --json
agent=$last
wait_for 20 grep -q '"event":"ready"' "$W/json"
[ "$(meet 3 tcp 11.77.0.2 11.77.0.1 8083)" = 3 ]
check $? "strangers come"
seen() { [ "$(grep -c '"event":"started".*"responder_port":8083' "$W/json")" -ge 3 ]; }
wait_for 60 seen
stop "$agent"
"$python" - "$W/json" >"$W/seen" <<'END'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
print(rows[-1]["event"], *[(r["port"], r["exposure"], r["observed_public"], r["observed_unexpected"])
                          for r in rows if r["event"] == "listener"])
END
[ "$(cat "$W/seen")" = "summary (8083, 'exposed', 3, 0)" ]
check $? "live --json: $(cat "$W/seen")"

# Without CAP_NET_ADMIN nobody knows the rules: all is unknown but for loopback, and one line says why.
raw=(setpriv --reuid 65534 --regid 65534 --clear-groups "--inh-caps=-all,+net_raw" "--ambient-caps=-all,+net_raw"
	"--bounding-set=-all,+net_raw")
background "$W/told" h "${raw[@]}" "$N" live -i h0 --metrics --interval 1
agent=$last
wait_for 60 told bool-tcp-8082-ipv4-loopback-unknown-local_only 1
another 1
want="tcp-8080-dual-public-unknown-unknown 1 tcp-8082-ipv4-loopback-unknown-local_only 1 tcp-8083-dual-public-unknown-unknown 1 "
[ "$(rows "$(last_read)")" = "$want" ]
check $? "without CAP_NET_ADMIN: $(rows "$(last_read)")"
stop "$agent"
[ "$(grep -c 'firewall: CAP_NET_ADMIN' "$W/told.err")" = 1 ]
check $? "and one line with the remedy: $(grep 'firewall: ' "$W/told.err")"
stop "$server"
exit $failed
