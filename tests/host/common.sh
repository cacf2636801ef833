# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Namespaces and processes as tests/net has them; $here is this folder.
. "$(dirname "${BASH_SOURCE[0]}")/../net/common.sh"
talk=$here/talk.py
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

# Not ip netns exec, which hides the cgroups: at NAMESPACE COMMAND...
at() { local n=$1; shift; nsenter --net="/run/netns/$P$n" "$@"; }
begin() {	# begin OUT NS COMMAND...: as background, without a mount namespace of its own
	local out=$1 ns=$2
	shift 2
	: >"$out"
	nsenter --net="/run/netns/$P$ns" "$@" >"$out" 2>"$out.err" &
	last=$!
	started+=("$last")
}

# has N LEAST: numbers with a point, too
has() { awk -v have="$1" -v least="$2" 'BEGIN { exit !(have >= least) }'; }
