#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the real collectd is notified of, read from the log that is its notification target: a
# listener comes, restarts, changes exposure and owner, goes; packets and a source are lost.
test=notifications
. "$(dirname "$0")/common.sh"
under_limit 280
two_hosts || { not_ok "two hosts"; exit 1; }

A=$W/a
configure "$A" '<Plugin netflowscope>
  Interface "h0"
  RingSize "2M"
</Plugin>'
start "$A" h || { not_ok "collectd writes values: $(cat "$A/out.err" "$A/log")"; exit 1; }
daemon=$last
another_read "$A" 2

# Another executable, by name and by inode
cp "$(readlink -f "$python")" "$W/squatter" && chmod 755 "$W/squatter"
# listen PROGRAM: one that listens on TCP port 8080 of all addresses; $last
listen() {
	background "$W/listen" h "$1" -c '
import socket, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("0.0.0.0", 8080))
s.listen()
print("ready", flush=True)
time.sleep(600)'
	wait_for 10 grep -q ready "$W/listen"
}
# notices SEVERITY TEXT: notifications of it so far (an extended regular expression)
notices() { grep -cE "Notification: severity = $1, host = testhost, plugin = netflowscope, .*message = $2\$" "$A/log"; }
heard() { [ "$(notices "$1" "$2")" -ge 1 ]; }
# hears SEVERITY TEXT WHAT
hears() {
	wait_for 20 heard "$1" "$2"
	check $? "$3: $(grep -E "message = $2" "$A/log" | tail -n 1 | sed 's/.*message = //')"
}
us='tcp 8080 \(public\) of'

listen "$python" && one=$last
hears WARNING "$us python[0-9_]*: new listener, exposed" "a new listener"
grep -qE 'plugin_instance = listen, type = bool, type_instance = tcp-8080-ipv4-public-python[0-9_]*-exposed,' "$A/log"
check $? "it is named after its series"

stop $one; listen "$python" && one=$last
another_read "$A" 5
[ "$(notices '[A-Z]*' "$us .*")" = 1 ]
check $? "a restart with another PID is none: $(notices '[A-Z]*' "$us .*") in all"

in_ns h nft -f - <<'END'
table inet filter {
	chain input { type filter hook input priority 0; tcp dport 8080 drop; }
}
END
hears OKAY "$us python[0-9_]*: [a-z_]*, was exposed" "the firewall closes it"
in_ns h nft flush ruleset
hears WARNING "$us python[0-9_]*: exposed, was [a-z_]*" "the firewall opens it"

stop $one; listen "$W/squatter" && one=$last
hears WARNING "$us squatter: new owner, was python[0-9_]*" "another executable"

stop $one
hears WARNING "$us squatter: listens no more" "it goes"
[ "$(notices '[A-Z]*' "$us .*")" = 5 ]
check $? "five notifications of it in all: $(notices '[A-Z]*' "$us .*")"

### Losses

kill -STOP $daemon
in_ns h "$python" -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(20000): s.sendto(b"x" * 1000, ("10.77.0.2", 5999))'
sleep 2
kill -CONT $daemon
hears WARNING 'packets were lost by the kernel for want of room: [0-9]*' "packets are lost"
hears OKAY 'no packets are lost any more' "and no more"
ip -n "${P}h" link del h0
hears FAILURE 'capture was lost' "the source goes"
ip -n "${P}h" link add h0 type veth peer name p0 netns "${P}p" &&
	ip -n "${P}h" addr add 10.77.0.1/24 dev h0 && ip -n "${P}h" link set h0 up &&
	ip -n "${P}p" link set p0 up
hears OKAY 'capture works again' "the source is back"
ends_well $daemon "ended by SIGTERM"
exit $failed
