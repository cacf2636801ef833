#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Seeds for fuzz_proc_net: lines as Linux 6.18 writes them, behind the octet that names the file."""
import os
import sys

V4 = ["0100007F:0277 00000000:0000", "01004D0A:C350 02004D0A:01BB"]
V6 = ["00000000000000000000000000000000:15B3 00000000000000000000000000000000:0000",
      "0000000000000000FFFF00000100007F:15B3 0000000000000000FFFF00000100007F:8001"]
TAIL = " 00000000:00000002 02:000A7214 00000001    33        0 4738460 1 0000000000000000"

SEEDS = {}
for six, ends in enumerate((V4, V6)):
    for i, end in enumerate(ends):
        tcp = "%4d: %s %02X%s 100 0 0 10 0" % (i, end, (10, 1)[i], TAIL)
        udp = "%5d: %s %02X%s 17        " % (i, end, (7, 1)[i], TAIL)
        SEEDS["tcp%d_%d" % (six, i)] = bytes([2 * six]) + tcp.encode()
        SEEDS["udp%d_%d" % (six, i)] = bytes([2 * six + 1 + 4 * i]) + udp.encode()
SEEDS["heading"] = b"\0  sl  local_address rem_address   st tx_queue rx_queue tr tm->when"
SEEDS["lower"] = b"\0   0: 0100007f:0277 00000000:0000 0a" + TAIL.lower().encode()
SEEDS["odd"] = b"\0   0: 0100007G:0277"

where = sys.argv[1]
os.makedirs(where, exist_ok=True)
for name, octets in SEEDS.items():
    with open(os.path.join(where, name), "wb") as f:
        f.write(octets)
