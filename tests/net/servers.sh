#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Real servers and clients of each protocol: exchanges, names, statuses and errors are what the clients
# did, by `live --json` and, of the same packets, by `read --json`.
test=${NSC_GROUP:-servers}
. "$(dirname "$0")/common.sh"
two_hosts && certificate || { not_ok "two hosts"; exit 1; }
chmod 755 "$W"
background "$W/tcpdump" h tcpdump -i h0 -s 0 -U -B 65536 -w "$W/dump.pcap"
dump=$last
background "$W/live" h "$N" live -i h0 --json ${NSC_LIVE:-}
live=$last
wait_for 10 grep -q '"ready"' "$W/live" && wait_for 10 grep -q 'listening on' "$W/tcpdump.err"
check $? "both listen"
/usr/bin/python3 "$here/servers.py" talk "$P" "$W" || failed=1
sleep 1
stop $live
stop $dump
grep -q '^0 packets dropped by kernel' "$W/tcpdump.err"
check $? "tcpdump lost nothing"
[ ! -s "$W/live.err" ]
check $? "nothing on standard error $(head -c 200 "$W/live.err")"
"$N" read --json "$W/dump.pcap" >"$W/read"
check $? "the capture is read"
/usr/bin/python3 "$here/servers.py" compare "$W" live "$W/live" || failed=1
/usr/bin/python3 "$here/servers.py" compare "$W" read "$W/read" || failed=1
/usr/bin/python3 "$here/servers.py" same "$W/live" "$W/read" || failed=1
[ -z "${NSC_KEEP:-}" ] || cp -r "$W/." "$NSC_KEEP/"	# to look at what failed
exit $failed
