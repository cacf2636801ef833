#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Whose UDP it is: programs that live for one question and its answer, and servers that answer
# from a socket without an address, or of a group; connected and not, IPv4 and IPv6.
test=udp
. "$(dirname "$0")/common.sh"
build=${top_builddir:-.}
make -s -C "$build" tests/host/udp_ask >"$W/make" 2>&1 || { not_ok "build: $(tail -n 3 "$W/make")"; exit 1; }
two_hosts || { not_ok "namespaces and a veth"; exit 1; }
# Processes are told apart by the name of their executable.
for name in nsc_one nsc_two nsc_wild nsc_group nsc_far; do cp "$build/tests/host/udp_ask" "$W/$name"; done
exchanges=${NSC_EXCHANGES:-2000}
pace=${NSC_PACE:-2000}		# us

at() { local n=$1; shift; nsenter --net="/run/netns/$P$n" "$@"; }
begin() {	# begin OUT NS COMMAND...: as background, without a mount namespace of its own
	local out=$1 ns=$2
	shift 2
	: >"$out"
	nsenter --net="/run/netns/$P$ns" "$@" >"$out" 2>"$out.err" &
	last=$!
	started+=("$last")
}
of() { PYTHONHOME=/usr /usr/bin/python3 "$here/process.py" "$@"; }
has() { awk -v have="$1" -v least="$2" 'BEGIN { exit !(have >= least) }'; }
listen() {	# listen OUT OPTION...: one interval a second
	local out=$1
	shift
	begin "$out" h "$N" live -i lo -i h0 --metrics --interval 1 --filter udp "$@"
	live=$last
	wait_for 20 grep -q bool-source_processes "$out"
}
reads() { grep -c 'self/duration-read' "$1"; }
# rest OUT: three reads later
rest() { local after=$(($(reads "$1") + 2)); wait_for 20 eval "[ \$(reads '$1') -gt $after ]"; }

listen "$W/out"
check $? "netflowscope looks at lo and h0"
grep -q "bool-source_bpf 1" "$W/out" || skip_all "no BPF here"
begin "$W/far" p "$W/nsc_far" serve :: 5300 1
begin "$W/wild" h "$W/nsc_wild" serve :: 5300 1
wait_for 20 grep -q ready "$W/far" && wait_for 20 grep -q ready "$W/wild"
check $? "servers listen"

# An exchange is 100 octets each way, under 28 of headers or 48: as many by IPv4 as by IPv6.
at h "$W/nsc_one" drive "$exchanges" "$pace" "$W/nsc_one" "$W/nsc_two" 5300 127.0.0.1 ::1 10.77.0.2 fd77::2 >"$W/drive"
check $? "$exchanges exchanges of a process each: $(cat "$W/drive")"
rest "$W/out"
stop "$live"
each=$((exchanges * (128 + 148) / 4))
of adds_up "$W/out" >"$W/sums" 2>&1
check $? "rows add up to the scopes ($(tail -n 1 "$W/sums"))"
part=$(of right "$W/out" nsc_one=$each:$each nsc_two=$each:$each nsc_wild=$each:$each)
has "$part" 99
check $? "$exchanges exchanges: $part % of the octets have the right process"
exit $failed
