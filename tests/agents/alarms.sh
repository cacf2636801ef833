#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every alert in every backend that carries it, on the same traffic: collectd's thresholds and notifications,
# Prometheus, Netdata, and Grafana's rules over three stores (evaluated by a program of ours: Debian has no
# Grafana), each as it is generated, with windows that are made short through their variables.
# Nothing is raised by 60 s of healthy traffic; then each fault raises its alert, and with its end it clears.
test=alarms
. "$(dirname "$0")/common.sh"
under_limit 400
. "$here/private_stores.sh"
. "$here/private_netdata.sh"

stores_needed
declare -A needs=([prometheus]=prometheus [netdata]=netdata-core [nft]=nftables [redis-server]=redis-server)
for p in "${!needs[@]}"; do
	command -v "$p" >/dev/null || skip_all "$p is not installed (Debian: ${needs[$p]})"
done
"$python" -c 'import yaml' 2>/dev/null || skip_all "yaml is not installed (Debian: python3-yaml)"
talk=$here/alarms_talk.py
watch=$here/alarms.py
options=(FlowTableSize=4096 RingSize=4M TimeoutUDP=4 TimeoutDNS=4 TimeoutClosed=4 DnsTimeout=5 Interface=h0)

### A host h with a firewall, and a stranger p

two_hosts || { not_ok "two hosts"; exit 1; }
public() {		# also after h0 was lost
	ip -n "${P}h" addr add 11.77.0.1/24 dev h0 && ip -n "${P}p" addr add 11.77.0.2/24 dev p0
}
uplink() { ip -n "${P}h" route add default via 11.77.0.2 dev h0; }
public || not_ok "addresses that count as public ones"
in_ns h nft -f - <<'END'
table inet filter {
	chain input {
		type filter hook input priority 0; policy drop;
		iif lo accept
		ct state established,related accept
		tcp dport { 80, 443, 4444, 8083 } accept
		ip saddr 10.0.0.0/8 accept
	}
}
END
certificate() {		# certificate NAME DAYS
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "$2" -subj /CN=www.example \
		-keyout "$W/$1.key" -out "$W/$1.pem" 2>/dev/null
}
certificate cert 365 && certificate ends 1 && mv "$W/cert.key" "$W/key.pem" || not_ok "certificates"

### The backends

G=$W/made
chmod 755 "$W"
"$python" "$contrib/dashboards/generate.py" --into "$G" window=8s tcp_window=8s for=2s cert_for=2s silent_for=5s \
	new_for=10s memory=20s silent_memory=2m every=1s recent=3s settle=6s quiet=8 hold=1s look=8s step=2s eval=1s
check $? "rules with short windows"

configure_stores
cp "$G/prometheus/netflowscope.rules.yml" "$S/prometheus/"
sed -i 's/^  evaluation_interval: .*/  evaluation_interval: 1s/' "$S/prometheus/conf.yml"
start_carbon
start_influx
start_prometheus
start_web

# A second collectd gets what the first one sends: only it can tell that the first one is silent.
H=$W/hub
mkdir -p "$H" && echo "web1: secret" >"$H/hub.users"
configure "$H" "" "Timeout 6
$(example hub-receive "$H")
$(cat "$G/collectd/threshold.conf")"
sed -i '/^LoadPlugin netflowscope$/d' "$H/collectd.conf"
background "$H/out" h "$collectd" -f -C "$H/collectd.conf"

configure "$W/c" "<Plugin netflowscope>
$(for o in "${options[@]}"; do echo "  ${o%%=*} \"${o#*=}\""; done)
</Plugin>" "WriteThreads 1
Timeout 20
$(cat "$G/collectd/threshold.conf")
$(for e in prometheus hub-send influxdb graphite; do example $e "$W/c"; done)"

netdata_folders cap_net_raw,cap_sys_ptrace,cap_dac_read_search,cap_net_admin
cp "$G/netdata/health.d/netflowscope.conf" "$D/conf/health.d/"
printf '%s\n' "${options[@]/=/ = }" >"$D/conf/netflowscope.conf"

### Servers on both sides, before anything looks

F=$W/faults
mkdir "$F"
ready() { wait_for 20 grep -q ready "$1"; }
background "$W/served-p" p "$python" "$here/../net/talk.py" serve 11.77.0.2 "$W/cert.pem" "$W/key.pem"
background "$W/served-h" h "$python" "$here/../net/talk.py" serve 11.77.0.1 "$W/cert.pem" "$W/key.pem"
background "$W/sink" p "$python" "$talk" sink 11.77.0.2 5001
background "$W/ends" p "$python" "$talk" tls 11.77.0.2 8443 "$W/ends.pem" "$W/ends.key"
background "$W/renewed" h "$python" "$talk" tls 10.77.0.1 8443 "$W/cert.pem" "$W/key.pem"
background "$W/listens" h "$python" "$talk" listen 0.0.0.0:8081 0.0.0.0:8083
background "$W/hidden" h "$python" "$talk" listen 127.0.0.1:8082
hidden=$last
background "$W/redis" p redis-server --bind 11.77.0.2 --port 6379 --save '' --protected-mode no --dir "$W"
for s in served-p served-h sink ends renewed listens hidden; do ready "$W/$s" || not_ok "$s: $(cat "$W/$s.err")"; done
uplink	# not before: Python's servers ask for their own name, and nobody answers there
background "$W/out" h "$python" "$talk" out "$F" 11.77.0.2 10.77.0.2
background "$W/in" p "$python" "$talk" in "$F" 11.77.0.1 10.77.0.1

