#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Double counting (DESIGN 3): a bridge with two veth members, a macvlan on the
# uplink and loopback in one namespace; each transfer of 100 MB is 1.00 times
# 100 MB in `scope`, with Interface auto. What the sender's TCP sent once more
# (a busy machine drops) crosses the wire too, and may be counted.
# Alone: 100 MB nine times, by the kernel's own octets.
test=double
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/containers.sh"
MB=100
two_hosts || { not_ok "two hosts"; exit 1; }

containers
# Containers reach the peer through the host, which forwards.
ip -n "${P}p" route add 10.78.0.0/24 via 10.77.0.1

# transfer NAME FROM-NS TO-NS ADDRESS SCOPE: one transfer, and what `scope` makes of it
transfer() { send "$1" "$2" "$3" "$4" 7001 "$4" 7001 "$5" 0.005; }

transfer "host to peer" h p 10.77.0.2 private
transfer "peer to host" p h 10.77.0.1 private
transfer "loopback" h h 127.0.0.1 loopback
transfer "own address" h h 10.77.0.1 loopback
transfer "host to container over the bridge" h a 10.78.0.11 private
transfer "container to host over the bridge" a h 10.78.0.1 private
transfer "from the macvlan to the peer" h p 10.79.0.2 private
transfer "peer to the macvlan" p h 10.79.0.1 private
transfer "forwarded: container to peer" a p 10.77.0.2 forwarded
exit $failed
