#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The firewall's verdicts against real packets: rulesets made by chance, from public and private
# sources (features.md 0.8, algorithm 3b).  RULESETS: how many (200).
test=firewall
. "$(dirname "$0")/common.sh"
verdicts=${top_builddir:?}/tests/net/verdicts
[ -x "$verdicts" ] || make -s -C "$top_builddir" tests/net/verdicts >/dev/null 2>&1
[ -x "$verdicts" ] || { not_ok "tests/net/verdicts is not built"; exit 1; }

two_hosts || { not_ok "two namespaces"; exit 1; }
ip -n "${P}h" addr add 11.0.0.1/24 dev h0 && ip -n "${P}p" addr add 11.0.0.2/24 dev p0
ip -n "${P}h" addr add 2600:1::1/64 dev h0 nodad && ip -n "${P}p" addr add 2600:1::2/64 dev p0 nodad
for a in 93.184.216.34 203.0.113.9 10.1.2.3 172.16.0.9 192.168.7.7 100.64.0.2; do
	ip -n "${P}p" addr add $a/32 dev p0
done
for a in 2a00:1450::5 2001:db8::9 fd00::2 fc01:2::3; do ip -n "${P}p" addr add $a/128 dev p0 nodad; done
ip -n "${P}h" route add default via 11.0.0.2 dev h0 && ip -n "${P}h" -6 route add default via 2600:1::2 dev h0
# Else rejects are rate limited, and look like drops.
for n in h p; do
	in_ns $n sysctl -qw net.ipv4.icmp_ratelimit=0
	in_ns $n sysctl -qw net.ipv6.icmp.ratelimit=0
	in_ns $n sysctl -qw net.ipv4.icmp_msgs_per_sec=100000
	in_ns $n sysctl -qw net.ipv4.icmp_msgs_burst=100000
done >/dev/null 2>&1

in_ns h /usr/bin/python3 "$here/firewall.py" "$verdicts" "ip netns exec ${P}p" "${RULESETS:-200}" >"$W/met" 2>"$W/err" </dev/null
[ ! -s "$W/err" ]
check $? "rulesets are made, loaded and met"
head -n 5 "$W/err"
read -r rulesets _ questions _ wrong _ unknown _ kinds _ < <(tail -n 1 "$W/met")
[ "${wrong:-1}" = 0 ]
check $? "no definite verdict of $questions is contradicted by what a packet met"
grep -h contradiction "$W/met" | head -n 10
[ "${kinds:-0}" -ge 19 ] && [ "${rulesets:-0}" -ge "${RULESETS:-200}" ]
check $? "$rulesets rulesets of $kinds kinds of rules"
[ $((${unknown:-1} * 10)) -lt "${questions:-0}" ]
check $? "less than a tenth is unknown: $unknown of $questions"

# Row 0.8: what may not be read is no answer.
in_ns h setpriv --reuid 65534 --clear-groups --bounding-set=-all --inh-caps=-all \
	"$verdicts" h0 public tcp 11.0.0.1 22 >"$W/nobody" 2>"$W/nobody.err"
grep -q '^22 unknown' "$W/nobody" && grep -q '^firewall: ' "$W/nobody.err"
check $? "without CAP_NET_ADMIN the verdict is unknown, and one line says why"

# Nothing in the way is a definite answer; so is a table of iptables-legacy, where it exists: unknown.
in_ns h "$verdicts" h0 public tcp 11.0.0.1 22 | grep -q '^22 allow'
check $? "no rules at all: allow"
exit $failed
