#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Rulesets as ufw, firewalld, docker, kube-proxy and people write them (folder rulesets), against real packets
# from public and private sources, TCP and UDP, IPv4 and IPv6 (features.md 0.8, algorithm 3b).
test=rulesets
. "$(dirname "$0")/common.sh"
. "$here/strangers.sh"

in_ns h /usr/bin/python3 "$here/firewall.py" "$verdicts" "ip netns exec ${P}p" files "$here/rulesets" >"$W/met" 2>"$W/err" </dev/null
[ ! -s "$W/err" ] && ! grep -q refused "$W/met"
check $? "row 0.8: rulesets are loaded from files and met"
head -n 5 "$W/err"
grep refused "$W/met"
read -r rulesets _ questions _ wrong _ unknown _ < <(tail -n 1 "$W/met")
[ "${rulesets:-0}" -ge 20 ]
check $? "row 0.8: at least 20 rulesets: $rulesets"
[ "${wrong:-1}" = 0 ]
check $? "row 0.8: no definite verdict of $questions is contradicted by what a packet met"
grep -h contradiction "$W/met" | head -n 10
[ $((${unknown:-1} * 10)) -lt "${questions:-0}" ]
check $? "row 0.8: less than a tenth is unknown: $unknown of $questions"
! grep -q needless "$W/met"
check $? "row 0.8: what is unknown depends on the source, or the ruleset says why"
grep -h needless "$W/met" | head -n 10
exit $failed
