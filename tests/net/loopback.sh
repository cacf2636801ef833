#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Loopback is counted once (features.md 1.4): the same packets as tcpdump -Q in, with one worker and with two.
test=loopback
. "$(dirname "$0")/common.sh"
command -v tcpdump >/dev/null || skip_all "no tcpdump"
netns h || { not_ok "a namespace"; exit 1; }

# A thousand datagrams and one TCP transfer of 3 MB, which lo carries in super-packets.
talk() {
	in_ns h /usr/bin/python3 - <<'PY'
import socket, threading
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("127.0.0.1", 5999))
for i in range(1000):
    c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    c.sendto(b"x" * (i + 1), ("127.0.0.1", 5999))
    u.recv(2000)
    c.close()
s = socket.create_server(("::1", 5998), family=socket.AF_INET6)
def take():
    c, _ = s.accept()
    while c.recv(65536):
        pass
t = threading.Thread(target=take)
t.start()
c = socket.create_connection(("::1", 5998))
c.sendall(b"z" * 3000000)
c.close()
t.join()
PY
}

for workers in 1 2; do
	ip netns exec "${P}h" tcpdump --immediate-mode -Q in -n -i lo -s 128 -U -w "$W/dump" "tcp or udp" 2>"$W/dump.err" &
	dump=$!
	started+=($dump)
	ip netns exec "${P}h" "$N" live -i lo --workers "$workers" --filter "tcp or udp" --json >"$W/live" 2>"$W/live.err" &
	live=$!
	started+=($live)
	wait_for 10 grep -q listening "$W/dump.err" && wait_for 10 grep -q '"ready"' "$W/live"
	check $? "both listen ($workers workers)"
	talk
	sleep 0.5
	stop $live
	stop $dump
	seen=$(tcpdump -n -r "$W/dump" 2>/dev/null | wc -l)
	counted=$(grep '"summary"' "$W/live" | sed 's/.*"packets":\([0-9]*\).*/\1/')
	[ "$seen" -gt 1000 ] && [ "$seen" = "$counted" ]
	check $? "$counted packets counted, $seen seen by tcpdump -Q in ($workers workers)"
done
exit $failed
