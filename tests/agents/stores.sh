#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One collectd with the plugin writes to carbon, InfluxDB (by its own protocol and by lines), rrd files
# and Prometheus at once; every query of the dashboards' list (NSC_PANELS) brings data from each store,
# and the same datum is the same in all of them.  Everything runs in one network namespace, on loopback.
test=stores
. "$(dirname "$0")/common.sh"
under_limit 280

declare -A needs=([carbon-cache]=graphite-carbon [influxd]=influxdb [rrdtool]=rrdtool [nft]=nftables
	[redis-server]=redis-server)
for p in "${!needs[@]}"; do
	command -v "$p" >/dev/null || skip_all "$p is not installed (Debian: ${needs[$p]})"
done
"$python" -c 'import graphite, django' 2>/dev/null || skip_all "graphite-web is not installed"
lacks=$(ldd /usr/lib/collectd/write_prometheus.so /usr/lib/collectd/rrdtool.so | sed -n 's/ => not found//p' | tr -d '\t')
[ -z "$lacks" ] || skip_all "collectd's writers lack" $lacks
prometheus=$(command -v prometheus)

two_hosts && certificate || { not_ok "two hosts"; exit 1; }
# Addresses that count as public ones; these namespaces lead nowhere.
ip -n "${P}h" addr add 11.77.0.1/24 dev h0 && ip -n "${P}p" addr add 11.77.0.2/24 dev p0

### The stores, each in a folder of its own

chmod 755 "$W"
S=$W/stores
mkdir -p "$S"/carbon/{conf,whisper,log} "$S"/web/log "$S"/influx "$S"/prometheus "$S/types"
cp /usr/share/collectd/types.db "$S/types/"

cat >"$S/carbon/conf/carbon.conf" <<END
[cache]
STORAGE_DIR = $S/carbon
LOCAL_DATA_DIR = $S/carbon/whisper
CONF_DIR = $S/carbon/conf
LOG_DIR = $S/carbon/log
PID_DIR = $S/carbon
USER =
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = 2003
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = 2004
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = 7002
MAX_CREATES_PER_MINUTE = inf
MAX_UPDATES_PER_SECOND = inf
CARBON_METRIC_INTERVAL = 0
ENABLE_TAGS = False
LOG_UPDATES = False
END
printf '[default]\npattern = .*\nretentions = 1s:1h\n' >"$S/carbon/conf/storage-schemas.conf"
background "$S/carbon/out" h carbon-cache --config="$S/carbon/conf/carbon.conf" \
	--pidfile="$S/carbon/pid" --logdir="$S/carbon/log" --nodaemon --instance=a start

cat >"$S/web/nsc_graphite_settings.py" <<END
SECRET_KEY = "of a test"
ALLOWED_HOSTS = ["*"]
TIME_ZONE = "UTC"
LOG_DIR = "$S/web/log"
LOG_ROTATION = False
GRAPHITE_ROOT = "/usr/share/graphite-web"
STATIC_ROOT = "/usr/share/graphite-web/static"
CONF_DIR = "$S/carbon/conf"
STORAGE_DIR = "$S/carbon"
WHISPER_DIR = "$S/carbon/whisper"
INDEX_FILE = "$S/web/index"
CARBONLINK_HOSTS = ["127.0.0.1:7002:a"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "$S/web/db"}}
END
web=(env PYTHONPATH="$S/web" PYTHONWARNINGS=ignore DJANGO_SETTINGS_MODULE=graphite.settings
	GRAPHITE_SETTINGS_MODULE=nsc_graphite_settings "$python" -m django)
"${web[@]}" migrate --run-syncdb >"$S/web/migrate" 2>&1
check $? "graphite-web has its tables"
background "$S/web/out" h "${web[@]}" runserver --noreload 127.0.0.1:8080

cat >"$S/influx/conf" <<END
reporting-disabled = true
bind-address = "127.0.0.1:8088"
[meta]
  dir = "$S/influx/meta"
[data]
  dir = "$S/influx/data"
  wal-dir = "$S/influx/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:8086"
  log-enabled = false
[[collectd]]
  enabled = true
  bind-address = "127.0.0.1:25826"
  database = "collectd"
  typesdb = "$S/types"
  security-level = "none"
  batch-timeout = "500ms"
  parse-multivalue-plugin = "split"
[[udp]]
  enabled = true
  bind-address = "127.0.0.1:8089"
  database = "lines"
  precision = "ms"
  batch-timeout = "500ms"
END
background "$S/influx/out" h influxd run -config "$S/influx/conf"

if [ -n "$prometheus" ]; then
	sed 's/^  scrape_\(interval\|timeout\): .*/  scrape_\1: 1s/; s/^global:/&\n  evaluation_interval: 5s/' "$contrib/prometheus/prometheus.yml" >"$S/prometheus/conf.yml"
	cp "$contrib/prometheus/netflowscope.rules.yml" "$S/prometheus/"
	background "$S/prometheus/out" h "$prometheus" --config.file="$S/prometheus/conf.yml" \
		--storage.tsdb.path="$S/prometheus/data" --web.listen-address=127.0.0.1:9090
