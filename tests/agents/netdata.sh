#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A real Netdata, run privately by an ordinary user, starts the real plugin: its charts have
# the contexts, units and labels of the table, its API the values of the kernel, of ss and of
# what was sent; alarms are raised by an injected fault, and clear.
test=netdata
export test
. "$(dirname "$0")/../net/common.sh"
talk=$here/talk.py
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
top=${top_srcdir:-$here/../..}
. "$here/private_netdata.sh"
python=/usr/bin/python3
caps=cap_net_raw,cap_sys_ptrace,cap_dac_read_search

[ -x "$netdata" ] || skip_all "netdata is not installed (Debian: netdata-core)"
[ -n "${NSC_LIMITED:-}" ] || { rm -rf "$W"; NSC_LIMITED=1 exec timeout -k 10 150 "$0"; }
two_hosts && certificate || { not_ok "two hosts"; exit 1; }

### The plugin with capabilities, in Netdata's folders

netdata_folders "$caps"

# Windows of minutes would take minutes.
"$python" "$top/contrib/dashboards/generate.py" --into "$W/made" window=10s tcp_window=10s recent=10s new_for=30s \
	settle=10s every=2s && cp "$W/made/netdata/health.d/netflowscope.conf" "$D/conf/health.d/" || not_ok "short windows"
# Netdata's API is HTTP, too: it must not count what asks it.
{ cat "$top/contrib/netdata/netflowscope.conf" && echo 'Exclude = * 19999'; } >"$D/conf/netflowscope.conf"
start_netdata "--timeout-syn 2"
host=$last

api() { in_ns h "$python" "$here/netdata.py" "$@"; }
has_chart() { api charts >"$W/charts" 2>/dev/null && grep -q "^netflowscope.$1 " "$W/charts"; }
# is CHART DIMENSION LOW HIGH [sum]: its last value, or the sum of its seconds, lies between
is() { "$python" -c 'import sys; v, a, b = map(float, sys.argv[1:]); sys.exit(not a <= v <= b)' "$(api "${5:-last}" "$1" "$2")" "$3" "$4"; } 2>/dev/null
# within TEXT SECONDS CHART DIMENSION LOW HIGH [sum]
within() {
	local text=$1 seconds=$2
	shift 2
	wait_for "$seconds" is "$@"
	check $? "$text: $(api "${5:-last}" "$1" "$2" 2>&1 | tail -n 1), expected $3 to $4"
}

