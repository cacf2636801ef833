#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `netflowscope read --metrics`: as committed in tests/golden/metrics/metrics.txt, with tshark's
# figures for intervals of any length.  After a change that is meant,
# `tests/golden/metrics.sh --update` writes the text anew.
set -u
export LC_ALL=C
tool=${NETFLOWSCOPE:-${top_builddir:-.}/plugins/cli/netflowscope}
case $tool in /*) ;; *) tool=$PWD/$tool ;; esac
cd "$(dirname "$0")/metrics" || exit 99
[ -x "$tool" ] || { echo "$tool: not built"; exit 77; }
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
bad=0

not_ok() { echo "not ok metrics: $*"; bad=1; }

read_metrics() { "$tool" read --metrics --local 10.1.0.1/32 "$@" metrics.pcap 2>"$tmp/err"; }

# What depends on the build's structures and on the number of rows in the table stays out, and what
# says of itself that there is nothing to say.
read_metrics | grep -vE '/(memory|count)-|-self/.* 0$' >"$tmp/metrics" || not_ok "status $?"
[ ! -s "$tmp/err" ] || not_ok "standard error: $(head -n 1 "$tmp/err")"
if [ "${1-}" = --update ]; then
	cp "$tmp/metrics" metrics.txt
elif diff metrics.txt "$tmp/metrics"; then
	echo "ok metrics: the golden file"
else
	not_ok "differs from its golden file"
fi

# No identifier twice at one time; times in order but for zeros, which stand one interval before.
read_metrics --interval 1 | awk '
	seen[$1 " " $2]++ { print "twice: " $0; bad = 1 }
	$1 < now && $1 < now - 1 { print "late: " $0; bad = 1 }
	$1 < now && $3 !~ /^0(:0)?$/ { print "not 0: " $0; bad = 1 }
	$1 > now { now = $1 }
	/[nN][aA][nN]|inf/ { print; bad = 1 }
	END { exit bad }' || not_ok "order"

if ! command -v tshark >/dev/null; then
	echo "skip metrics: tshark is not installed"
	exit $bad
fi
for interval in 10 1 0.25 3600; do
	read_metrics --interval $interval >"$tmp/told"
	if python3 check.py metrics.pcap "$tmp/told" 10.1.0.1 $interval >"$tmp/out"; then
		echo "ok metrics: --interval $interval: $(tail -n 1 "$tmp/out") as tshark has them"
	else
		head -n 20 "$tmp/out"
		not_ok "--interval $interval: figures are not tshark's"
	fi
done
exit $bad
