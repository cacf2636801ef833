#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Prometheus' rules: promtool takes them and the example that loads them; every alert has a test, in which
# it is silent on a healthy host, fires under its fault, and clears.
set -u
cd "$(dirname "$0")/.." || exit 99
command -v promtool >/dev/null || { echo "skip alerts: promtool is not installed (Debian: prometheus)"; exit 0; }
failed=0
check() { if [ "$1" = 0 ]; then echo "ok alerts: $2"; else echo "not ok alerts: $2: $3"; failed=1; fi; }

rules=contrib/prometheus/netflowscope.rules.yml
out=$(promtool check config contrib/prometheus/prometheus.yml 2>&1)
check $? "promtool takes the configuration and its rules" "$out"
names=$(sed -n 's/.*alert: "\(.*\)"/\1/p' $rules | sort -u)
lacking=$(for n in $names; do grep -q "alertname=\"$n\"" tests/alerts.yml || echo "$n"; done)
[ -z "$lacking" ]
check $? "$(wc -w <<<"$names") alerts have a test" "not: $lacking"
out=$(timeout 100 promtool test rules tests/alerts.yml 2>&1)
check $? "$(grep -c '^  - name:' tests/alerts.yml) scenarios" "$out"
exit $failed
