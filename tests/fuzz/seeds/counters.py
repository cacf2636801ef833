#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Seeds for fuzz_counters: files as Linux 6.18 writes them, behind the octet that names the kind."""
import os
import sys

SNMP = b"""Ip: Forwarding DefaultTTL InReceives InUnknownProtos InDiscards OutNoRoutes
Ip: 2 64 5051111 3 0 7
IcmpMsg: InType3 OutType3
IcmpMsg: 527284 527280
Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens InSegs OutSegs RetransSegs InErrs OutRsts
Tcp: 1 200 120000 -1 892687 3993066 4099414 12 0 724333
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors
Udp: 6870 527280 0 534159 0 0
"""
NETSTAT = b"""TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPTimeouts
TcpExt: 0 2 18446744073709551615 4119
IpExt: InNoRoutes InOctets
IpExt: 0 924013873
"""
SNMP6 = b"""Ip6InReceives                   \t1234
Ip6InUnknownProtos              \t1
Udp6NoPorts                     \t5
Udp6InErrors                    \t0
"""
SEEDS = {
    "snmp": b"\0" + SNMP,
    "netstat": b"\0" + NETSTAT,
    "snmp6": b"\1" + SNMP6,
    "falls": b"\0" + SNMP + SNMP.replace(b"527280", b"11"),
    "wraps": b"\2" + SNMP.replace(b"527280", b"4294967290") + SNMP.replace(b"527280", b"4"),
    "columns": b"\0Udp: NoPorts InErrors\nUdp: 1\nUdp: NoPorts\nUdp: 1 2 3\nUdp: \nTcp: 1\nTcp\n",
    "numbers": b"\0Udp: NoPorts\nUdp: 99999999999999999999\nUdp: NoPorts\nUdp: 0x1\nUdp: NoPorts\nUdp: -5",
    "blank": b"\1\n \t\nUdp6NoPorts\n 7\nUdp6NoPorts 7",
}
where = sys.argv[1]
os.makedirs(where, exist_ok=True)
for name, octets in SEEDS.items():
    with open(os.path.join(where, name), "wb") as f:
        f.write(octets)
