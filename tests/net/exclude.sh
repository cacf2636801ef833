#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the option Exclude leaves out is counted for its interface alone (features.md, row 3.12).
test=exclude
. "$(dirname "$0")/common.sh"
two_hosts || { not_ok "two hosts"; exit 1; }
run() { local n=$1; shift; in_ns "$n" /usr/bin/python3 "$here/../host/counters.py" "$@"; }

background "$W/server" p /usr/bin/python3 "$here/../host/counters.py" serve 10.77.0.2 5001
wait_for 10 grep -q ready "$W/server" || not_ok "a server"
rules=(--filter "tcp" --exclude "10.77.0.0/24 5001")
background "$W/told" h "$N" live -i h0 --metrics --interval 1 "${rules[@]}"
metrics=$last
background "$W/flows" h "$N" live -i h0 --json "${rules[@]}"
lines=$last
wait_for 10 grep -q duration-read "$W/told" && wait_for 10 grep -q '"ready"' "$W/flows"
check $? "netflowscope looks at h0"
last_of() { grep " netflowscope-$1 " "$W/told" | tail -n 1 | cut -d ' ' -f 3; }
beyond() { [ "$(last_of "$1" | tr -d :)" -gt "$2" ]; }

run h close 5 10.77.0.2 5001 client
wait_for 20 beyond interface-h0/if_packets 40
check $? "the interface has counted them: $(last_of interface-h0/if_packets) packets"
rows=$(grep -E ' netflowscope-(scope|network|app|flow|tcp|dns|http|tls|process|unit)' "$W/told" |
	awk '$3 ~ /[1-9]/ { print $2 }' | sort -u | tr '\n' ' ')
[ -z "$rows" ]
check $? "row 3.12: no other family has $rows"
run h close 3 10.77.0.2 5002 client
wait_for 20 beyond flow/connections-opened 2
is=$(last_of flow/connections-opened)
[ "$is" = 3 ] && beyond scope-private/if_octets 0
check $? "row 3.12: another port is counted: $is flows"
stop $lines
[ "$(grep -c '"event":"flow".*"responder_port":5002' "$W/flows")" = 3 ] && ! grep -q '_port":5001' "$W/flows" &&
	[ "$(sed -n 's/.*"event":"summary".*"flows":\([0-9]*\).*/\1/p' "$W/flows")" = 3 ]
check $? "row 3.12: no line of theirs in JSON, and as many in the summary"
stop $metrics
exit $failed
