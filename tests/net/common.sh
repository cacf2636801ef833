# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Namespaces and processes of one test: everything that it starts ends with it.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
N=${NETFLOWSCOPE:?NETFLOWSCOPE is not set}
W=$(mktemp -d)
P=nsc$$		# prefix of this run's namespaces
started=()
failed=0

ok() { echo "ok $test: $*"; }
not_ok() { echo "not ok $test: $*"; failed=1; }
skip_all() { echo "skip $test: $*"; exit 0; }

# check CONDITION-STATUS TEXT
check() { if [ "$1" = 0 ]; then shift; ok "$@"; else shift; not_ok "$@"; fi; }

# background OUT NS COMMAND...: standard output to OUT, standard error to OUT.err; its number is $last.
# (ip execs the command, so the number is the command's own.)
background() {
	local out=$1 ns=$2
	shift 2
	: >"$out"	# what an earlier one wrote must not be waited for
	: >"$out.err"
	ip netns exec "$P$ns" "$@" >"$out" 2>"$out.err" &
	last=$!
	started+=("$last")
}

stop() {		# stop NUMBER: ends one of ours and waits for it
	kill -TERM "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

clean_up() {
	local p n
	for p in "${started[@]}"; do kill -TERM "$p" 2>/dev/null; done
	for p in "${started[@]}"; do wait "$p" 2>/dev/null; done
	for n in $(ip netns list 2>/dev/null | awk '{print $1}' | grep "^$P"); do ip netns del "$n"; done
	rm -rf "$W"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

[ "$(id -u)" = 0 ] || skip_all "needs root for network namespaces"

netns() { ip netns add "$P$1" && ip -n "$P$1" link set lo up; }
in_ns() { local n=$1; shift; ip netns exec "$P$n" "$@"; }

# two_hosts: namespaces h (10.77.0.1, 2001:db8:77::1) and p (.2) joined by a veth pair named h0, p0
two_hosts() {
	netns h && netns p || return 1
	ip -n "${P}h" link add h0 type veth peer name p0 netns "${P}p" || return 1
	ip -n "${P}h" addr add 10.77.0.1/24 dev h0 && ip -n "${P}p" addr add 10.77.0.2/24 dev p0
	ip -n "${P}h" addr add fd77::1/64 dev h0 nodad && ip -n "${P}p" addr add fd77::2/64 dev p0 nodad
	ip -n "${P}h" link set h0 up && ip -n "${P}p" link set p0 up
}

# wait_for SECONDS COMMAND...: until it succeeds; a busy machine has three times as long
wait_for() {
	local end=$((SECONDS + 3 * $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

# certificate: $W/cert.pem and $W/key.pem
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=www.example \
		-keyout "$W/key.pem" -out "$W/cert.pem" 2>/dev/null
}

# counter NS IFACE NAME: the kernel's own
counter() { ip netns exec "$P$1" cat "/sys/class/net/$2/statistics/$3"; }
