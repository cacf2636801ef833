#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The trace of sockets (BPF): every connection with owner, exact octets and the way it ended,
# also those of a millisecond.  Cases and what is expected of them: trace.py.
# Alone: BPF programs are counted.
test=trace
. "$(dirname "$0")/common.sh"
build=${top_builddir:-.}
watch=$build/tests/host/trace_watch
make -s -C "$build" tests/host/trace_watch >"$W/make" 2>&1 || { not_ok "build: $(tail -n 3 "$W/make")"; exit 1; }
[ -x "$build/tests/net/.libs/trace_watch" ] && watch=$build/tests/net/.libs/trace_watch

"$watch" churn=1 >"$W/first"
case $(cat "$W/first") in
*'this build has none'*) skip_all "a build without BPF" ;;
*'does not tell its types'*) skip_all "a kernel without BTF" ;;
esac
two_hosts || { not_ok "two hosts"; exit 1; }
inode=$(in_ns h stat -Lc %i /proc/self/ns/net)
# What comes to port 9 of the peer is lost in silence, to port 9998 by ICMP; a connect gives up
# after its second SYN.
in_ns p nft -f - <<'NFT' || { not_ok "nft"; exit 1; }
table inet t {
	chain in {
		type filter hook input priority 0
		tcp dport 9 drop
		tcp dport 9998 reject with icmp type host-unreachable
		tcp dport 5001 numgen random mod 30 0 drop
	}
}
NFT
in_ns h sysctl -qw net.ipv4.tcp_syn_retries=1 net.ipv4.tcp_fastopen=0x607

ours() { bpftool prog list 2>/dev/null | awk -F ': ' '/name nsc_(set_state|send|recv) / { print $1 }'; }
{ echo none; ours; } >"$W/before"

cases() {
	in_ns h /usr/bin/python3 "$here/trace.py" "$watch" "$inode" "$@" | tee "$W/out"
	grep -q '^not ok ' "$W/out" && failed=1
}
background "$W/sink" p /usr/bin/python3 "$talk" sink 10.77.0.2 5001
wait_for 10 grep -q ready "$W/sink"
cases hooks transfer loss sendfile_and_splice ways_to_close mapped owners identity udp udp_cost old reuse fast_open lost pace many
cases failures

# Another namespace's connections are not told.
background "$W/other" h "$watch" netns="$inode"
other=$last
wait_for 10 grep -q ready "$W/other"
in_ns p /usr/bin/python3 -c '
import socket
s = socket.create_server(("127.0.0.1", 0))
c = socket.create_connection(s.getsockname())'
sleep 0.2
stop "$other"
[ "$(grep -c '"opened"\|"closed"\|"listen"' "$W/other")" = 0 ]
check $? "connections of another namespace are not told"

# A PID namespace of its own: processes have the numbers that they have there.
in_ns h unshare -pf --mount-proc /usr/bin/python3 "$here/trace.py" "$watch" "$inode" owners | tee "$W/out"
grep -q '^not ok ' "$W/out" && failed=1

# Rights: none, one of two, both (kernel.unprivileged_bpf_disabled is 1 or 2 on Debian).
chmod 755 "$W"
cp "$watch" "$W/watch" && chmod 755 "$W/watch"
as_nobody() {		# as_nobody CAPABILITIES ARGUMENTS...
	local caps=$1
	shift
	setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps="$caps" --ambient-caps="$caps" "$W/watch" "$@"
}
as_nobody -all churn=1 >"$W/none"
grep -q 'CAP_BPF and CAP_PERFMON are missing' "$W/none"
check $? "as nobody: $(sed 's/.*"text":"\(.*\)".*/\1/' "$W/none")"
as_nobody -all,+bpf churn=1 >"$W/one"
grep -q 'BPF: CAP_PERFMON is missing' "$W/one"
check $? "with CAP_BPF: $(sed 's/.*"text":"\(.*\)".*/\1/' "$W/one")"
as_nobody -all,+bpf,+perfmon churn=3 >"$W/both"
grep -q '"more":0' "$W/both"
check $? "as nobody with CAP_BPF and CAP_PERFMON it works"

NSC_CHURN=${NSC_CHURN:-100} cases churn
# Another netflowscope on this machine may have its own.
none_left() { ! ours | grep -qvxF -f "$W/before"; }
wait_for 10 none_left
check $? "no program of ours is left in the kernel"
exit $failed
