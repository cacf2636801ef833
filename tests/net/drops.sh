#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A ring that overruns because its reader is stopped for 2 s (features.md 1.3): what was captured and
# what was dropped is what was sent, and nothing more is dropped when the reader goes on.
# Alone: drops are made on purpose, and counted.
test=drops
. "$(dirname "$0")/common.sh"
two_hosts || { not_ok "two hosts"; exit 1; }

ip netns exec "${P}h" "$N" live -i h0 --ring-size 2M --filter "udp port 5999" --json >"$W/live" 2>"$W/live.err" &
live=$!
started+=($live)
wait_for 10 grep -q '"ready"' "$W/live" || { not_ok "live: $(cat "$W/live.err")"; exit 1; }

# send N: N datagrams of 1000 octets to a port where somebody listens, so that no answer is sent
ip netns exec "${P}p" /usr/bin/python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.77.0.2", 5999))
print("ready", flush=True)
while True: s.recv(2000)' >"$W/sink" &
started+=($!)
wait_for 10 grep -q ready "$W/sink"
send() {
	in_ns h /usr/bin/python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(int(sys.argv[1])): s.sendto(b"x" * 1000, ("10.77.0.2", 5999))' "$1"
}
sent=0
send 2000
kill -STOP $live
send 20000
sleep 2
kill -CONT $live
sleep 2
send 3000
sent=25000
sleep 2
stop $live
captured=$(grep '"summary"' "$W/live" | sed 's/.*"packets":\([0-9]*\).*/\1/')
dropped=$(grep '"summary"' "$W/live" | sed 's/.*"dropped":\([0-9]*\).*/\1/')
[ $((captured + dropped)) = $sent ]
check $? "$captured captured and $dropped dropped of $sent sent"
[ "$dropped" -gt 10000 ]
check $? "the ring of 2 MiB overran"
[ "$captured" -ge 5000 ]
check $? "what came before and after was captured"
exit $failed
