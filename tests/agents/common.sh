# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# A private collectd of one test: its configuration, start, first values and end.
. "$(dirname "${BASH_SOURCE[0]}")/../net/common.sh"
talk=$here/talk.py
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
contrib=$here/../../contrib
modules=${NSC_PLUGIN_DIR:-${top_builddir:?top_builddir is not set}/plugins/collectd/.libs}
collectd=$(command -v collectd || echo /usr/sbin/collectd)
python=/usr/bin/python3
trap 'exit 1' HUP INT TERM	# and so to clean_up
export test		# values.py and stores.py begin their lines with it

[ -x "$collectd" ] || skip_all "collectd is not installed"
[ -f "$modules/netflowscope.so" ] || skip_all "built without the collectd plugin"
# Other users shall read it; collectd takes no symlink.
chmod 755 "$W" && mkdir "$W/module" && cp "$modules/netflowscope.so" "$W/module/" || exit 1

# under_limit SECONDS: runs this script again, ended with all that it started after that time
under_limit() {
	[ -n "${NSC_LIMITED:-}" ] || { rm -rf "$W"; NSC_LIMITED=1 exec timeout -k 10 "$1" "$0"; }
}

# configure DIR [BLOCK [EXTRA [INTERVAL]]]: DIR/collectd.conf; BLOCK stands behind LoadPlugin
# netflowscope, EXTRA at the end
configure() {
	local dir=$1
	mkdir -p "$dir" && chmod 777 "$dir"
	cat >"$dir/collectd.conf" <<END
Hostname "testhost"
FQDNLookup false
BaseDir "$dir"
PIDFile "$dir/pid"
Interval ${4:-1}
LoadPlugin logfile
<Plugin logfile>
  LogLevel info
  PrintSeverity true
  File "$dir/log"
</Plugin>
PluginDir "$W/module"
LoadPlugin netflowscope
${2:-}
PluginDir "/usr/lib/collectd"
LoadPlugin csv
<Plugin csv>
  DataDir "$dir/csv"
  StoreRates false
</Plugin>
${3:-}
END
}

# example NAME DIR: contrib/collectd/NAME.conf with DIR for the host's own folders
example() { sed "s,/var/lib/collectd,$2,; s,/etc/collectd,$2,; s,/run/collectd,$2/collectd," "$contrib/collectd/$1.conf"; }

# start DIR NS [COMMAND...]: collectd in a namespace, behind COMMAND; its number is $last
start() {
	local dir=$1 ns=$2
	shift 2
	background "$dir/out" "$ns" "$@" "$collectd" -f -C "$dir/collectd.conf"
	wait_for 10 has_values "$dir"
}

has_values() { compgen -G "$1/csv/testhost/netflowscope-self/packets-captured-*"; }
has() { compgen -G "$1/csv/testhost/netflowscope-$2-[0-9][0-9][0-9][0-9]-*"; }

# reads DIR: how many reads have been written
reads() { cat "$1"/csv/testhost/netflowscope-self/packets-captured-* 2>/dev/null | grep -vc epoch; }
more_reads() { [ "$(reads "$1")" -ge "$2" ]; }
# another_read DIR [N]: waits until that many further reads have been written
another_read() { wait_for 10 more_reads "$1" $(($(reads "$1") + ${2:-1})); }

# value DIR ID [COLUMN]: the last value of FAMILY[-GROUP]/TYPE[-VALUE]
value() { "$python" "$here/values.py" last "$1/csv" "$2" ${3:+"$3"}; }
is() { [ "$(value "$1" "$2" "${4:-}")" = "$3" ]; }
# above DIR ID N: the value is larger than N
above() { [ "$(value "$1" "$2" | cut -d. -f1)" -gt "$3" ]; } 2>/dev/null

# complaints DIR: lines of the log that are not information
complaints() { grep -vE '\] \[(info|notice|debug)\] ' "$1/log"; }

# end NUMBER: SIGTERM to one of ours; $took is the time until it was gone, in ms, $status its status
end() {
	local t0
	t0=$(date +%s%N)
	kill -TERM "$1" && wait "$1"
	status=$?
	took=$((($(date +%s%N) - t0) / 1000000))
}

ends_well() {		# ends_well NUMBER TEXT
	end "$1"
	[ "$status" = 0 ] && [ "$took" -lt 3000 ]
	check $? "$2: status $status after $took ms"
}

# serving NS ADDRESS: HTTP, TLS and DNS there
serving() {
	background "$W/serve-$2" "$1" "$python" "$talk" serve "$2" "$W/cert.pem" "$W/key.pem"
	wait_for 10 grep -q ready "$W/serve-$2"
}

# told FILE: prints lines of another program's tests
# shellcheck disable=SC2034 # the script's own
told() { grep -q '^not ok' "$1" && failed=1; cat "$1"; }
