#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# TCP under loss, delay, silence and refusal, beside the kernel's own counters and ss (features.md
# rows 3.14, 3.15, 4.13; algorithm 5).  h and p, a router r between them that loses packets at its
# ingress, so that h's capture stands before the loss and p's behind it.
# Alone: the kernel's counters, which a backlog's drops change.
test=tcp_truth
. "$(dirname "$0")/common.sh"
peer() { local n=$1; shift; in_ns "$n" /usr/bin/python3 "$here/tcp_peer.py" "$@"; }
wire() {		# wire NS NUMBER: its device NS0 and network 10.77.NUMBER.0, to r
	netns "$1" && ip -n "$P$1" link add "${1}0" type veth peer name "r$2" netns "${P}r" &&
		ip -n "$P$1" addr add "10.77.$2.1/24" dev "${1}0" && ip -n "${P}r" addr add "10.77.$2.254/24" dev "r$2" &&
		ip -n "$P$1" link set "${1}0" up && ip -n "${P}r" link set "r$2" up &&
		ip -n "$P$1" route add default via "10.77.$2.254"
}
if ! { netns r && wire h 1 && wire p 2; }; then
	not_ok "three hosts"
	exit 1
fi
in_ns r sysctl -qw net.ipv4.ip_forward=1
in_ns r nft -f - <<'NFT' && in_ns p nft -f - <<'DEAF' || { not_ok "nft"; exit 1; }
table netdev t {
	chain from_h {
		type filter hook ingress device r1 priority 0;
		tcp dport 5001 tcp flags & (syn | fin) == 0 numgen random mod 1000 < 12 drop
		tcp dport 5004 tcp flags & (syn | fin) == 0 numgen random mod 1000 < 50 drop
		tcp dport { 5999, 7006 } drop
		tcp dport 7005 tcp flags & (syn | ack) == ack drop
		tcp dport 7007 tcp flags & fin == fin drop
		tcp dport 7009 tcp flags & psh == psh drop
	}
	chain from_p {
		type filter hook ingress device r2 priority 0;
		tcp sport 7010 tcp flags & (fin | syn) == 0 drop
	}
}
NFT
table ip t {
	chain deaf {
		type filter hook input priority 0;
		tcp dport 5997 drop
	}
}
DEAF
snmp() { in_ns h cat /proc/net/snmp /proc/net/netstat; }
counter_of() { awk -v n="$2" '{ k = $1; for (i = 2; i <= NF; i++) { if (k in names && names[k, i] == n) print $i; else if (!(k in names)) names[k, i] = $i } names[k] = 1 }' "$1"; }
more() { echo $(($(counter_of "$W/after" "$1") - $(counter_of "$W/before" "$1"))); }
dump() {		# dump NS: capture of NS's interface to $W/NS.pcap, number in $last
	background "$W/$1.dump" "$1" tcpdump -i "${1}0" -s 128 -U -B 65536 -w "$W/$1.pcap" tcp
	wait_for 10 grep -q 'listening on' "$W/$1.dump.err"
}
caught() {		# ends both captures when their last block (1 s) is written
	sleep 1.3
	stop "$one"
	stop "$two"
	for n in h p; do
		grep -q '^0 packets dropped by kernel' "$W/$n.dump.err" || not_ok "tcpdump at $n: $(tail -n 1 "$W/$n.dump.err")"
	done
}
# metric NS NAME: final value in what the plugin would send for that capture, of all scopes
metric() { awk -v m="/protocol_counter-$2\$" '$2 ~ m { v[$2] = $3 } END { for (k in v) s += v[k]; print s + 0 }' "$W/$1.metrics"; }
metrics() {
	[ "$1" = h ] && local=10.77.1.1/32 || local=10.77.2.1/32
	"$N" read "$W/$1.pcap" --metrics --local "$local" --timeout-syn 2 >"$W/$1.metrics" 2>"$W/err" || not_ok "read $1: $(cat "$W/err")"
}
# within OURS THEIRS PERCENT SEGMENTS: differ by not more than the greater of both
within() { awk -v a="$1" -v b="$2" -v p="$3" -v n="$4" 'BEGIN { d = a - b; if (d < 0) d = -d; exit !(d <= n || d * 100 <= b * p) }'; }

background "$W/serve" p /usr/bin/python3 "$here/tcp_peer.py" serve 10.77.2.1 5001 5002 5004 7001 7002 7003 7004 7005 7007 7008 7009 7010
wait_for 10 grep -q ready "$W/serve" || { not_ok "the server: $(cat "$W/serve.err")"; exit 1; }

