#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The firewall's verdicts against real packets: rulesets made by chance, from public and private
# sources (features.md 0.8, algorithm 3b).  RULESETS: how many (200); SEED: which (1).
test=firewall
. "$(dirname "$0")/common.sh"
. "$here/strangers.sh"

in_ns h /usr/bin/python3 "$here/firewall.py" "$verdicts" "ip netns exec ${P}p" chance "${RULESETS:-200}" "${SEED:-1}" >"$W/met" 2>"$W/err" </dev/null
[ ! -s "$W/err" ]
check $? "algorithm 3b: rulesets are made, loaded and met"
head -n 5 "$W/err"
read -r rulesets _ questions _ wrong _ unknown _ < <(tail -n 1 "$W/met")
[ "${wrong:-1}" = 0 ]
check $? "algorithm 3b: no definite verdict of $questions is contradicted by what a packet met"
grep -h contradiction "$W/met" | head -n 10
grep -qx 'none with: ' "$W/met" && [ "${rulesets:-0}" -ge "${RULESETS:-200}" ]
check $? "algorithm 3b: $(grep 'rulesets with' "$W/met")"
grep 'none with: .' "$W/met"
[ $((${unknown:-1} * 10)) -lt "${questions:-0}" ]
check $? "algorithm 3b: less than a tenth is unknown: $unknown of $questions"

# Row 0.8: what may not be read is no answer.
in_ns h setpriv --reuid 65534 --clear-groups --bounding-set=-all --inh-caps=-all \
	"$verdicts" h0 public tcp 11.0.0.1 22 >"$W/nobody" 2>"$W/nobody.err"
grep -q '^22 unknown' "$W/nobody" && grep -q '^firewall: ' "$W/nobody.err"
check $? "row 0.8: without CAP_NET_ADMIN the verdict is unknown, and one line says why"

# What listens is shown with who can reach it, and by which rule (DESIGN 4.1).
in_ns h nft -f - <<'RULES'
table inet filter {
	chain input {
		type filter hook input priority 0; policy drop;
		iif lo accept
		ct state established,related accept
		tcp dport { 22, 443 } accept
		ip saddr 10.0.0.0/8 tcp dport 80 accept
		tcp dport 3306 limit rate 1/minute accept
		udp dport 5353 reject
	}
}
RULES
background "$W/serve" h /usr/bin/python3 "$here/firewall.py" serve
server=$last
background "$W/local" h /usr/bin/python3 -c 'import socket, time
s = socket.create_server(("127.0.0.1", 7777)); print("ready", flush=True); time.sleep(600)'
wait_for 20 grep -q ready "$W/serve" && wait_for 20 grep -q ready "$W/local"
check $? "listeners behind rules"
exposed() {	# exposed PROTO PORT [COMMAND...]: verdict, exposure and rule of a listener
	local proto=$1 port=$2
	shift 2
	in_ns h "$@" "$N" listen --json 2>/dev/null | /usr/bin/python3 -c 'import json, sys
for line in sys.stdin:
    l = json.loads(line)
    if l["proto"] == sys.argv[1] and l["port"] == int(sys.argv[2]):
        print(l["verdict"], l["exposure"], l.get("rule", "-"))' "$proto" "$port"
}
handle=$(in_ns h nft -a list chain inet filter input | sed -n 's/.*{ 22, 443 } accept # handle //p')
[ "$(exposed tcp 443)" = "allow exposed inet filter input handle $handle" ]
check $? "exposed, by the rule that nft shows: $(exposed tcp 443)"
[ "$(exposed tcp 80)" = "drop lan_only inet filter input policy" ]
check $? "open to private sources alone: $(exposed tcp 80)"
[ "$(exposed tcp 3306 | cut -d' ' -f1,2)" = "unknown unknown" ]
check $? "a limit decides, and nobody knows how: $(exposed tcp 3306)"
[ "$(exposed udp 5353 | cut -d' ' -f1,2)" = "reject lan_only" ]
check $? "rejected: $(exposed udp 5353)"
[ "$(exposed tcp 7777 | cut -d' ' -f2)" = local_only ]
check $? "loopback is for this host alone: $(exposed tcp 7777)"
nobody=(setpriv --reuid 65534 --clear-groups --bounding-set=-all --inh-caps=-all)
[ "$(exposed tcp 443 "${nobody[@]}")" = "unknown unknown -" ] &&
	[ "$(exposed tcp 7777 "${nobody[@]}")" = "unknown local_only -" ]
check $? "without CAP_NET_ADMIN: unknown, but for loopback"
in_ns h "${nobody[@]}" "$N" doctor >"$W/doctor" 2>&1
[ "$(grep -c "CAP_NET_ADMIN is missing" "$W/doctor")" = 1 ]
check $? "one line of the doctor names the capability"
stop "$server"

[ "$(exposed tcp 80)" = "" ]
check $? "what does not listen any more is not told"

ask_after() { LOOKS=$1 BETWEEN=${2:-:} in_ns h "$verdicts" h0 public tcp 11.0.0.1 80; }
ask_after 5 >"$W/looks"
[ "$(tail -n 1 "$W/looks")" = "read 1" ] && grep -q '^80 drop' "$W/looks"
check $? "algorithm 3b: five looks at unchanged rules read them once"
ask_after 3 'nft add rule inet filter input tcp dport 80 accept' >"$W/looks"
[ "$(tail -n 1 "$W/looks")" = "read 3" ] && grep -q '^80 allow' "$W/looks"
check $? "algorithm 3b: rules that change are read at the next look"
in_ns h nft flush ruleset

# Nothing in the way is a definite answer; so is a table of iptables-legacy, where it exists: unknown.
in_ns h "$verdicts" h0 public tcp 11.0.0.1 22 | grep -q '^22 allow'
check $? "no rules at all: allow"
exit $failed
