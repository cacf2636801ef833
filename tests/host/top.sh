#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# netflowscope top, driven in tmux: traffic of a private namespace at 80x24 and 200x60, each key,
# names that are hostile, and a terminal that is as before however it ends.
test=top
. "$(dirname "$0")/common.sh"
command -v tmux >/dev/null || skip_all "tmux is not installed"
"$N" doctor 2>/dev/null | grep -q '^top .*works' || skip_all "built without ncurses"

two_hosts || { not_ok "two namespaces"; exit 1; }
tm() { tmux -S "$W/tmux" -f /dev/null "$@"; }
trap 'tm kill-server 2>/dev/null; clean_up' EXIT

background "$W/serve" p /usr/bin/python3 "$here/top.py" serve 10.77.0.2
wait_for 20 grep -q ready "$W/serve"
check $? "a server"

# go ARGUMENTS: top, with what the terminal was before and is behind.
cat >"$W/go" <<GO
#!/bin/bash
ulimit -c 0
rm -f $W/status
stty -a >$W/before
bash -c 'echo \$\$ >$W/pid; exec "$N" top "\$@"' top "\$@" 2>$W/err
echo \$? >$W/status.new
stty -a >$W/after
mv $W/status.new $W/status
GO
chmod 755 "$W" "$W/go"
tm start-server \; set-option -g default-terminal tmux-256color \; \
	new-session -d -x 80 -y 24 "ip netns exec ${P}h bash --norc -i"
check $? "tmux"

keys() { tm send-keys "$@"; }
screen() { tm capture-pane -p; }
shows() { screen | grep -qE -- "$1"; }
not_shows() { ! shows "$1"; }
# see TEXT PATTERN [SECONDS]: waits for it on the screen.
see() {
	wait_for "${3:-30}" shows "$2"
	local rc=$?
	check $rc "$1"
	[ $rc = 0 ] || screen
}
gone() {
	wait_for 30 not_shows "$2"
	local rc=$?
	check $rc "$1"
	[ $rc = 0 ] || screen
}
# go TEXT COMMAND...: top runs, from an empty screen.
go() {
	local text=$1
	shift
	keys -l "clear; $*"
	keys Enter
	see "$text" '^netflowscope top'
}
ended() { [ -e "$W/status" ]; }
# ends TEXT STATUS: it ended with that status, and the terminal is as it was.
ends() {
	wait_for 30 ended
	[ "$(cat "$W/status")" = "$2" ] && cmp -s "$W/before" "$W/after"
	check $? "$1: status $(cat "$W/status" 2>/dev/null), the terminal as before"
	wait_for 10 not_shows '^netflowscope top'
	check $? "$1: the screen as before"
}

### What is seen at 80 columns and 24 lines
wait_for 20 shows '[#$] *$'
check $? "a shell in it"
go "top at 80x24" "$W/go --interval 0.3"
# Only now, so that every packet is seen.
cp "$(readlink -f /usr/bin/python3)" "$W/"$'ev\033[31mil'
background "$W/talk" h "$W/"$'ev\033[31mil' "$here/top.py" talk 10.77.0.2
talker=$last
wait_for 20 grep -q ready "$W/talk"
check $? "a client of a hostile name"
see "applications" '^http +[0-9]'
shows '^unknown +[0-9]'
check $? "and those that are unknown"
keys 2
see "processes, escaped" '^ev\\x1b\[31mil +[0-9]'
keys 3
see "units" '^UNIT +FLOWS'
keys 4
see "peers, by name" '^evil.* 1\.0 MB'
keys 5
see "connections: way, ports, owner, state" '^-> :[0-9]+ +10\.77\.0\.2:9100 .*ev.*il.*estab'
see "connections: UDP" '^-> :[0-9]+ +10\.77\.0\.2:9200 .* udp '
keys 6
see "listeners: bind, exposure, verdict" '^tcp +0\.0\.0\.0:7001 +any +exposed +allow .*ev'
[ "$(screen | wc -l)" = 24 ] && [ "$(screen | sed -n 24p | cut -c1-6)" = "q quit" ]
check $? "24 lines, the last one keys"

### Hostile names: nothing of them reaches the terminal as it is
tm resize-window -x 200 -y 60
keys 5
see "at 200x60: addresses of both ends, and the name" '^-> tcp +10\.77\.0\.1:[0-9]+ +10\.77\.0\.2:8080 +evil.*example '
shows 'evil\\x1b'
check $? "a name from the wire is escaped"
see "octets sent: 1.0 MB" '10\.77\.0\.2:9100 .*private .* 1\.0 MB '
! screen | LC_ALL=C grep -q '[^ -~]'
check $? "no octet but printable ones"
[ "$(screen | wc -l)" = 60 ] && [ "$(screen | sed -n 60p | cut -c1-6)" = "q quit" ]
check $? "60 lines, the last one keys"
tm capture-pane -e -p | LC_ALL=C grep -q $'\033\\[[0-9;]*m'
check $? "colours"
keys 6
see "listeners: the verdict's process with its number" "7001 .* $talker( |$)"