# --- loss: super-packets and segments ---
for segs in 64 1; do
	ip -n "${P}h" link set h0 gso_max_segs $segs
	[ $segs = 64 ] && name=super-packets || name="segments (row 3.15: 5 %)"
	[ $segs = 64 ] && octets=60000000 || octets=20000000
	[ $segs = 64 ] && port=5001 || port=5004
	dump h; one=$last
	dump p; two=$last
	snmp >"$W/before"
	background "$W/hold" h /usr/bin/python3 "$here/tcp_peer.py" hold 10.77.2.1 $port "$octets"
	hold=$last
	wait_for 25 grep -q sent "$W/hold"
	check $? "loss of $name: $octets octets were acknowledged"
	ss=$(in_ns h ss -tinH dport = :$port | sed -n 's/.* retrans:[0-9]*\/\([0-9]*\).*/\1/p')
	snmp >"$W/after"
	caught
	stop "$hold"
	metrics h
	metrics p
	RetransSegs=$(more RetransSegs) TCPFastRetrans=$(more TCPFastRetrans) TCPDSACKRecvSegs=$(more TCPDSACKRecvSegs)
	TCPLostRetransmit=$(more TCPLostRetransmit)
	ours=$(metric h retransmit)
	[ "$RetransSegs" -gt 20 ] && [ "$ours" = "$RetransSegs" ]	# DESIGN 3: exact at the sender
	check $? "loss of $name, sender: retransmit $ours, the kernel's RetransSegs $RetransSegs, ss ${ss:-0}"
	within "$ours" "${ss:-0}" 5 0
	check $? "loss of $name, sender: within 5 % of ss -ti"
	# What is lost twice is seen by nobody behind the loss; of a super-packet that is up to 45 segments.
	seen=$(metric p retransmit)
	[ "$seen" -le "$RetransSegs" ] && [ "$seen" -ge $(((RetransSegs - TCPLostRetransmit) * 97 / 100 - (segs == 1 ? 3 : 45))) ]
	check $? "loss of $name, receiver: retransmit $seen of $RetransSegs, the kernel's TCPLostRetransmit $TCPLostRetransmit," \
		"out_of_order $(metric p out_of_order)"
	# A storm of needless copies (segments overtook each other) is none of one recovery.
	[ "$TCPDSACKRecvSegs" -le 50 ] && storm=3 || storm=25
	within "$(metric h retransmit_fast)" "$TCPFastRetrans" $storm 3
	check $? "loss of $name: retransmit_fast $(metric h retransmit_fast), the kernel's TCPFastRetrans $TCPFastRetrans"
	# What the wire had and the socket's full backlog then dropped never came to that counter.
	TCPBacklogDrop=$(more TCPBacklogDrop) ignored=$(($(more TCPDSACKIgnoredDubious) + $(more PAWSEstab)))
	within "$(metric h retransmit_spurious)" "$TCPDSACKRecvSegs" 5 $((3 + TCPBacklogDrop + ignored))
	check $? "loss of $name: retransmit_spurious $(metric h retransmit_spurious), the kernel's TCPDSACKRecvSegs $TCPDSACKRecvSegs" \
		"(TCPBacklogDrop $TCPBacklogDrop, ignored $ignored)"
done

# --- row 3.14: refused and unanswered; row 3.15: nothing but keep-alives ---
dump h; one=$last
dump p; two=$last
background "$W/live" h "$N" live -i h0 --json --timeout-syn 2
live=$last
wait_for 10 grep -q '"ready"' "$W/live"
snmp >"$W/before"
peer h idle 10.77.2.1 5002 6 &
idle=$!
peer h fail 10.77.2.1 5998 5 && peer h fail 10.77.2.1 5999 3 && peer h fail 10.77.2.1 5997 2
check $? "five refused, three lost on the way, two that the server does not answer"
wait $idle
snmp >"$W/after"
sleep 2
caught
stop "$live"
metrics h
metrics p
alive=$(more TCPKeepAlive)
[ "$(metric h refused_out) $(metric h refused_in) $(metric h timeout_out) $(metric h timeout_in)" = "5 0 5 0" ]
check $? "row 3.14 at the client: refused_out $(metric h refused_out), timeout_out $(metric h timeout_out)"
[ "$(metric p refused_out) $(metric p refused_in) $(metric p timeout_out) $(metric p timeout_in)" = "0 5 0 2" ]
check $? "row 3.14 at the server: refused_in $(metric p refused_in), timeout_in $(metric p timeout_in)"
/usr/bin/python3 - "$W/live" "$alive" <<'PY' && ok "row 3.15: $alive keep-alives, nothing sent again" || failed=1
import json, sys
f = [o for o in map(json.loads, open(sys.argv[1])) if o["event"] == "flow" and o.get("responder_port") == 5002][0]
if f["retransmits"] or f.get("dup_acks") or f.get("keepalives", 0) != int(sys.argv[2]) or int(sys.argv[2]) < 4:
    print("not ok tcp_truth: row 3.15: the kernel says", sys.argv[2], f)
    sys.exit(1)
