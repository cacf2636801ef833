#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Whose UDP it is: programs that live for one question and its answer, and servers that answer
# from a socket without an address, or from several on one port; connected and not, IPv4 and
# IPv6; dig and getent.
# Alone: BPF, thousands of datagrams.
test=udp
. "$(dirname "$0")/common.sh"
build=${top_builddir:-.}
make -s -C "$build" tests/host/udp_ask >"$W/make" 2>&1 || { not_ok "build: $(tail -n 3 "$W/make")"; exit 1; }
two_hosts || { not_ok "namespaces and a veth"; exit 1; }
export PYTHONHOME=/usr
# Processes are told apart by the name of their executable.
for name in nsc_one nsc_two nsc_wild nsc_group nsc_far; do cp "$build/tests/host/udp_ask" "$W/$name"; done
cp "$(readlink -f /usr/bin/python3)" "$W/nsc_dns"
exchanges=${NSC_EXCHANGES:-2000}
pace=${NSC_PACE:-2000}		# us

of() { /usr/bin/python3 "$here/process.py" "$@"; }
listen() {	# listen OUT SECONDS OPTION...: a read each so many seconds, and one at the end
	local out=$1 interval=$2
	shift 2
	begin "$out" h "$N" live -i lo -i h0 --metrics --interval "$interval" --filter udp "$@"
	live=$last
	wait_for 30 grep -q 'capturing on' "$out.err"
}
# server NAME NS ARGUMENT...
server() {
	local name=$1 ns=$2
	shift 2
	begin "$W/$name.out" "$ns" "$W/$name" "$@"
	wait_for 30 grep -q ready "$W/$name.out"
}
drive() {	# drive N PORT ADDRESS...
	local n=$1 port=$2
	shift 2
	at h "$W/nsc_one" drive "$n" "$pace" "$W/nsc_one" "$W/nsc_two" "$port" "$@" >"$W/drive"
	check $? "$n exchanges, each of a process of its own: $(cat "$W/drive")"
}

# What is not known when it is read is `unknown` for good: so one reads often, for the sums, and
# one at the end.
listen "$W/often" 1
often=$live
wait_for 30 grep -q 'bool-source_bpf' "$W/often"
check $? "netflowscope looks at lo and h0"
grep -q 'bool-source_bpf 1' "$W/often" || skip_all "no BPF here"
listen "$W/once" 3600
once=$live
server nsc_far p serve :: 5300 1 && server nsc_wild h serve :: 5300 1 && server nsc_group h serve 127.0.0.1 5301 3
check $? "servers listen"

# --- an exchange is 100 octets each way, under 28 of headers (IPv4) or 48 (IPv6): half of each
drive "$exchanges" 5300 127.0.0.1 ::1 10.77.0.2 fd77::2
drive 400 5301 127.0.0.1
sleep 3		# owners are waited for so long (DESIGN 3)
stop "$often"
stop "$once"
each=$((exchanges * (128 + 148) / 4)) group=$((400 * 128))
asked=$((each + group / 2))
of adds_up "$W/often" >"$W/sums" 2>&1
check $? "rows add up to the scopes ($(tail -n 1 "$W/sums"))"
of adds_up "$W/once" >"$W/sums" 2>&1
check $? "rows add up in one long interval"
wanted=("nsc_one=$asked:$asked" "nsc_two=$asked:$asked" "nsc_wild=$each:$each" "nsc_group=$group:$group")
part=$(of right "$W/once" "${wanted[@]}")
has "$part" 99
check $? "$part % of the octets have the right process (read each second: $(of right "$W/often" "${wanted[@]}") %)"
part=$(of share "$W/once" process nsc_far)
[ "$part" = 0.000 ]
check $? "who is not of this host has none"

# --- real resolvers, which ask as they like
listen "$W/real" 3600
server nsc_dns h "$here/process.py" resolve :: 53
check $? "a name server"
asks=0
if command -v dig >/dev/null; then
	for ((i = 0; i < 100; i++)); do
		at h dig +tries=1 +time=10 +noedns "@$([ $((i % 2)) = 0 ] && echo 127.0.0.1 || echo ::1)" "n$i.example" >"$W/dig" 2>&1
		grep -q NXDOMAIN "$W/dig" && asks=$((asks + 1))
	done
	[ $asks = 100 ]
	check $? "dig: $asks of 100 answers"
else
	echo "skip $test: dig is not installed"
fi
echo "nameserver 127.0.0.1" >"$W/resolv.conf"
# shellcheck disable=SC2016
at h unshare -m sh -c 'mount --make-rprivate / && mount --bind "$1" /etc/resolv.conf &&
	for i in $(seq 50); do getent ahosts "n$i.example."; done; [ $? = 2 ]' - "$W/resolv.conf"
check $? "getent: 50 questions"
sleep 3
stop "$live"
part=$(of share "$W/real" process dig,getent,nsc_dns)
has "$part" 99
check $? "dig and getent: $part % of the octets have their process"
read -r rx tx <<<"$(of octets "$W/real" process getent)"
[ "$rx" -gt 2500 ] && [ "$tx" -gt 2500 ]
check $? "getent has $rx and $tx octets"
! grep -hE 'Sanitizer|runtime error' "$W"/*.err
check $? "nothing was said to standard error that should not be"
exit $failed
