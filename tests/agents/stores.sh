#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One collectd with the plugin writes to csv, carbon, InfluxDB (by its own protocol and by lines), rrd files
# and Prometheus at once, and the plugin for Netdata runs beside it.  Each series that csv has is in each
# store with the same values, also after a restart of carbon, of InfluxDB, of collectd and of Netdata's plugin; every query of the
# dashboards and of their list (NSC_PANELS) brings data.  Everything runs in one network namespace, on loopback.
test=stores
. "$(dirname "$0")/common.sh"
top=${top_srcdir:-$here/../..}
under_limit 560

. "$here/private_stores.sh"
. "$here/private_netdata.sh"
postgresql=$(printf '%s\n' /usr/lib/postgresql/*/bin | tail -n 1)
for p in nft redis-server "$postgresql/initdb" setpriv; do
	command -v "$p" >/dev/null || skip_all "$p is not installed"
done
"$python" -c 'import psycopg2' 2>/dev/null || skip_all "python3-psycopg2 is not installed"
stores_needed

two_hosts && certificate || { not_ok "two hosts"; exit 1; }
# Addresses that count as public ones; these namespaces lead nowhere.
ip -n "${P}h" addr add 11.77.0.1/24 dev h0 && ip -n "${P}p" addr add 11.77.0.2/24 dev p0

### The stores, Netdata, collectd with one writer for each

start_stores
# What asks and fills the stores is no traffic of the test: their ports are left out here and there.
ports=(2003-2004 7002 8080 8086 8088-8089 9090 9103 19999 25826)
excluded="$(printf '  Exclude "*" "%s"\n' "${ports[@]}")"
# One write thread: with more, on a busy machine, a value is at times written with the next one's rate
# (collectd's cache knows only the newest).  collectd.sh has the default of five.
configure "$W/c" "<Plugin netflowscope>
  TimeoutSyn 2
  Network \"peers\" \"11.77.0.0/24\"
$excluded
</Plugin>" "WriteThreads 1
$(for e in graphite influxdb influxdb-lines rrdtool prometheus; do example $e "$W/c"; done)"

with_netdata=
if [ -x "$netdata" ] && command -v setcap >/dev/null; then
	with_netdata=1
	netdata_folders cap_net_raw,cap_sys_ptrace,cap_dac_read_search,cap_bpf,cap_perfmon,cap_net_admin
	{ printf 'Exclude = * %s\n' "${ports[@]}"; echo 'Network = peers 11.77.0.0/24'; } >"$D/conf/netflowscope.conf"
else
	echo "skip $test: netdata-core or libcap2-bin is not installed: Netdata beside csv"
fi

await_stores

# Whisper and rrdtool keep whole seconds, to which collectd rounds: reads shall fall into their middle.
until_part() { "$python" -c 'import sys, time; time.sleep((float(sys.argv[1]) - time.time()) % 1)' "$1"; }
until_part 0.9
# Both see the same from the beginning.
[ -z "$with_netdata" ] || { start_netdata "--timeout-syn 2"; agent=$last; }
start "$W/c" h || { not_ok "collectd: $(cat "$W/c/out.err" "$W/c/log")"; exit 1; }
host=$last
began=$(date +%s)
background "$W/scrapes" h "$python" "$here/scrapes.py"
now() { date +%s.%N; }
: >"$W/state"
state() { echo "$@" >>"$W/state"; }
# at_rest: the traffic is over, and all of it has been told; the time of that is kept as the end of a window
quiet() { "$python" "$here/beside.py" quiet "$W/c/csv" >"$W/quiet"; }
at_rest() {
	wait_for 30 quiet
	check $? "at rest $1: $(cat "$W/quiet")"
	state window "$(cat "$W/quiet")"
}
charts() { in_ns h "$python" "$here/netdata.py" charts >"$W/charts" 2>/dev/null && grep -q '^netflowscope.self ' "$W/charts"; }
[ -z "$with_netdata" ] || { wait_for 20 charts; check $? "Netdata has our charts"; }
another_read "$W/c" 3
at_rest "before the traffic"

### Traffic

in_ns p nft -f - <<-'END'
	table netdev lossy {
		chain in {
			type filter hook ingress device p0 priority 0
			tcp dport 5001 numgen random mod 20 == 0 drop
			udp sport 5300 drop
			tcp dport 9999 drop
		}
	}
END
in_ns h nft -f - <<-'END'
	table inet silent {
		chain in {
			type filter hook input priority 0
			ct state new counter
			tcp dport 9999 drop
			udp sport 5300 drop
		}
	}
END
serving p 10.77.0.2 && serving h 11.77.0.1 && serving p 11.77.0.2 || not_ok "servers"
background "$W/asked-in" p "$python" "$talk" ask 11.77.0.1 12
in=$last
background "$W/asked-public" h "$python" "$talk" ask 11.77.0.2 12
out=$last
background "$W/asked" h "$python" "$talk" ask 10.77.0.2 12
near=$last
background "$W/redis" p redis-server --bind 11.77.0.2 --port 6379 --save '' --protected-mode no --dir "$W"
wait_for 10 listens_at h 11.77.0.2 6379
# PostgreSQL's server refuses root.
nobody=(setpriv --reuid nobody --regid nogroup --clear-groups)
mkdir "$W/pg" && chown nobody:nogroup "$W/pg" &&
	(cd "$W/pg" && "${nobody[@]}" "$postgresql/initdb" -D "$W/pg" -U nobody -A trust -N -E UTF8 --locale=C) >"$W/initdb" 2>&1 ||
	not_ok "initdb: $(tail -n 1 "$W/initdb")"
echo 'host all all all trust' >>"$W/pg/pg_hba.conf"
background "$W/postgres" p "${nobody[@]}" "$postgresql/postgres" -D "$W/pg" -k "$W/pg" \
	-h 11.77.0.2 -p 5432 -c fsync=off -c autovacuum=off
wait_for 30 listens_at h 11.77.0.2 5432
# Statements and one fault each turn, and as many commands.
cat >"$W/databases.py" <<'END'
import contextlib, socket, sys, time
import psycopg2
with socket.create_connection(("11.77.0.2", 6379)) as s, \
        contextlib.closing(psycopg2.connect(host="11.77.0.2", user="nobody", dbname="postgres", sslmode="disable")) as c:
    c.autocommit = True
    for i in range(int(sys.argv[1])):
        for line in (b"SET a text", b"GET a", b"INCR a"):
            s.sendall(b"*%d\r\n" % len(line.split()) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in line.split()))
            s.recv(4096)
        with c.cursor() as asked, contextlib.suppress(psycopg2.Error):
            asked.execute("SELECT 1")
            asked.execute("SELECT 1 / 0")
        time.sleep(0.05)
END
background "$W/asked-databases" h "$python" "$W/databases.py" 200
background "$W/sink" p "$python" "$talk" sink 11.77.0.2 5001
wait_for 30 grep -q ready "$W/sink"
in_ns h "$python" "$talk" send 11.77.0.2 5001 3000000 >"$W/sent" 2>&1
check $? "a transfer through loss: $(tail -n 1 "$W/sent") octets"
# Refused and unanswered connections, in and out, and a query that no one answers.
cat >"$W/vain.py" <<'END'
import socket, sys, time
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind(("", 5300))
    s.sendto(b"\0\1\1\0\0\1\0\0\0\0\0\0\4lost\7example\0\0\1\0\1", (sys.argv[1], 53))
def attempt(port):
    with socket.socket() as s:
        s.settimeout(0.5)
        try:
            s.connect((sys.argv[1], port))
        except OSError:
            pass
for i in range(4):
    attempt(9998)
    attempt(9999)
    time.sleep(0.2)
END
in_ns h "$python" "$W/vain.py" 11.77.0.2
in_ns p "$python" "$W/vain.py" 11.77.0.1
# A program that does not accept.
background "$W/full" h "$python" -c '
import socket, time
with socket.create_server(("11.77.0.1", 7000), backlog=1):
    time.sleep(600)'
# Without a connection of its own, which would stay.
full() { in_ns h ss -Hltn 'sport = 7000' | grep -q .; }
wait_for 5 full
in_ns p "$python" -c '
import socket, time
every = [socket.socket() for i in range(6)]
for s in every:
    s.setblocking(False)
    s.connect_ex(("11.77.0.1", 7000))
time.sleep(2)'
wait $in $out $near
# The query that no one answered is given up after a while.
wait_for 20 has "$W/c" dns/errors-timeout
at_rest "after the traffic"
if [ -n "$with_netdata" ]; then
	in_ns h "$python" "$here/beside.py" levels "$W/c/csv" "$top/core" >"$W/told" 2>&1 ||
		not_ok "Netdata was asked: $(tail -n 1 "$W/told")"
	told "$W/told"
fi
another_read "$W/c" 3

### carbon and InfluxDB go and come back amid traffic

turn() {		# turn SECONDS N: traffic in all directions, N turns of the databases
	local p all=()
	in_ns p "$python" "$talk" ask 11.77.0.1 "$1" >"$W/turn1" 2>&1 & all+=($!)
	in_ns h "$python" "$talk" ask 11.77.0.2 "$1" >"$W/turn2" 2>&1 & all+=($!)
	in_ns h "$python" "$talk" ask 10.77.0.2 "$1" >"$W/turn3" 2>&1 & all+=($!)
	in_ns h "$python" "$W/databases.py" "$2" >"$W/turn4" 2>&1 & all+=($!)
	for p in "${all[@]}"; do wait "$p" || not_ok "traffic: $(tail -n 1 "$W"/turn?)"; done
}
plugin() { pgrep -P "$agent" -f netflowscope.plugin; }
state Graphite from "$(now)"
state InfluxDB from "$(now)"
kill -TERM "$carbon" "$influx"
turn 2 40
another_read "$W/c" 2
stop "$carbon"
stop "$influx"		# a second signal: at the first it waits for half a minute
start_carbon
start_influx
wait_for 20 in_both && wait_for 20 up http://127.0.0.1:8086/ping
check $? "carbon and InfluxDB are there again"
another_read "$W/c" 2		# write_graphite connects again at most once a second
state Graphite to "$(now)"
state InfluxDB to "$(now)"

### collectd and the plugin for Netdata begin anew

another_read "$W/c" 2
ends_well $host "collectd with six writers ended by SIGTERM"
[ -z "$with_netdata" ] || kill -TERM "$(plugin)"
state start "$(now)"
until_part 0.9
start "$W/c" h
check $? "collectd is there again"
host=$last
another_read "$W/c" 2
[ -z "$with_netdata" ] || { wait_for 30 plugin; check $? "Netdata started the plugin again"; }
at_rest "before the second traffic"
turn 3 60
at_rest "after the second traffic"
# Bursts between two reads, until each quantile has lain within one read of both programs; on a busy machine
# at least one of each kind.
quantiles() { in_ns h "$python" "$here/beside.py" quantiles "$W/c/csv" "$top/core" "$W/quantiles" "$@" >"$W/told" 2>&1; }
if [ -n "$with_netdata" ]; then
	for i in 1 2 3 4 5 6 7 8; do
		until_part 0.2		# both read at the begin of a second
		turn 0.01 1
		another_read "$W/c" 2
		quantiles && break
	done
	quantiles last
	check $? "quantiles in Netdata after $i bursts: $(tail -n 1 "$W/told")"
fi
another_read "$W/c" 3
state until "$(now)"

### What the stores say

in_ns h "$python" "$here/dashboards.py" "$contrib" "${NSC_PICTURES:-$W/pictures}" "${prometheus:+prometheus}" \
	>"$W/dashboards" 2>&1 || echo "not ok $test: the dashboards were asked: $(tail -n 1 "$W/dashboards")" >>"$W/dashboards" &
asking=$!
in_ns h "$python" "$here/same.py" "$W/c/csv" "$W/c/rrd" "$W/scrapes" "$W/state" "${prometheus:+prometheus}" >"$W/told" 2>&1 ||
	not_ok "the stores were asked: $(tail -n 1 "$W/told")"
told "$W/told"
if [ -n "$with_netdata" ]; then
	in_ns h "$python" "$here/beside.py" same "$W/c/csv" "$top/core" "$W/state" >"$W/told" 2>&1 ||
		not_ok "Netdata was asked: $(tail -n 1 "$W/told")"
	told "$W/told"
fi
if [ -f "${NSC_PANELS:-/nonexistent}" ]; then
	families=$("$N" metrics | sed -n 's,^\([a-z]*\)[^/]*/\([a-z_]*\).*,\1/\2,p' | sort -u | tr '\n' ' ')
	in_ns h "$python" "$here/stores.py" panels "$NSC_PANELS" "$families" "${prometheus:+prometheus}" >"$W/told" 2>&1 ||
		not_ok "the panels were asked: $(tail -n 1 "$W/told")"
	told "$W/told"
else
	echo "skip $test: panels: NSC_PANELS names no file"
fi
wait $asking
told "$W/dashboards"
browser=$(command -v chromium-headless-shell || command -v chromium)
if [ -n "$browser" ]; then
	in_ns h "$python" "$here/page.py" "$browser" "$contrib/graphite" "${NSC_PICTURES:-$W/pictures}" >"$W/told" 2>&1 ||
		not_ok "the pages of graphite-web: $(tail -n 1 "$W/told")"
	told "$W/told"
else
	echo "skip $test: pages of graphite-web: chromium-headless-shell is not installed"
fi
[ -n "$prometheus" ] || echo "skip $test: prometheus is not installed: its column of the panels"

png=${NSC_PICTURE:-$W/app.png}
rrd=$W/c/rrd/testhost
rrdtool graph "$png" --start "$began" --end now -w 600 -h 200 \
	DEF:a="$rrd/netflowscope-app-http/if_octets.rrd":rx:AVERAGE \
	DEF:b="$rrd/netflowscope-app-dns/if_octets.rrd":rx:AVERAGE \
	DEF:c="$rrd/netflowscope-app-tls/if_octets.rrd":rx:AVERAGE \
	'AREA:a#1f77b4:http' 'AREA:b#ff7f0e:dns:STACK' 'AREA:c#2ca02c:tls:STACK' >/dev/null 2>"$W/rrd.err"
[ "$(head -c 8 "$png" | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ] && [ "$(stat -c %s "$png")" -gt 4000 ]
check $? "rrdtool draws a picture of $(stat -c %s "$png") octets $(cat "$W/rrd.err")"

! grep -hE 'unable to find|Dropping point|level=error' "$S/influx/out" "$S/influx/out.err" >"$W/bad"
check $? "nothing was refused by InfluxDB $(head -n 2 "$W/bad")"
ends_well $host "collectd with six writers ended again by SIGTERM"
# write_prometheus says that of itself; carbon was away; two write threads may make one of rrdtool's files at
# once, and two reads fall into one second on a busy machine.
{ complaints "$W/c" | grep -vE 'write_prometheus plugin: MHD_OPTION|write_graphite plugin: (send to|Connecting to)|cu_rrd_create_file|rrd_update_r .* using time|value lists were left|Not sleeping because|^$'
  grep 'Value too old' "$W/c/log"; } >"$W/bad"
[ ! -s "$W/bad" ]
check $? "no warning in collectd's log $(head -n 3 "$W/bad")"
kill -KILL "$influx"	# at SIGTERM it waits for half a minute
exit $failed
