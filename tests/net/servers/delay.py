#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""delay.py SECONDS ADDRESS MAC DEVICE OURS - what this namespace, OURS, sends to that IPv4 address leaves the device so
much later, until it is ended: the servers have no delay of their own that one could ask for.  (The kernel may lack netem.)"""
import collections
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import time

TUNSETIFF, TUN_WITHOUT_INFO = 0x400454CA, 0x1001
seconds, address, mac, device = float(sys.argv[1]), sys.argv[2], bytes.fromhex(sys.argv[3].replace(":", "")), sys.argv[4]

tunnel = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
fcntl.ioctl(tunnel, TUNSETIFF, struct.pack("16sH22x", b"slow0", TUN_WITHOUT_INFO))
for name in ("all", "default", device):		# answers leave by another device than questions come
    with open("/proc/sys/net/ipv4/conf/%s/rp_filter" % name, "w", encoding="ascii") as f:
        f.write("0")
out = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
for words in ("link set slow0 mtu 1500 up", "route add %s/32 dev slow0 src %s" % (address, sys.argv[5])):
    subprocess.run(["ip"] + words.split(), check=True)
print("ready", flush=True)
waits = collections.deque()
while True:
    left = max(0, waits[0][0] - time.monotonic()) if waits else None
    if select.select([tunnel], [], [], left)[0]:
        waits.append((time.monotonic() + seconds, os.read(tunnel, 65536)))
    while waits and waits[0][0] <= time.monotonic():
        out.sendto(waits.popleft()[1], (device, 0x0800, 0, 0, mac))
