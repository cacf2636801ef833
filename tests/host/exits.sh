#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A thousand processes that connect and exit at once (features.md, row 4.12): with BPF their octets
# have their name; without it, what looks found is told and nothing more is asked.
# Alone: BPF, a thousand processes.
test=exits
. "$(dirname "$0")/common.sh"
two_hosts || { not_ok "two hosts"; exit 1; }
of() { /usr/bin/python3 "$here/process.py" "$@"; }
# No child of a shell that stays: a process of this name connects, and is gone.
cp "$(readlink -f /bin/bash)" "$W/nsc_true" && chmod 755 "$W" "$W/nsc_true"
background "$W/server" p /usr/bin/python3 "$here/process.py" serve 10.77.0.2 8000
wait_for 10 grep -q ready "$W/server"
check $? "a server"
count=1000

# The last value that was told, rx and tx.
last_of() { grep " netflowscope-$1 " "$W/told" | tail -n 1 | cut -d ' ' -f 3; }
all_seen() { [ "$(last_of flow/connections-opened)" -ge $count ]; }
reads() { grep -c duration-read "$W/told"; }
more() { [ "$(reads)" -ge "$1" ]; }

for bpf in auto off; do
	background "$W/told" h "$N" live -i h0 --metrics --interval 1 --filter "tcp port 8000" --bpf $bpf
	live=$last
	wait_for 10 grep -q bool-source_processes "$W/told"
	if [ $bpf = auto ] && ! grep -q "bool-source_bpf 1" "$W/told"; then
		echo "skip $test: row 4.12: no BPF here"
		stop $live
		continue
	fi
	in_ns h /bin/bash -c 'for i in $(seq '$count'); do "$0" -c "exec 3<>/dev/tcp/10.77.0.2/8000" || exit 1; done' \
		"$W/nsc_true"
	check $? "bpf $bpf: $count processes connected"
	wait_for 30 all_seen
	wait_for 30 more $(($(reads) + 4))	# two seconds behind the last one its owner is settled
	stop $live
	[ "$(last_of flow/connections-opened)" = $count ]
	check $? "bpf $bpf: each is a flow: $(last_of flow/connections-opened)"
	of adds_up "$W/told" >"$W/out" 2>&1
	check $? "bpf $bpf: rows add up to the scopes ($(tail -n 1 "$W/out"))"
	part=$(of share "$W/told" process nsc_true)
	if [ $bpf = auto ]; then
		awk -v have="$part" 'BEGIN { exit !(have >= 99) }'
		check $? "row 4.12: $part % of the octets have their process"
	else
		ok "row 4.12: without BPF $part % of the octets have their process"
	fi
done
exit $failed