fi

### collectd: one writer for each

# One write thread: with more, on a busy machine, a value is at times written with the next one's rate
# (collectd's cache knows only the newest).  collectd.sh has the default of five.
configure "$W/c" "<Plugin netflowscope>
  TimeoutSyn 2
  Network \"peers\" \"11.77.0.0/24\"
</Plugin>" "WriteThreads 1
$(for e in graphite influxdb influxdb-lines rrdtool prometheus; do example $e "$W/c"; done)"

up() { in_ns h curl -sf -o /dev/null --noproxy '*' -m 2 "$1"; }
listens_at() { in_ns "$1" bash -c ": </dev/tcp/$2/$3" 2>/dev/null; }
listens() { listens_at h 127.0.0.1 "$1"; }
wait_for 20 listens 2003 && wait_for 20 listens 7002
check $? "carbon is up"
wait_for 20 up http://127.0.0.1:8086/ping
check $? "InfluxDB is up"
wait_for 20 up 'http://127.0.0.1:8080/metrics/find?query=*'
check $? "graphite-web is up"
[ -z "$prometheus" ] || { wait_for 20 up http://127.0.0.1:9090/-/ready; check $? "Prometheus is up"; }

# Whisper and rrdtool keep whole seconds, to which collectd rounds: reads shall fall into their middle.
"$python" -c 'import time; time.sleep((0.9 - time.time()) % 1)'
start "$W/c" h || { not_ok "collectd: $(cat "$W/c/out.err" "$W/c/log")"; exit 1; }
host=$last
began=$(date +%s)
another_read "$W/c" 2

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
background "$W/sink" p "$python" "$talk" sink 11.77.0.2 5001
background "$W/asked-in" p "$python" "$talk" ask 11.77.0.1 12
in=$last
background "$W/asked-public" h "$python" "$talk" ask 11.77.0.2 12
out=$last
background "$W/asked" h "$python" "$talk" ask 10.77.0.2 12
near=$last
background "$W/redis" p redis-server --bind 11.77.0.2 --port 6379 --save '' --protected-mode no --dir "$W"
wait_for 10 listens_at h 11.77.0.2 6379
cat >"$W/redis.py" <<'END'
import socket, time
with socket.create_connection(("11.77.0.2", 6379)) as s:
    for i in range(200):
        for line in (b"SET a text", b"GET a", b"INCR a"):
            s.sendall(b"*%d\r\n" % len(line.split()) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in line.split()))
            s.recv(4096)
        time.sleep(0.05)
END
background "$W/asked-redis" h "$python" "$W/redis.py"
wait_for 5 grep -q ready "$W/sink"
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
wait_for 5 listens_at h 11.77.0.1 7000
in_ns p "$python" -c '
import socket, time
every = [socket.socket() for i in range(6)]
for s in every:
    s.setblocking(False)
    s.connect_ex(("11.77.0.1", 7000))
time.sleep(2)'
wait $in $out $near
# At rest before it is read: half-open flows have timed out, batches are written.
another_read "$W/c" 7

### What the stores say

in_ns h "$python" "$here/stores.py" same "$W/c/csv" >"$W/told" 2>&1 || not_ok "the stores were asked: $(tail -n 1 "$W/told")"
told "$W/told"
if [ -f "${NSC_PANELS:-/nonexistent}" ]; then
	families=$("$N" metrics | sed -n 's,^\([a-z]*\)[^/]*/\([a-z_]*\).*,\1/\2,p' | sort -u | tr '\n' ' ')
	in_ns h "$python" "$here/stores.py" panels "$NSC_PANELS" "$families" "${prometheus:+prometheus}" >"$W/told" 2>&1 ||
		not_ok "the panels were asked: $(tail -n 1 "$W/told")"
	told "$W/told"
else
	echo "skip $test: panels: NSC_PANELS names no file"
fi
[ -n "$prometheus" ] || echo "skip $test: prometheus is not installed: its column of the panels"
in_ns h "$python" "$here/dashboards.py" "$contrib" "${NSC_PICTURES:-$W/pictures}" "${prometheus:+prometheus}" >"$W/told" 2>&1 ||
	not_ok "the dashboards were asked: $(tail -n 1 "$W/told")"
told "$W/told"

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
ends_well $host "collectd with six writers ended by SIGTERM"
# write_prometheus says that of itself; two write threads may make one of rrdtool's files at once, and two
# reads fall into one second on a busy machine.
{ complaints "$W/c" | grep -vE 'write_prometheus plugin: MHD_OPTION|cu_rrd_create_file|rrd_update_r .* using time|^$'
  grep 'Value too old' "$W/c/log"; } >"$W/bad"
[ ! -s "$W/bad" ]
check $? "no warning in collectd's log $(head -n 3 "$W/bad")"
exit $failed
