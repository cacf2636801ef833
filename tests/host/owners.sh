#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Who holds a socket (features.md 0.10, 2.3, 4.12): shared by fork, a thread that renames itself, a
# deleted executable, a script, exec after bind, passed by SCM_RIGHTS, another user's, a unit's; over /proc
# and over BPF, as root, as nobody, as nobody with two capabilities; beside ss -tulnp.
# Alone: BPF.
test=owners
. "$(dirname "$0")/common.sh"
show=${top_builddir:?}/tests/host/show_owners
[ -x "$show" ] || make -s -C "$top_builddir" tests/host/show_owners >/dev/null 2>&1
[ -x "$show" ] || { not_ok "tests/host/show_owners is not built"; exit 1; }
netns h || { not_ok "a namespace"; exit 1; }
chmod 755 "$W"			# nobody looks too
cp "$show" "$W/show" && chmod 755 "$W/show"

mkfifo "$W/end"
ip netns exec "${P}h" /usr/bin/python3 "$here/owners.py" serve "$W" <"$W/end" 2>"$W/serve.err" &
serving=$!
exec 9>"$W/end"		# closed, the processes end
wait_for 20 test -e "$W/truth.json" || { not_ok "the processes: $(cat "$W/serve.err")"; exit 1; }

nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
two="$nobody --inh-caps=+bpf,+perfmon --ambient-caps=+bpf,+perfmon"

# look TITLE PICK COMMAND...: what the command shows, against the truth
look() {
	local title=$1 pick=$2
	shift 2
	if ! in_ns h "$@" >"$W/shown" 2>"$W/err"; then
		not_ok "$title: $(tail -n 1 "$W/err")"
		return
	fi
	/usr/bin/python3 "$here/owners.py" compare "$title" "$W/truth.json" "$W/shown" "$pick" \
		${ss:+"$ss"} || failed=1
}
# by WAY TITLE: which way the last look went
by() {
	tail -n 1 "$W/shown" | grep -q "\"way\":\"$1\"" || not_ok "$2: not by $1: $(tail -n 1 "$W/shown")"
}

in_ns h ss -Htulnp >"$W/ss"
ss=$W/ss
look "root, as ss has it" all "$W/show" proc
look "root, as ss has it" all "$W/show" bpf
root_way=$(tail -n 1 "$W/shown")
look "root, as ss has it" all "$N" listen --json
look "root, without BPF" all "$N" listen --json --bpf off
ss=
look "scripts" script "$N" listen --json --process-names script
look "scripts" script "$W/show" proc script
look "scripts" script "$W/show" bpf script

look "nobody knows his own" own $nobody "$W/show" bpf
by /proc "nobody"
look "nobody knows his own" own $nobody "$N" listen --json
case $root_way in
*'"way":"bpf"'*)
	look "nobody with CAP_BPF and CAP_PERFMON" comm $two "$W/show" bpf
	by bpf "nobody with CAP_BPF and CAP_PERFMON"
	# /proc hides all others: even their names come from the kernel then.
	look "the same under hidepid=2" comm unshare -m sh -c \
		'mount -t proc -o hidepid=2 proc /proc && exec "$@"' sh $two "$W/show" bpf
	look "nobody under hidepid=2" own unshare -m sh -c \
		'mount -t proc -o hidepid=2 proc /proc && exec "$@"' sh $nobody "$W/show" proc
	;;
*'built without BPF'*) echo "# built without BPF" ;;
*) not_ok "BPF does not load: $root_way" ;;
esac

# The same sockets by both ways, in every word.
in_ns h "$W/show" proc | grep '"inode"' | LC_ALL=C sort >"$W/by-proc"
in_ns h "$W/show" bpf | grep '"inode"' | LC_ALL=C sort >"$W/by-bpf"
cmp -s "$W/by-proc" "$W/by-bpf"
check $? "both ways say the same of $(wc -l <"$W/by-proc") sockets"

exec 9>&-
wait "$serving"
exit $failed
