#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SIGTERM and SIGINT end `live` at once, with status 0 and its summary, while packets pour in.
# Alone: a flood of datagrams.
test=signals
. "$(dirname "$0")/common.sh"
netns h || { not_ok "a namespace"; exit 1; }

# Datagrams without a pause, for a minute at the most; somebody takes them, so that nothing is answered.
background "$W/flood" h /usr/bin/python3 -c '
import socket, time
end = time.monotonic() + 60
to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
to.bind(("127.0.0.1", 5999))
senders = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for i in range(500)]
while time.monotonic() < end:
	for s in senders: s.sendto(b"x" * 100, ("127.0.0.1", 5999))'
for form in --json --metrics ""; do
	for signal in TERM INT; do
		# shellcheck disable=SC2086
		ip netns exec "${P}h" "$N" live -i lo $form >"$W/out" 2>"$W/err" &
		live=$!
		started+=($live)
		sleep 1
		begin=$(date +%s%N)
		kill -$signal $live
		wait $live
		status=$?
		took=$((($(date +%s%N) - begin) / 1000000))
		[ $status = 0 ] && [ $took -lt 4000 ] && [ -s "$W/out" ]
		check $? "SIG$signal ends live ${form:-(the table)} with status $status after $took ms"
		! grep -q 'Sanitizer\|runtime error' "$W/err"
		check $? "and nothing leaks: $(grep -c . "$W/err") lines of messages"
	done
done
exit $failed