: >"$W/c/log"
: >"$H/log"
await_stores
stores=(prometheus influxdb graphite)
export ALARM_BACKENDS="collectd prometheus netdata ${stores[*]/#/grafana-}"
background "$W/watch" h "$python" "$watch" watch "$W/events" "$W/c/log" "$H/log"
start "$W/c" h || { not_ok "collectd: $(cat "$W/c/out.err" "$W/c/log")"; exit 1; }
daemon=$last
start_netdata ""
says() { in_ns h curl -sf --noproxy '*' -m 2 "$1" | grep -q "$2"; }
wait_for 20 says 'http://127.0.0.1:9090/api/v1/query?query=collectd_netflowscope_count' exposed
check $? "Prometheus has values of collectd's $(tail -n 1 "$S/prometheus/out.err")"
wait_for 20 says http://127.0.0.1:19999/api/v1/charts netflowscope.listen
check $? "Netdata has our charts $(tail -n 1 "$D/log/error.log" 2>/dev/null)"
wait_for 20 says 'http://127.0.0.1:8086/query?db=collectd&q=select+last(value)+from+netflowscope_value' netflowscope_value &&
	wait_for 20 says 'http://127.0.0.1:8080/render?target=collectd.*.netflowscope-self.count-series&format=json' datapoints
check $? "InfluxDB and carbon have values"
for s in "${stores[@]}"; do
	background "$W/watch-$s" h "$python" "$watch" grafana "$W/events" "$s" "$G/grafana/$s/alerts.yaml"
done
wait_for 20 has_values "$H"
check $? "the hub has values $(tail -n 1 "$H/out.err")"

### Silence

mark() { echo "$1 $(date +%s.%N)" >>"$W/marks"; }
wave() { local n=$1 t; shift; for t in "$@"; do echo "$n $t" >>"$W/waves"; done; }
since() { sed -n "s/^$1 //p" "$W/marks"; }
# all STATE WAVE: every alert of the wave, in every backend that carries it
all() {
	local titles
	mapfile -t titles < <(sed -n "s/^$2 //p" "$W/waves")
	"$python" "$watch" "$1" "$W/events" "$(since faults-"$2" | grep . || echo 0)" "${titles[@]}"
}
begins() { mark "faults-$1"; }
raises() { wait_for "$2" all raised "$1" || echo "# not raised: $(all raised "$1")"; }
clears() {
	wait_for "$2" all clear "$1" || echo "# not clear: $(all clear "$1")"
	mark "over-$1"
}
mark healthy
sleep "${NSC_HEALTHY:-60}"

### The network, its servers, and who came in by it

wave 1 "New exposed listener" "Exposure changed" "Traffic contradicts the firewall" "DNS failure surge" \
	"Retransmit surge" "Handshake failures" "Database errors" "Certificate expiring" "Flow table filling"
begins 1
background "$W/new" h "$python" "$talk" listen 0.0.0.0:4444
new=$last
in_ns h nft -f - <<'END'
add rule inet filter input tcp dport 8081 accept
table ip nat {
	chain pre {
		type nat hook prerouting priority -100;
		tcp dport 8082 redirect to :8083
	}
}
END
in_ns p nft -f - <<'END'
table netdev lossy {
	chain in {
		type filter hook ingress device p0 priority 0
		tcp dport 5001 numgen random mod 5 == 0 drop
	}
}
END
touch "$F"/{servfail,refused,wrongtype,certificate,contradiction,flows}
raises 1 20
mark end-1
rm -f "$F"/*
touch "$F/renewed"
stop $new
stop $hidden
in_ns p nft delete table netdev lossy
in_ns h nft delete table ip nat
in_ns h nft delete rule inet filter input handle "$(in_ns h nft -a list chain inet filter input |
	sed -n 's/.*dport 8081 accept # handle //p')"
clears 1 25

### The plugin is silent; packets come while it cannot look

wave 2 "Plugin silent"
plugin=$(pgrep -f "^$D/plugins/netflowscope.plugin")
begins 2
kill -STOP $daemon $plugin
raises 2 20
mark end-2
kill -CONT $daemon $plugin
clears 2 20

wave 3 "Capture loss"
wait_for 20 all clear 3		# what passed by in the meantime
begins 3
# Once might fall between two values: carbon keeps one a second.
lose() {
	all raised 3 && return
	kill -STOP $daemon $plugin
	in_ns h "$python" -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(20000): s.sendto(b"x" * 1000, ("10.77.0.2", 5999))'
	kill -CONT $daemon $plugin
	another_read "$W/c" 2
	return 1
}
wait_for 25 lose || echo "# not raised: $(all raised 3)"
mark end-3
clears 3 20

### Nothing is there to capture

wave 4 "Nothing is captured"
begins 4
ip -n "${P}h" link del h0
raises 4 20
mark end-4
ip -n "${P}h" link add h0 type veth peer name p0 netns "${P}p" && ip -n "${P}h" addr add 10.77.0.1/24 dev h0 &&
	ip -n "${P}p" addr add 10.77.0.2/24 dev p0 && ip -n "${P}h" link set h0 up &&
	ip -n "${P}p" link set p0 up && public && uplink || not_ok "h0 is back"
clears 4 20

[ -z "${NSC_KEEP:-}" ] || cp -r "$W" "$NSC_KEEP"
"$python" "$watch" table "$W/events" "$W/marks" "$W/waves" >"$W/told" 2>&1 || not_ok "the table: $(tail -n 1 "$W/told")"
told "$W/told"
! grep -hE 'ERROR.*Health configuration' "$D/log/error.log" "$W/netdata.out.err" >"$W/bad"
check $? "health.d is read without a fault $(head -n 3 "$W/bad")"
kill -KILL $influx	# it takes half a minute to end by itself
exit $failed