### Keys
keys 5
see "view 5" 'PROTO LOCAL'
keys /
see "a filter is asked for" '^filter: '
keys -l 'port:9100 dir:out'
gone "and holds while it is typed" ':8080'
keys Enter
see "and is kept" 'filter: port:9100 dir:out  of [0-9]+ rows'
shows ':9100 '
check $? "what matches is there"
keys /
keys -l ' colour:red'
see "a key that is none is named" 'no key "colour"'
keys Escape
see "Esc takes back what was typed" 'filter: port:9100 dir:out  of'
keys Escape
see "Esc: no filter" ':8080'
keys -l '>'
see "sorted by the next column" 'by RECEIVED v'
keys Left
see "by the one before" 'by RATE v'
keys r
see "the other way round" 'by RATE \^'
keys r
keys End
see "the last row" '([0-9]+) of \1, by'
keys Home
see "the first row" ' 1 of [0-9]+, by'
keys Down Down Up
see "a row down" ' 2 of [0-9]+, by'
keys NPage PPage
keys Space
see "paused" 'PAUSED'
keys 4
see "another view while paused" '^PEER '
keys p
gone "and on" 'PAUSED'
keys -l '/10.77.0.2'
keys Enter Enter
see "Enter: a peer's connections" 'filter: remote=10\.77\.0\.2 '
keys BSpace Tab
see "Tab" '^PROTO ADDRESS'
keys BTab
see "Shift-Tab" 'PROTO LOCAL'
keys +
see "slower" 'every 0.5 s'
keys -l -- --
see "not faster than that" 'every 0.5 s'
keys '?'
see "help" '^ Enter +connections of the marked row'
keys m
see "messages" 'no messages: everything|is missing|^  [a-z]+:'
keys Escape
see "back" 'PROTO LOCAL'
keys C-l
see "drawn anew" 'PROTO LOCAL'

### Sizes
for size in 80x24 40x10 20x5 132x43 3x2 80x24; do
	tm resize-window -x "${size%x*}" -y "${size#*x}"
	[ "$size" = 3x2 ] && continue
	wait_for 30 shows "^netflowscope top"
	rc=$?
	[ "$(screen | awk '{ if (length($0) > m) m = length($0) } END { print m + 0 }')" -le "${size%x*}" ]
	check $((rc + $?)) "at $size"
done
kill -0 "$(cat "$W/pid")"
check $? "it has lived through all of them"

### Its end, in every way
keys q
ends "q" 0
[ ! -s "$W/err" ]
check $? "nothing on standard error"
for s in TERM INT HUP; do
	go "again" "$W/go"
	kill -$s "$(cat "$W/pid")"
	ends "SIG$s" 0
done
go "again" "$W/go"
keys C-c
ends "Ctrl-C" 0
go "again" "$W/go"
keys C-z
see "Ctrl-Z: stopped" 'Stopped'
keys fg Enter
see "and on again" '^netflowscope top'
keys q
ends "q after Ctrl-Z" 0
# A sanitizer's build has handlers of its own, before ours.
if ! grep -aq __asan_init "$N"; then
	go "again" "$W/go"
	kill -SEGV "$(cat "$W/pid")"
	ends "a crash" 139
fi

### Names and addresses hidden (--hide-names): in no view of a wide terminal, and nothing else is gone
tm resize-window -x 200 -y 60
go "with --hide-names" "$W/go --interval 0.3 --hide-names true"
keys 5
see "connections, hidden: ports, way, state" '^-> tcp +[^ ]+ +[^ ]+:9100 .*estab'
keys 4
see "peers, hidden: the one that the client of a hostile name has" '^[0-9a-f:]+ .* ev.*il [0-9]+ '
heads=(- APPLICATION PROCESS UNIT PEER 'PROTO LOCAL' 'PROTO ADDRESS')
hidden=0
for view in 1 2 3 4 5 6; do
	keys "$view"
	see "hidden: view $view" "${heads[view]} "
	screen >>"$W/hidden"
	shows '10\.77\.0\.|fd77:|evil|\.example' && hidden=1
done
[ $hidden = 0 ]
check $? "no name or address of the traffic on the screen: $(grep -oE '10\.77\.0\.[0-9]*|fd77:[^ ]*|[^ ]*evil[^ ]*|[^ ]*\.example' "$W/hidden" | sort | uniq -c | head -n 5 | tr '\n' ' ')"
keys q
ends "q with --hide-names" 0
tm resize-window -x 80 -y 24

### Terminals
go "without colours: NO_COLOR" "NO_COLOR=1 $W/go"
see "it shows something" ' FLOWS '
! tm capture-pane -e -p | LC_ALL=C grep -qE $'\033\\[([0-9;]*;)?(3[0-7]|38;5;[0-9]+)m'
check $? "no colour"
keys q
ends "q without colours" 0
rm -f "$W/status"
keys -l "clear; TERM=dumb $W/go"
keys Enter
wait_for 30 ended
[ "$(cat "$W/status")" = 1 ] && [ "$(wc -l <"$W/err")" = 1 ] && grep -q '^terminal: ' "$W/err"
check $? "a terminal that can do nothing: status 1, $(cat "$W/err")"
in_ns h "$N" top </dev/null >"$W/out" 2>"$W/err2"
[ $? = 1 ] && [ "$(wc -l <"$W/err2")" = 1 ] && [ ! -s "$W/out" ]
check $? "no terminal: status 1, $(cat "$W/err2")"

### Without privilege: what is missing and the remedy, and what works
cp "$N" "$W/ns" 2>/dev/null
[ ! -e "${N%/*}/.libs/netflowscope" ] || cp "${N%/*}/.libs/netflowscope" "$W/ns"
chmod 755 "$W/ns"
keys -l "clear; setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all $W/ns top --interval 0.3"
keys Enter
see "what is off, and the remedy" '^off: capture, .*firewall; they work as root'
see "connections by sockets" '^-> :[0-9]+ +10\.77\.0\.2:9100 +\? .*estab'
keys 4
see "peers by sockets" '^10\.77\.0\.2 '
keys 6
see "listeners whose exposure is not known" '0\.0\.0\.0:7001 +any +unknown +unknown .* \?'
keys m
see "each capability in its line" 'CAP_NET_RAW is missing'
keys q
see "the shell again" '[#$] *$'
stop "$talker"
exit $failed