PY

# --- row 4.13: 25 ms each way ---
/usr/bin/python3 "$here/tcp_peer.py" relay "${P}h" "${P}p" 0.025 >"$W/relay" 2>&1 &
started+=($!)
wait_for 10 grep -q ready "$W/relay" || not_ok "relay: $(cat "$W/relay")"
ip -n "${P}h" addr add 10.78.0.1/24 dev slow0 && ip -n "${P}h" link set slow0 up
ip -n "${P}p" addr add 10.78.0.2/24 dev slow0 && ip -n "${P}p" link set slow0 up
background "$W/serve2" p /usr/bin/python3 "$here/tcp_peer.py" serve 10.78.0.2 5003
background "$W/live" h "$N" live -i slow0 --json
live=$last
wait_for 10 grep -q '"ready"' "$W/live" && wait_for 10 grep -q ready "$W/serve2"
check $? "live on the slow way $(cat "$W/live.err")"
peer h exchange 10.78.0.2 5003 10 >"$W/kernel"
sleep 0.3
stop "$live"
/usr/bin/python3 - "$W/live" "$W/kernel" <<'PY' && ok "row 4.13: round trips of 50 to 55 ms, as the kernel has them" || failed=1
import json, statistics, sys
flows = [o for o in map(json.loads, open(sys.argv[1])) if o["event"] == "flow" and o.get("responder_port") == 5003]
ours = [o["rtt_us"] for o in sorted(flows, key=lambda o: o["start"])]
kernel = [int(n) for n in open(sys.argv[2])]
# The relay of a busy machine takes longer now and then, which the kernel sees as well.
if len(ours) != 10 or min(ours) < 50000 or statistics.median(ours) > max(55000, statistics.median(kernel) + 100) or \
        any(abs(a - b) > max(1000, b / 20) for a, b in zip(ours, kernel)):
    print("not ok tcp_truth: row 4.13: ours", ours, "kernel", kernel)
    sys.exit(1)
PY

# --- algorithm 5: states beside ss, ten connections seen from both ends ---
dump h; one=$last
dump p; two=$last
background "$W/states" h /usr/bin/python3 "$here/tcp_peer.py" states 10.77.2.1
wait_for 20 grep -q ready "$W/states" || not_ok "states: $(cat "$W/states.err")"
sleep 0.5
for n in h p; do in_ns $n ss -tanH >"$W/$n.ss"; done
caught
for n in h p; do "$N" read "$W/$n.pcap" --json >"$W/$n.json"; done
/usr/bin/python3 - "$W" <<'PY' && ok "algorithm 5: twenty states are those of ss" || failed=1
import json, sys
SAME = {"SYN-SENT": "syn_sent", "SYN-RECV": "syn_received", "ESTAB": "established", "FIN-WAIT-1": "fin_wait",
        "FIN-WAIT-2": "fin_wait", "CLOSE-WAIT": "fin_wait", "CLOSING": "closing", "LAST-ACK": "closing",
        "TIME-WAIT": "time_wait", "": "closed time_wait"}
points = bad = 0
seen = set()
for end in "hp":
    flows = {o["responder_port"]: o["state"] for o in map(json.loads, open("%s/%s.json" % (sys.argv[1], end)))
             if o["event"] == "flow" and 7001 <= o["responder_port"] <= 7010}
    kernel = {}
    for words in map(str.split, open("%s/%s.ss" % (sys.argv[1], end))):
        port = int(words[4 if end == "h" else 3].rsplit(":", 1)[1].replace("*", "0"))
        if words[0] != "LISTEN":
            kernel[port] = words[0]
    for port in range(7001, 7011):
        state = kernel.get(port, "")
        seen.add(state)
        if end == "p" and port == 7006:		# what never arrived has no flow there
            points += port not in flows and not state
            continue
        points += 1
        if flows.get(port) not in SAME[state].split():
            bad += 1
            print("not ok tcp_truth: algorithm 5: at %s port %d ss says %r, we %r" % (end, port, state, flows.get(port)))
print("#", points, "points;", " ".join(sorted(seen)))
sys.exit(bad != 0 or points != 20)
PY
exit $failed
