#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Octets by process and unit of real traffic: of known processes, with and without BPF; and at
# each interval the rows add up to what the scopes have.
# Alone: BPF, thousands of connections.
test=process
. "$(dirname "$0")/common.sh"
two_hosts || { not_ok "namespaces and a veth"; exit 1; }
export PYTHONHOME=/usr

# Processes are told apart by the name of their executable.
real=$(readlink -f /usr/bin/python3)
for name in nsc_server nsc_client nsc_far; do cp "$real" "$W/$name"; done

talk() { local n=$1 who=$2; shift 2; at "$n" "$W/$who" "$here/process.py" "$@"; }
of() { /usr/bin/python3 "$here/process.py" "$@"; }

# A unit of our own, where the machine has a cgroup2 that we may write.
cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
unit=$cgroups/system.slice/nsc-$$.service
# shellcheck disable=SC2317	# a trap calls it
end_unit() {
	clean_up
	rmdir "$unit" && rmdir "$cgroups/system.slice" 2>/dev/null
}

begin "$W/server" h "$W/nsc_server" "$here/process.py" serve 0.0.0.0 8000
server=$last
begin "$W/far" p "$W/nsc_far" "$here/process.py" serve 0.0.0.0 8000
wait_for 10 grep -q ready "$W/server" && wait_for 10 grep -q ready "$W/far"
check $? "servers listen"
if [ -n "$cgroups" ] && mkdir -p "$unit" 2>/dev/null && echo "$server" >"$unit/cgroup.procs" 2>/dev/null; then
	trap end_unit EXIT
else
	unit=
fi

# listen OUT OPTION...: one interval a second
listen() {
	local out=$1
	shift
	begin "$out" h "$N" live -i lo -i h0 --metrics --interval 1 --filter "tcp or udp" "$@"
	live=$last
	wait_for 10 grep -q bool-source_processes "$out"
}

bpf=auto
listen "$W/short"
check $? "netflowscope looks at lo and h0"
if ! grep -q "bool-source_bpf 1" "$W/short"; then
	bpf=off
	echo "skip $test: short connections: no BPF here"
fi

# --- connections of about a millisecond, both ends here
if [ $bpf = auto ]; then
	talk h nsc_client short 127.0.0.1 8000 2000
	sleep 2.5
	stop $live
	of adds_up "$W/short" >"$W/out" 2>&1
	check $? "2000 short connections: rows add up to the scopes ($(tail -n 1 "$W/out"))"
	part=$(of share "$W/short" process nsc_client,nsc_server)
	has "$part" 99
	check $? "2000 short connections: $part % of the octets have their process"
	read -r rx tx <<<"$(of octets "$W/short" process nsc_client)"
	read -r rx2 tx2 <<<"$(of octets "$W/short" process nsc_server)"
	[ "$rx" = "$tx2" ] && [ "$tx" = "$rx2" ]
	check $? "one end sends what the other gets: $rx $tx, $tx2 $rx2"
	if [ -n "$unit" ]; then
		part=$(of share "$W/short" unit "nsc_$$"_service)
		has "$part" 49.5 && has 50.5 "$part"
		check $? "the server's unit has half of the octets: $part %"
	fi
	grep -q "tcp-loopback/protocol_counter-refused" "$W/short"
	check $((!$?)) "nothing was refused"
else
	stop $live
fi

# --- longer ones: through the veth, either way, and datagrams; with BPF, and by looks alone
for bpf in auto off; do
	listen "$W/long" --bpf $bpf
	talk p nsc_far short 10.77.0.1 8000 50
	talk p nsc_far long 10.77.0.1 8000 4 &
	one=$!
	talk h nsc_client long 10.77.0.2 8000 4 &
	two=$!
	talk h nsc_client udp 10.77.0.2 8000 4 &
	three=$!
	talk h nsc_client udp_connected 10.77.0.2 8000 4 &
	wait $one $two $three $!
	sleep 2.5
	stop $live
	of adds_up "$W/long" >"$W/out" 2>&1
	check $? "longer ones (bpf $bpf): rows add up to the scopes ($(tail -n 1 "$W/out"))"
	part=$(of share "$W/long" process nsc_client,nsc_server)
	# Looks alone don't find what begins and is told before the next one.
	least=98.5
	[ $bpf = auto ] || least=80
	has "$part" $least
	check $? "longer ones (bpf $bpf): $part % of the octets have their process"
	for name in nsc_client nsc_server; do
		read -r rx tx <<<"$(of octets "$W/long" process $name)"
		[ "$rx" -gt 20000 ] && [ "$tx" -gt 20000 ]
		check $? "longer ones (bpf $bpf): $name has $rx and $tx octets"
	done
	part=$(of share "$W/long" process nsc_far)
	[ "$part" = 0.000 ]
	check $? "longer ones (bpf $bpf): who is not of this host has none"
	grep -q "netflowscope-connections-private/tcp_connections-ESTABLISHED-incoming [1-9]" "$W/long" &&
		grep -q "netflowscope-connections-private/tcp_connections-ESTABLISHED-outgoing [1-9]" "$W/long"
	check $? "longer ones (bpf $bpf): sockets by direction"
done

# --- flows name them
begin "$W/flows" h "$N" live -i lo -i h0 --json
live=$last
wait_for 10 grep -q '"ready"' "$W/flows"
talk h nsc_client short 10.77.0.2 8000 3
talk p nsc_far short 10.77.0.1 8000 3
talk h nsc_client short 127.0.0.1 8000 3
sleep 0.5
stop $live
flows() { grep '"event":"flow"' "$W/flows" | grep "\"direction\":\"$1\"" | grep "\"process\":\"$2\"" | grep -c "$3"; }
[ "$(flows outgoing nsc_client 10.77.0.2)" = 3 ] && [ "$(flows incoming nsc_server 10.77.0.2)" = 3 ] &&
	[ "$(flows local nsc_client '"process_responder":"nsc_server"')" = 3 ]
check $? "each flow's line names its process"

# --- nobody asked for it
begin "$W/none" h "$N" live -i lo --metrics --interval 1 --processes false --units false
live=$last
wait_for 10 grep -q bool-source_sockets "$W/none"
talk h nsc_client short 127.0.0.1 8000 10
sleep 1.5
stop $live
! grep -qE "netflowscope-(process|unit)-" "$W/none" && grep -q "netflowscope-listen/count-local_only" "$W/none"
check $? "Processes and Units off: no rows of them, listeners all the same"
exit $failed
