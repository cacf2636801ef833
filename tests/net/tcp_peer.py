#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Ends of TCP connections, and a way between them that takes its time.

  tcp_peer.py hold ADDRESS PORT OCTETS     sends, waits until all is acknowledged, prints "sent", holds on
  tcp_peer.py serve ADDRESS PORT...        takes in whatever comes; prints "ready"; closes when its peer does
  tcp_peer.py idle ADDRESS PORT SECONDS    sends one octet, then only keep-alives, one a second
  tcp_peer.py fail ADDRESS PORT TIMES      connects in vain, 0.5 s each
  tcp_peer.py exchange ADDRESS PORT TIMES  one octet there and back; prints what the kernel says that the
                                           handshake took, us
  tcp_peer.py relay NS NS SECONDS          a tunnel device `slow0` in both; each packet takes SECONDS one way
  tcp_peer.py states ADDRESS               one connection in each state (see STATES); prints "ready", holds on

Only the standard library.
"""
import collections
import ctypes
import fcntl
import os
import select
import signal
import socket
import struct
import sys
import time

# Port of `serve` and what the client does there; the firewall of the test keeps some packets back.
STATES = {7001: "open", 7002: "shut", 7003: "both", 7004: "reset", 7005: "open", 7006: "silent",
          7007: "shut", 7008: "both", 7009: "data", 7010: "shut"}
KEEPS_OPEN = (7002, 7007, 7010)		# the server does not close these
CLOSES_FIRST = (7008,)
SIOCOUTQ, TUNSETIFF, IFF_TUN_NO_PI, CLONE_NEWNET = 0x5411, 0x400454CA, 0x1001, 0x40000000


def hold(address, port, octets):
    s = socket.create_connection((address, port), 10)
    piece = b"z" * 65536
    s.settimeout(60)
    while octets > 0:
        octets -= s.send(piece[:min(octets, len(piece))])
    while struct.unpack("i", fcntl.ioctl(s, SIOCOUTQ, b"\0" * 4))[0]:
        time.sleep(0.01)
    print("sent", flush=True)
    signal.pause()


def serve(address, ports):
    poll, sockets = select.poll(), {}
    for port in ports:
        s = socket.create_server((address, port), backlog=64)
        sockets[s.fileno()] = s
        poll.register(s, select.POLLIN)
    listening = set(sockets)
    print("ready", flush=True)
    while True:
        for fd, _ in poll.poll():
            if fd in listening:
                c, _ = sockets[fd].accept()
                if c.getsockname()[1] in CLOSES_FIRST:
                    c.shutdown(socket.SHUT_WR)
                sockets[c.fileno()] = c
                poll.register(c, select.POLLIN)
                continue
            s = sockets[fd]
            try:
                data = s.recv(1 << 18)
                if len(data) == 1:
                    s.send(data)
            except OSError:
                data = b""
            if not data:
                poll.unregister(s)
                if s.getsockname()[1] not in KEEPS_OPEN:
                    del sockets[fd]
                    s.close()


def idle(address, port, seconds):
    s = socket.create_connection((address, port), 10)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    s.send(b"x")
    s.recv(1)
    time.sleep(seconds)


def fail(address, port, times):
    for _ in range(times):
        try:
            socket.create_connection((address, port), 0.5).close()
            sys.exit("%s port %d answers" % (address, port))
        except OSError:
            pass


def exchange(address, port, times):
    for _ in range(times):
        with socket.create_connection((address, port), 10) as s:
            print(struct.unpack_from("I", s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104), 68)[0])	# tcpi_rtt
            s.send(b"x")
            s.recv(1)


def tunnel(ns):
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/run/netns/" + ns, "rb") as f:
        if libc.setns(f.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", b"slow0", IFF_TUN_NO_PI))
    return fd


def relay(one, other, seconds):
    fds = [tunnel(one), tunnel(other)]
    print("ready", flush=True)
    way = collections.deque()		# all take as long, so the first in is the first out
    while True:
        left = max(0, way[0][0] - time.monotonic()) if way else None
        for fd in select.select(fds, [], [], left)[0]:
            way.append((time.monotonic() + seconds, fds[1 - fds.index(fd)], os.read(fd, 65536)))
        while way and way[0][0] <= time.monotonic():
            _, fd, packet = way.popleft()
            os.write(fd, packet)


def states(address):
    kept = []
    for port, what in STATES.items():
        s = socket.socket()
        kept.append(s)
        if what == "silent":
            s.setblocking(False)
            s.connect_ex((address, port))
            continue
        s.settimeout(10)
        s.connect((address, port))
        if what in ("shut", "data"):
            if what == "data":
                s.send(b"xy")
            else:
                s.shutdown(socket.SHUT_WR)
        elif what == "both":
            time.sleep(0.1)
            s.close()
        elif what == "reset":
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()
    print("ready", flush=True)
    signal.pause()


def main(words):
    name, args = words[0], words[1:]
    if name == "hold":
        hold(args[0], int(args[1]), int(args[2]))
    elif name == "serve":
        serve(args[0], [int(p) for p in args[1:]])
    elif name == "idle":
        idle(args[0], int(args[1]), float(args[2]))
    elif name in ("fail", "exchange"):
        globals()[name](args[0], int(args[1]), int(args[2]))
    elif name == "relay":
        relay(args[0], args[1], float(args[2]))
    elif name == "states":
        states(args[0])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