wait_for 20 has_chart self
check $? "Netdata has our charts $(tail -n 2 "$D/log/error.log" 2>/dev/null)" || exit 1
[ ${#ambient[@]} = 0 ] && ok "an ordinary user with capabilities of the file: $caps" ||
	ok "an ordinary user with ambient capabilities: $caps (this file system keeps none)"
within "packets are captured" 10 netflowscope.self_sources source_capture 1 1

### Traffic: what is sent is what is shown

background "$W/serve" h "$python" "$talk" serve 10.77.0.1 "$W/cert.pem" "$W/key.pem"
server=$last
wait_for 10 grep -q ready "$W/serve"
check $? "servers"
# A burst of a kind that was not there before: charts that appear late.
for i in 1 2 3 4 5 6 7; do
	in_ns p curl -s -o /dev/null --noproxy '*' -m 5 http://10.77.0.1/200 || not_ok "curl $i"
done
wait_for 10 has_chart app_opened-http
check $? "a chart of HTTP appears"
within "not one of the first flows is lost" 10 netflowscope.app_opened-http opened 6.99 7.01 sum
within "nor of the first responses" 10 netflowscope.http 2xx 6.99 7.01 sum

background "$W/sink" h "$python" "$talk" sink 10.77.0.1 5001
wait_for 5 grep -q ready "$W/sink"
in_ns p "$python" "$talk" send 10.77.0.1 5001 4000000 >"$W/sent"
check $? "a transfer: $(cat "$W/sent")"

# Held connections: what ss says.
cat >"$W/hold.py" <<'END'
import socket, time
held = [socket.create_connection(("10.77.0.1", 80)) for _ in range(9)]
print("ready", flush=True)
time.sleep(300)
END
background "$W/held" p "$python" "$W/hold.py"
hold=$last
wait_for 5 grep -q ready "$W/held"
n=$(in_ns h ss -Htn state established 'sport = 80' | grep -c .)
within "ESTABLISHED is what ss shows" 10 netflowscope.connections-private ESTABLISHED-incoming "$n" "$n"
n=$(in_ns h ss -Htln | grep -cv '127.0.0')
within "listeners beyond loopback are what ss shows of TCP, and DNS" 10 netflowscope.listen unknown $((n + 1)) $((n + 1))

# IP octets of the interface: what the kernel counts without 14 octets of Ethernet a frame.
quiet() {
	local a
	a=$(counter h h0 rx_packets)
	sleep 2
	[ "$(counter h h0 rx_packets)" = "$a" ]
}
wait_for 10 quiet
sleep 2
rx=$((($(counter h h0 rx_bytes) - 14 * $(counter h h0 rx_packets)) * 8 / 1000))
tx=$((($(counter h h0 tx_bytes) - 14 * $(counter h h0 tx_packets)) * 8 / 1000))
within "kilobits received on the interface are the kernel's" 5 netflowscope.interface-h0 received $((rx * 98 / 100)) $((rx * 102 / 100)) sum
within "kilobits sent are the kernel's, below the line" 5 netflowscope.interface-h0 sent -$((tx * 102 / 100)) -$((tx * 98 / 100)) sum
within "and of the scope" 5 netflowscope.scope-private received $((rx * 98 / 100)) $((rx * 102 / 100)) sum

api charts >"$W/charts"
awk '$2 == "netflowscope.scope" && $3 == "kilobits/s" && $4 == "scope=private" && $5 == "received,sent"' "$W/charts" | grep -q .
check $? "netflowscope.scope: kilobits/s, label scope, received and sent"
awk '$2 == "netflowscope.process" && $4 == "process=python3" || $2 == "netflowscope.process" && $4 ~ /^process=python3/' "$W/charts" | grep -q .
check $? "netflowscope.process: a label with the server's name"
api metrics >"$W/metrics"
grep -q '^netdata_netflowscope_app_kilobits_persec_average{chart="netflowscope.app-http".*dimension="received"' "$W/metrics"
check $? "allmetrics for Prometheus: $(grep -c . "$W/metrics") lines"

### Alarms: quiet, raised, over

alarms=$(sed -n 's/^ *template: //p' "$D/conf/health.d/netflowscope.conf" | grep -c .)
state() { api alarms | awk -v n="$1" '$1 == n { print $3 }' | sort -u | tr '\n' ' '; }
in_state() { [ "$(state "$1")" = "$2 " ]; }
cat >"$W/dns.py" <<END
import collections, sys, time
sys.path.insert(0, "$(dirname "$talk")")
sys.argv = ["talk.py", "none"]
exec(open("$talk").read().rsplit("if __name__", 1)[0])
did, n = collections.defaultdict(collections.Counter), 0
while True:
    try:
        code = int(open("$W/rcode").read())
        ask_dns("10.77.0.1", n, code, did)
    except (OSError, ValueError):
        pass
    n += 1
    time.sleep(0.1)
END
echo 0 >"$W/rcode"
background "$W/dns" p "$python" "$W/dns.py"
dns=$last
wait_for 25 in_state netflowscope_dns_failures CLEAR
check $? "DNS that answers raises nothing: $(state netflowscope_dns_failures)"
wait_for 25 in_state netflowscope_firewall_contradicted CLEAR && wait_for 5 in_state netflowscope_capture_off CLEAR
check $? "nor do the firewall and the capture: $(state netflowscope_firewall_contradicted)$(state netflowscope_capture_off)"
api alarms | awk '$3 ~ /WARNING|CRITICAL/' >"$W/alarms"
[ ! -s "$W/alarms" ]
check $? "no alarm is raised by healthy traffic: $(tr '\n' ' ' <"$W/alarms")"
echo 2 >"$W/rcode"
# A certificate that ends in two days, in the handshake of TLS 1.2.
in_ns p curl -s -k -o /dev/null --noproxy '*' -m 5 --tls-max 1.2 https://10.77.0.1/200
wait_for 25 in_state netflowscope_dns_failures CRITICAL
check $? "SERVFAIL raises netflowscope_dns_failures: $(state netflowscope_dns_failures)"
wait_for 25 in_state netflowscope_certificate_ends_cert_days-443 CRITICAL
check $? "a certificate that ends raises its port's: $(state netflowscope_certificate_ends_cert_days-443)"
echo 0 >"$W/rcode"
wait_for 30 in_state netflowscope_dns_failures CLEAR
check $? "and it clears: $(state netflowscope_dns_failures)"
api alarms >"$W/alarms"
n=$(cut -d' ' -f1 "$W/alarms" | sort -u | grep -c .)
[ "$n" -ge 8 ]
check $? "$n of $alarms templates have a chart here"
! grep -hE 'ERROR.*Health configuration' "$D/log/error.log" "$W/netdata.out.err" >"$W/bad"
check $? "health.d is read without a fault $(head -n 3 "$W/bad")"

### Netdata's own page, in a browser

browser=$(command -v chromium-headless-shell || command -v chromium)
# look WHAT: the page as it is half a minute of its own time after it was opened
look() {
	in_ns h env HOME="$D/home" setpriv --reuid=65534 --regid=65534 --clear-groups timeout -k 5 40 "$browser" \
		--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-proxy-server --user-data-dir="$D/home/browser" \
		--window-size=1300,1800 --timeout=20000 --virtual-time-budget=20000 "$1" \
		'http://127.0.0.1:19999/index.html#after=-40;before=0;menu_netflowscope;theme=white'
}
drawn() {
	look --dump-dom >"$W/page" 2>/dev/null
	"$python" "$here/netdata_page.py" netflowscope.interface-h0 netflowscope.scope-private <"$W/page" >"$W/drawn"
}
if [ -n "$browser" ] && [ -f /usr/share/netdata/web/index.html ]; then
	in_state netflowscope_silent CLEAR && wait_for 15 drawn
	check $? "charts are drawn in a browser: $(tr '\n' ' ' <"$W/drawn")"
	if [ -n "${NSC_PICTURES:-}" ]; then
		look --screenshot="$D/home/netdata.png" >/dev/null 2>&1
		cp "$D/home/netdata.png" "$NSC_PICTURES/netdata.png"
		check $? "a picture of it: $NSC_PICTURES/netdata.png"
	fi
else
	echo "skip $test: in a browser: chromium-headless-shell or netdata-web is not installed"
fi
stop $dns
stop $hold

### Nothing to be had

install -m 755 "$D/plugins/netflowscope.plugin" "$W/plain.plugin"	# a copy has no capabilities
in_ns h setpriv --reuid=65534 --regid=65534 --clear-groups timeout 20 "$W/plain.plugin" 1 \
	--listeners off --connections off --processes off --units off --firewall off --conntrack off --bpf off \
	>"$W/alone" 2>"$W/alone.err" </dev/null
[ "$(tail -n 1 "$W/alone")" = DISABLE ] && grep -q CAP_NET_RAW "$W/alone.err"
check $? "without CAP_NET_RAW, and nothing else asked for: DISABLE $(tail -n 1 "$W/alone.err")"

### The end

! grep -vhE 'netflowscope.plugin [A-Z]+: ' "$D/log/error.log" "$W/netdata.out.err" | grep -E 'netflowscope.*(disabl|DISABL|killed|unknown (dimension|keyword|chart)|[Cc]annot|exited)' >"$W/bad"
check $? "Netdata has nothing to complain of $(head -n 3 "$W/bad")"
stop $server
t0=$(date +%s%N)
kill -TERM "$host" && wait "$host"
took=$((($(date +%s%N) - t0) / 1000000))
ours() { pgrep -f "^$D/plugins/netflowscope.plugin"; }
gone() { ! ours >/dev/null; }
wait_for 5 gone
check $? "the plugin ends with Netdata (after $took ms)"
exit $failed
