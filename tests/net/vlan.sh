#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a ring knows beside the frame's octets (features.md 1.1): the tag that the kernel took off, and
# that a frame was not for this host.  Frames are written into the far end of a veth pair.
test=vlan
. "$(dirname "$0")/common.sh"
two_hosts || { not_ok "two hosts"; exit 1; }

ip netns exec "${P}h" "$N" live -i h0 --json >"$W/live" 2>"$W/live.err" &
live=$!
started+=($live)
wait_for 10 grep -q '"ready"' "$W/live" || { not_ok "live: $(cat "$W/live.err")"; exit 1; }
mac=$(in_ns h cat /sys/class/net/h0/address)
in_ns p /usr/bin/python3 - "$mac" <<'PY'
import socket, struct, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("p0", 0))
def frame(mac, tags, sport):
    udp = struct.pack("!HHHH", sport, 9, 28, 0) + b"v" * 20
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 48, 1, 0, 64, 17, 0, bytes([10, 77, 0, 2]), bytes([10, 77, 0, 1]))
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xffff) + (total >> 16)
    head = head[:10] + struct.pack("!H", 0xffff ^ total) + head[12:]
    return bytes.fromhex(mac.replace(":", "")) + bytes([2, 0, 0, 0, 0, 9]) + tags + b"\x08\x00" + head + udp
ours = sys.argv[1]
for _ in range(3):
    s.send(frame(ours, struct.pack("!HH", 0x8100, 42), 4042))
    s.send(frame(ours, struct.pack("!HHHH", 0x88a8, 7, 0x8100, 43), 4043))
    s.send(frame(ours, b"", 4000))
    s.send(frame("02:00:00:00:00:77", b"", 4077))
PY
sleep 0.3
stop $live
flow() { grep '"flow"' "$W/live" | grep "\"initiator_port\":$1,"; }
flow 4042 | grep -q '"vlan":42'
check $? "a tag that the kernel took off"
flow 4043 | grep -q '"vlan":43'
check $? "the inner one of two tags"
[ -n "$(flow 4000)" ] && ! flow 4000 | grep -q '"vlan"'
check $? "no tag"
[ "$(flow 4042 | grep -o '"packets_initiator":[0-9]*')" = '"packets_initiator":3' ]
check $? "each frame once"
[ -z "$(flow 4077)" ]
check $? "a frame for another host is nobody's flow"
exit $failed
