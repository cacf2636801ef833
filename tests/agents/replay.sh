#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `netflowscope read --metrics` prints what the plugin would dispatch: byte by byte what the real
# module dispatches into the fake collectd, which reads the same capture on the same clock.
#
#   tests/agents/replay.sh [CAPTURE...]	these captures, else the project's own
set -u
export LC_ALL=C
build=${top_builddir:-.}
case $build in /*) ;; *) build=$PWD/$build ;; esac
tool=${NETFLOWSCOPE:-$build/plugins/cli/netflowscope}
fake=$build/tests/agents/replay_collectd
module=$build/plugins/collectd/.libs/netflowscope.so
cd "$(dirname "$0")/.." || exit 99
[ -x "$tool" ] && [ -x "$fake" ] && [ -f "$module" ] || { echo "not built with collectd"; exit 77; }
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
processors=$(nproc)
: >"$tmp/bad"
# compare NAME CAPTURE INTERVAL [OPTION VALUE...]: both texts are one; says how many reads and lines
compare() {
	local name=$1 capture=$2 interval=$3 options=() block=() rc here
	here=$(mktemp -d "$tmp/one.XXXXXX") || return
	shift 3
	while [ $# -gt 0 ]; do
		# FlowTableSize is --flow-table-size
		options+=("--$(sed -E 's/(.)([A-Z])/\1-\2/g' <<<"$1" | tr '[:upper:]' '[:lower:]')" "$2")
		case $1 in
		Network) block+=("$1 \"${2%% *}\" \"${2#* }\"") ;;
		*) block+=("$1 \"$2\"") ;;
		esac
		shift 2
	done
	timeout 300 "$tool" read --metrics --interval "$interval" ${options[@]+"${options[@]}"} "$capture" \
		>"$here/read" 2>"$here/err"
	rc=$?
	[ $rc -lt 124 ] || echo "not ok replay: $name: read ended with status $rc"
	# Of a damaged capture both tell the part before; one that cannot be read at all has no values.
	if [ -s "$here/read" ]; then
		timeout 300 "$fake" "$module" "$capture" "$interval" ${block[@]+"${block[@]}"} \
			<"$here/read" >"$here/dispatched" 2>"$here/log"
		rc=$?
		if [ $rc != 0 ] || ! cmp -s "$here/read" "$here/dispatched"; then
			echo "not ok replay: $name differs (status $rc)"
			head -n 3 "$here/log"
			diff "$here/read" "$here/dispatched" | head -n 10
		fi
		if grep -qi nan "$here/read"; then
			echo "not ok replay: $name has a value that is no number"
		fi
		echo "$(grep -c ' netflowscope-self/count-series ' "$here/read") $(wc -l <"$here/read")" >>"$tmp/counts"
	fi
	rm -r "$here"
}

# same NAME CAPTURE INTERVAL [OPTION VALUE...]: compares beside others, as many as there are processors
same() {
	while [ "$(jobs -rp | wc -l)" -ge "$processors" ]; do
		wait -n
	done
	compare "$@" >>"$tmp/bad" &
}

if [ $# -gt 0 ]; then
	for capture; do
		same "$(basename "$capture")" "$capture" 10
	done
else
	while read -r capture; do
		name=$(basename "$capture")
		same "$name" "$capture" 10
		same "$name --interval 1" "$capture" 1
		same "$name --interval 0.3" "$capture" 0.3
	done < <(find golden unit/data -name '*.pcap*' | sort)
	c=golden/cli/mixed.pcap
	same "with Local" $c 10 Local 10.0.0.0/8
	same "with a Network" $c 1 Network "lab 10.0.0.0/8"
	same "with a small table" $c 1 FlowTableSize 1024
	same "with few series" $c 1 MaxSeries 32 TopN 1
	same "with a filter" $c 1 Filter "udp port 53"
	same "without dissection" $c 1 Dissect none
	same "with workers" $c 1 Workers 2
fi
wait
cat "$tmp/bad"
[ ! -s "$tmp/bad" ] && awk '{ reads += $1; lines += $2 }
	END { print "ok replay: " NR " captures, " reads " reads, " lines " lines are what the plugin dispatches"; exit !NR }' \
	"$tmp/counts"
