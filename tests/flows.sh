#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What `read` makes of whole conversations: FlowKey against tshark's reading of the golden captures, a flow
# that its session ended, a query that waits at the end of a capture, an interrupted read.
#   NETFLOWSCOPE=program tests/flows.sh
set -u
N=${NETFLOWSCOPE:?NETFLOWSCOPE is not set}
golden=${top_srcdir:-.}/tests/golden
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT
failed=0

# is EXPECTED GOT TEXT
is() {
	if [ "$1" = "$2" ]; then echo "ok flows: $3"; else echo "not ok flows: $3: $2 instead of $1"; failed=1; fi
}
# field NAME FILE...: the values of a field of JSON lines
field() { local name=$1; shift; sed -n "s/.*\"$name\":\"\{0,1\}\([^,\"}]*\).*/\1/p" "$@"; }
flows() { "$N" read --json "$@" | grep '"event":"flow"'; }

# features.md 1.5: a pair of addresses is one flow, whatever is between them.
for name in ethernet ipv4 ipv6 tunnels; do
	pairs=$(awk -F '\t' '{ print ($3 < $4) ? $3 " " $4 : $4 " " $3 }' "$golden/decode/$name.txt" | sort -u | wc -l)
	is "$pairs" "$(flows --flow-key ip_pair "$golden/decode/$name.pcap" | wc -l)" "FlowKey ip_pair: $name"
done
is 1 "$(flows --flow-key mac_pair "$golden/decode/ethernet.pcap" | wc -l)" "FlowKey mac_pair"
is 02:00:00:00:00:01 "$(flows --flow-key mac_pair "$golden/decode/ethernet.pcap" | field initiator)" "its ends are MACs"
for key in 5tuple ip_pair mac_pair; do
	"$N" read --summary --flow-key $key "$golden/protocols/http.pcap" | field bytes
done | sort -u | wc -l >"$W/sums"
is 1 "$(cat "$W/sums")" "every key counts the same octets"
is '' "$("$N" read --json --flow-key ip_pair "$golden/protocols/http.pcap" | grep '"app"\|"event":"http"')" \
	"with pairs nothing is dissected"
"$N" read --flow-key host "$golden/protocols/http.pcap" 2>"$W/err"
is 2 $? "an unknown key is wrong usage"

/usr/bin/python3 - "$W" <<'PY'
import struct, sys
folder = sys.argv[1]
A, B = bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2))
def ip(src, dst, proto, payload):
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, proto, 0, src, dst) + payload
def write(name, packets):
    with open(folder + "/" + name, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        for us, p in packets:
            f.write(struct.pack("<IIII", 1700000000 + us // 1000000, us % 1000000, len(p), len(p)) + p)
# An HTTP head of 70000 octets, 1000 segments behind it, the end of the connection.
said = []
def tcp(client, seq, ack, flags, data=b""):
    ports = (40000, 80) if client else (80, 40000)
    t = struct.pack(">HHIIBBHHH", *ports, seq, ack, 0x50, flags, 65535, 0, 0) + data
    said.append((100 * len(said), ip(A, B, 6, t) if client else ip(B, A, 6, t)))
tcp(True, 100, 0, 2); tcp(False, 500, 101, 0x12); tcp(True, 101, 501, 0x10)
seq = 101
for i in range(1070):
    text = b"GET / HTTP/1.1\r\nX: " if i == 0 else b""
    tcp(True, seq, 501, 0x18, text + b"a" * (1000 - len(text)))
    seq += 1000
    if i % 10 == 9:
        tcp(False, 501, seq, 0x10)
tcp(True, seq, 501, 0x11); tcp(False, 501, seq + 1, 0x11); tcp(True, seq + 1, 502, 0x10)
write("head.pcap", said)
# A query without an answer; another packet after it.
def udp(port, payload):
    return struct.pack(">HHHH", port, 53 if payload else 9, 8 + len(payload), 0) + payload
query = struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + b"\7example\3org\0" + struct.pack(">2H", 1, 1)
for seconds in (14, 16):
    write("query_%d.pcap" % seconds, [(0, ip(A, B, 17, udp(5000, query))),
                                      (seconds * 1000000, ip(A, B, 17, udp(5001, b"")))])
# Too long to be read in a moment: 3000 flows.
block = [ip(bytes((10, 0, i >> 8, i & 255)), B, 17, udp(5000, b"")) for i in range(3000)]
write("long.pcap", [(1000000 * s + i, p) for s in range(1000) for i, p in enumerate(block)])
PY

# A flow that the session ended goes on as the same flow.
flows "$W/head.pcap" >"$W/head"
is 1 "$(wc -l <"$W/head")" "one flow line although the session ended it"
is "parse_error 1074 109" "$(field end_reason "$W/head") $(field packets_initiator "$W/head") $(field packets_responder "$W/head")" \
	"its later packets stay with it"
is $((1074 * 40 + 1070000)) "$(field bytes_initiator "$W/head")" "and their octets"
"$N" read --metrics "$W/head.pcap" >"$W/metrics"
is 1 "$(grep -c 'closed_parse_error 1$' "$W/metrics")" "it is closed once"
is 1 "$(grep 'flow/connections-opened' "$W/metrics" | tail -n 1 | awk '{ print $3 }')" "and opened once"

# What waits at the end of a capture has no outcome yet.
is '' "$("$N" read --metrics "$W/query_14.pcap" | grep 'dns/errors-timeout')" "14 s without an answer are no timeout"
is 1 "$("$N" read --metrics "$W/query_16.pcap" | grep 'dns/errors-timeout' | tail -n 1 | awk '{ print $3 }')" "16 s are"

# An interrupted read tells what it has.
for signal in TERM INT; do
	mkfifo "$W/pipe"
	{ cat "$W/long.pcap"; sleep 5; } >"$W/pipe" 2>"$W/null" &
	feeder=$!
	"$N" read --summary "$W/pipe" >"$W/out" 2>"$W/err" &
	reader=$!
	sleep 1
	begin=$(date +%s%N)
	kill -$signal $reader
	wait $reader
	status=$?
	took=$((($(date +%s%N) - begin) / 1000000))
	kill $feeder 2>"$W/null"
	wait $feeder 2>"$W/null"
	rm "$W/pipe"
	is "1 $W/pipe: interrupted" "$status $(cat "$W/err")" "SIG$signal ends a read with status 1"
	is 1 "$(grep -c '"event":"summary"' "$W/out")" "which tells what it has"
	[ $took -lt 6000 ]
	is 0 $? "at once ($took ms)"
done
exit $failed
