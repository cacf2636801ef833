#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every example of contrib/collectd is a configuration that collectd takes; unixsock answers; the thresholds
# are silent amid healthy traffic, and tell of a fault that is made, and of its end.
test=examples
. "$(dirname "$0")/common.sh"
under_limit 120
two_hosts || { not_ok "two hosts"; exit 1; }

for f in "$contrib"/collectd/*.conf; do
	name=$(basename "$f" .conf)
	T=$W/$name
	mkdir -p "$T" && echo "web1: secret" >"$T/hub.users"
	extra=$(example "$name" "$T")
	# csv and netflowscope are in every configuration of these tests.
	case $name in csv | netflowscope) extra=$(grep -v '^LoadPlugin' <<<"$extra") ;; esac
	lacks=$(for p in $(sed -n 's/^LoadPlugin //p' "$f"); do
		[ "$p" = netflowscope ] || ldd "/usr/lib/collectd/$p.so" | sed -n 's/ => not found//p'
	done | tr -d '\t')
	[ -z "$lacks" ] || { echo "skip $test: $name: collectd's writer lacks" $lacks; continue; }
	configure "$T" "" "$extra"
	in_ns h timeout 20 "$collectd" -T -C "$T/collectd.conf" >"$T/words" 2>&1
	rc=$?
	# -T reads once, too: that nobody listens where values shall go is no fault.
	cat "$T/words" "$T/log" 2>/dev/null | grep -iE 'unknown|ignor|pars|config|option|load' |
		grep -v 'MHD_OPTION_EXTERNAL_LOGGER\|successfully loaded' >"$T/bad"
	[ $rc = 0 ] && [ ! -s "$T/bad" ]
	check $? "collectd -T takes $name.conf $(head -n 2 "$T/bad")"
done

### Thresholds and unixsock, live

A=$W/a
configure "$A" "" "$(example threshold "$A")
$(example unixsock "$A")"
start "$A" h || { not_ok "collectd writes values: $(cat "$A/out.err" "$A/log")"; exit 1; }
daemon=$last
# dns.py serve FILE: answers with the code that stands in FILE; dns.py ask: asks 20 times a second.
cat >"$W/dns.py" <<'END'
import socket, struct, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
if sys.argv[1] == "serve":
    s.bind(("10.77.0.2", 53))
    print("ready", flush=True)
    while True:
        q, peer = s.recvfrom(512)
        with open(sys.argv[2]) as f:
            rcode = int(f.read() or 0)
        s.sendto(q[:2] + struct.pack("!HHHHH", 0x8180 | rcode, 1, 0, 0, 0) + q[12:], peer)
s.settimeout(1)
for i in range(4000):
    s.sendto(struct.pack("!HHHHHH", i, 0x100, 1, 0, 0, 0) + b"\3www\7example\0\0\1\0\1", ("10.77.0.2", 53))
    try:
        s.recv(512)
    except OSError:
        pass
    time.sleep(0.05)
END
echo 0 >"$W/rcode"
background "$W/serve" p "$python" "$W/dns.py" serve "$W/rcode"
wait_for 10 grep -q ready "$W/serve"
background "$W/ask" h "$python" "$W/dns.py" ask
wait_for 20 above "$A" dns/dns_rcode-NOERROR 100
another_read "$A" 5
# notices SEVERITY INSTANCE VALUE: what the threshold plugin told of it so far
notices() { grep -E "Notification: severity = $1, .*plugin_instance = $2,.* type_instance = $3," "$A/log"; }
grep -E 'Notification: severity = (WARNING|FAILURE)' "$A/log" | grep -v 'type = bool, type_instance = [tu]' >"$W/bad"
[ ! -s "$W/bad" ]
check $? "thresholds are silent amid healthy traffic $(head -n 2 "$W/bad")"
echo 2 >"$W/rcode"
# Connects that are refused, 20 a second
background "$W/refused" h "$python" -c '
import socket, time
for i in range(2000):
    with socket.socket() as s:
        s.connect_ex(("10.77.0.2", 9998))
    time.sleep(0.05)'
refused=$last
# fires INSTANCE VALUE TEXT, clears INSTANCE VALUE TEXT
fires() {
	wait_for 30 notices '(WARNING|FAILURE)' "$1" "$2"
	check $? "$3: $(notices '(WARNING|FAILURE)' "$1" "$2" | sed -n '1s/.*message = //p')"
}
ended() { notices '[A-Z]*' "$1" "$2" | tail -n 1 | grep -q 'severity = OKAY'; }
clears() {
	wait_for 30 ended "$1" "$2"
	check $? "$3: $(notices OKAY "$1" "$2" | sed -n '$s/.*message = //p')"
}
fires dns SERVFAIL "a surge of SERVFAIL"
fires tcp-private refused_out "a service that is down"
echo 0 >"$W/rcode"
stop $refused
clears dns SERVFAIL "its end"
clears tcp-private refused_out "its end"

# ask_socket COMMAND: the lines that collectd answers
ask_socket() {
	in_ns h timeout 10 "$python" -c '
import socket, sys
with socket.socket(socket.AF_UNIX) as s:
    s.connect(sys.argv[1])
    s.sendall(sys.argv[2].encode() + b"\n")
    f = s.makefile()
    for i in range(int(f.readline().split()[0])):
        print(f.readline().rstrip())' "$A/collectd-unixsock" "$1"
}
ask_socket LISTVAL >"$W/list"
n=$(grep -c ' testhost/netflowscope-' "$W/list")
value=$(ask_socket 'GETVAL "testhost/netflowscope-self/count-series"')
[ "$n" -gt 60 ] && grep -qE '^value=[0-9]' <<<"$value"
check $? "unixsock lists $n series: self/count-series $value"
ends_well $daemon "ended by SIGTERM"
exit $failed
