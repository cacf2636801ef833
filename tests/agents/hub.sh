#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A collectd that only collects: what a host sends it, encrypted over the network and through RabbitMQ,
# is there series by series and value by value, also after a restart of the sender and of the hub.
test=hub
. "$(dirname "$0")/common.sh"
under_limit 150
two_hosts || { not_ok "two hosts"; exit 1; }

### RabbitMQ, in a folder of the test

R=$W/rabbit
broker=
home=$(echo /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin)
if [ -x "$home/rabbitmq-server" ]; then
	mkdir -p "$R"
	# The broker's daemon of names is shared by default: this one has a port of its own in a namespace.
	rabbit=(env HOME="$R" RABBITMQ_MNESIA_BASE="$R/data" RABBITMQ_LOG_BASE="$R/log" RABBITMQ_NODENAME=nsc@localhost
		RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=5672 RABBITMQ_ENABLED_PLUGINS_FILE="$R/plugins"
		RABBITMQ_CONFIG_FILE="$R/none" RABBITMQ_CONF_ENV_FILE="$R/none" RABBITMQ_PID_FILE="$R/pid"
		ERL_EPMD_ADDRESS=127.0.0.1)
	background "$R/out" h "${rabbit[@]}" "$home/rabbitmq-server"
	broker=$last
else
	echo "skip $test: rabbitmq-server is not installed"
fi
lacks=$(ldd /usr/lib/collectd/amqp.so | sed -n 's/ => not found//p' | tr -d '\t')
[ -z "$lacks" ] || { echo "skip $test: collectd's plugin amqp lacks" $lacks; broker=; }

### The sender and two hubs: one listens, one takes from the broker

A=$W/a N1=$W/network Q=$W/queue
mkdir -p "$N1" && echo "web1: secret" >"$N1/hub.users"
hub() {		# hub DIR EXTRA: a collectd without our plugin
	configure "$1" "" "$2"
	sed -i '/^LoadPlugin netflowscope$/d' "$1/collectd.conf"
	background "$1/out" h "$collectd" -f -C "$1/collectd.conf"
}
listens() { in_ns h bash -c ": </dev/tcp/127.0.0.1/$1" 2>/dev/null; }
hub "$N1" "$(example hub-receive "$N1")"
network=$last
send=$(example hub-send "$A")
if [ -n "$broker" ]; then
	wait_for 30 listens 5672
	check $? "RabbitMQ is up $(tail -n 1 "$R/out.err")"
	hub "$Q" "$(example amqp-receive "$Q")"
	send="$send
$(example amqp-send "$A")"
fi
# One write thread: the hubs' files are written in order.
configure "$A" "" "WriteThreads 1
$send"
start "$A" h || { not_ok "collectd writes values: $(cat "$A/out.err" "$A/log")"; exit 1; }
sender=$last
wait_for 10 has_values "$N1"
check $? "the hub has values over the network"
[ -z "$broker" ] || { wait_for 20 has_values "$Q"; check $? "the hub has values through RabbitMQ"; }
in_ns h ping -q -c 20 -i 0.1 10.77.0.2 >/dev/null
another_read "$A" 3

ends_well $sender "the sender ended by SIGTERM"
start "$A" h && sender=$last
another_read "$A" 3
ends_well $network "the hub ended by SIGTERM"
hub "$N1" "$(example hub-receive "$N1")"
network=$last
in_ns h ping -q -c 20 -i 0.1 10.77.0.2 >/dev/null
before=$(reads "$N1")
more() { [ "$(reads "$N1")" -ge $((before + 3)) ]; }
wait_for 20 more
check $? "the hub goes on after a restart"
another_read "$A" 2
end $sender
cat >"$W/same.py" <<'END'
"""same.py SENT GOT SHARE NAME: GOT has every series of SENT, and at the same times the same values"""
import sys
from values import load, tell
sent, got = load(sys.argv[1]), load(sys.argv[2])
lacking = sorted(set(sent) - set(got))
tell(len(sent) > 50 and not lacking, "%s: all %d series are there %s" % (sys.argv[4], len(sent), lacking[:3]))
compared = wrong = missing = 0
for key in set(sent) & set(got):
    for time, row in sent[key].items():
        # The network protocol has 2^-30 s, csv milliseconds.
        near = [t for t in got[key] if abs(t - time) < 0.002]
        if not near:
            missing += 1
            continue
        compared += 1
        wrong += any(abs(a - b) > 1e-6 * max(1, abs(a)) for a, b in zip(row, got[key][near[0]]))
tell(compared and not wrong, "%s: %d values are the same, %d are not" % (sys.argv[4], compared, wrong))
tell(compared >= float(sys.argv[3]) * (compared + missing), "%s: %d values of %d came" %
     (sys.argv[4], compared, compared + missing))
END
cp "$here/values.py" "$W/"
# While the hub was away nobody took what was sent.
sleep 1
in_ns h "$python" "$W/same.py" "$A/csv" "$N1/csv" 0.5 "over the network" >"$W/told" 2>&1 || not_ok "$(tail -n 1 "$W/told")"
told "$W/told"
if [ -n "$broker" ]; then
	in_ns h "$python" "$W/same.py" "$A/csv" "$Q/csv" 0.9 "through RabbitMQ" >"$W/told" 2>&1 || not_ok "$(tail -n 1 "$W/told")"
	told "$W/told"
fi
ends_well $network "the hub ended by SIGTERM"
# A subscriber of collectd 5.12 waits for the broker's next word, and the broker has a daemon of names in the
# background.
ip netns pids "${P}h" | xargs -r kill -KILL
exit $failed
