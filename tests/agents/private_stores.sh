# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The stores that collectd writes to, each in a folder of its own, in namespace h on loopback: carbon with
# graphite-web, InfluxDB, Prometheus where it is installed.
S=$W/stores
prometheus=$(command -v prometheus)

stores_needed() {	# or the script ends
	declare -A needs=([carbon-cache]=graphite-carbon [influxd]=influxdb [rrdtool]=rrdtool)
	local p lacks
	for p in "${!needs[@]}"; do
		command -v "$p" >/dev/null || skip_all "$p is not installed (Debian: ${needs[$p]})"
	done
	"$python" -c 'import graphite, django' 2>/dev/null || skip_all "graphite-web is not installed"
	lacks=$(ldd /usr/lib/collectd/write_prometheus.so /usr/lib/collectd/rrdtool.so | sed -n 's/ => not found//p' | tr -d '\t')
	[ -z "$lacks" ] || skip_all "collectd's writers lack" $lacks
}

up() { in_ns h curl -sf -o /dev/null --noproxy '*' -m 2 "$1"; }
listens_at() { in_ns "$1" bash -c ": </dev/tcp/$2/$3" 2>/dev/null; }
listens() { listens_at h 127.0.0.1 "$1"; }
in_both() { listens 2003 && listens 7002; }

configure_stores() {
	chmod 755 "$W"
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
	ln -s /usr/share/graphite-web/static "$S/web/content"	# for the browser; Debian has it elsewhere
	cat >"$S/web/nsc_graphite_settings.py" <<END
SECRET_KEY = "of a test"
ALLOWED_HOSTS = ["*"]
TIME_ZONE = "UTC"
LOG_DIR = "$S/web/log"
LOG_ROTATION = False
GRAPHITE_ROOT = "/usr/share/graphite-web"
STATIC_ROOT = "/usr/share/graphite-web/static"
WEBAPP_DIR = "$S/web"
CONF_DIR = "$S/carbon/conf"
STORAGE_DIR = "$S/carbon"
WHISPER_DIR = "$S/carbon/whisper"
INDEX_FILE = "$S/web/index"
CARBONLINK_HOSTS = ["127.0.0.1:7002:a"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "$S/web/db"}}
END
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
	if [ -n "$prometheus" ]; then
		sed 's/^  scrape_\(interval\|timeout\): .*/  scrape_\1: 1s/; s/^global:/&\n  evaluation_interval: 5s/' \
			"$contrib/prometheus/prometheus.yml" >"$S/prometheus/conf.yml"
		cp "$contrib/prometheus/netflowscope.rules.yml" "$S/prometheus/"
	fi
}

# Their numbers are $carbon and $influx: a test stops and starts them.
# shellcheck disable=SC2034
start_carbon() {
	rm -f "$S/carbon/pid"
	background "$S/carbon/out" h carbon-cache --config="$S/carbon/conf/carbon.conf" \
		--pidfile="$S/carbon/pid" --logdir="$S/carbon/log" --nodaemon --instance=a start
	carbon=$last
}

# shellcheck disable=SC2034
start_influx() {
	background "$S/influx/out" h influxd run -config "$S/influx/conf"
	influx=$last
}

start_prometheus() {
	background "$S/prometheus/out" h "$prometheus" --config.file="$S/prometheus/conf.yml" \
		--storage.tsdb.path="$S/prometheus/data" --web.listen-address=127.0.0.1:9090
}

start_web() {
	local web=(env PYTHONPATH="$S/web" PYTHONWARNINGS=ignore DJANGO_SETTINGS_MODULE=graphite.settings
		GRAPHITE_SETTINGS_MODULE=nsc_graphite_settings "$python" -m django)
	"${web[@]}" migrate --run-syncdb >"$S/web/migrate" 2>&1
	check $? "graphite-web has its tables"
	background "$S/web/out" h "${web[@]}" runserver --noreload --insecure 127.0.0.1:8080
}

start_stores() {
	configure_stores
	start_carbon
	start_influx
	[ -z "$prometheus" ] || start_prometheus
	start_web
}

await_stores() {
	wait_for 20 in_both
	check $? "carbon is up"
	wait_for 20 up http://127.0.0.1:8086/ping
	check $? "InfluxDB is up"
	wait_for 20 up 'http://127.0.0.1:8080/metrics/find?query=*'
	check $? "graphite-web is up"
	[ -z "$prometheus" ] || { wait_for 20 up http://127.0.0.1:9090/-/ready; check $? "Prometheus is up"; }
}
