#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""listeners.py open | compare TOLD SS

open: listens in every way there is (features.md, rows 0.1 to 0.5, 2.1), tells the table of what has to be
seen, a JSON line each, then `ready`, and stays.  Interfaces h0 (10.77.0.1, fd77::1, 2001:db8:77::1,
203.0.113.1, fe80::77) and g0, and 100.64.0.5 on lo, must be there.

compare: the lines TOLD of this namespace with that table (standard input) and with SS, what
`ss -H -tulnp` told of the same moment.  One line a difference.
"""
import ctypes
import errno
import json
import re
import signal
import socket
import sys
import threading

TCP, UDP = socket.SOCK_STREAM, socket.SOCK_DGRAM
IP_FREEBIND, IPV6_FREEBIND = 15, 78
keep = []               # sockets that stay


def index(name):
    return socket.if_nametoindex(name)


def bound(kind, address, port, only=None, device=None, free=False, reuse=False):
    six = ":" in address
    s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, kind)
    if only is not None:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
    if device:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    if free and six:
        s.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
    elif free:
        s.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
    if reuse:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    address, _, zone = address.partition("%")
    s.bind((address, port, 0, index(zone) if zone else 0) if six else (address, port))
    keep.append(s)
    return s


class Table:
    """What has to be told, made while it is opened."""

    def __init__(self):
        self.rows = []

    def add(self, kind, address, port, family, bind, scope, told=None, times=1, present=True, backlog=16, **how):
        for _ in range(times):
            s = bound(kind, address, port, reuse=times > 1, **how)
            if kind == TCP:
                s.listen(backlog)
        row = {"event": "listener", "proto": "tcp" if kind == TCP else "udp", "family": family,
               "address": told or address, "port": port, "bind": bind, "scope": scope, "listeners": times}
        zone = address.partition("%")[2]
        if how.get("device") or zone:
            row["interface"] = how.get("device") or zone
        if not present:
            row["address_present"] = False
        if kind == TCP:
            row.update(queue=0, queue_max=backlog * times if times == 1 else backlog, overflows=0)
        self.rows.append(row)
        return row


def sysctl(value):
    with open("/proc/sys/net/ipv6/bindv6only", "w") as f:
        f.write(value)


def wildcards(t, kind, port):
    t.add(kind, "0.0.0.0", port, "ipv4", "any", "public")
    t.add(kind, "::", port + 1, "dual", "any", "public", only=0)
    t.add(kind, "::", port + 2, "ipv6", "any", "public", only=1)
    t.add(kind, "::ffff:0.0.0.0", port + 3, "ipv4", "any", "public", told="0.0.0.0", only=0)
    sysctl("0")
    t.add(kind, "::", port + 4, "dual", "any", "public")
    sysctl("1")
    t.add(kind, "::", port + 5, "ipv6", "any", "public")
    t.add(kind, "::", port + 6, "dual", "any", "public", only=0)
    sysctl("0")


def addresses(t, kind, port):
    t.add(kind, "127.0.0.1", port, "ipv4", "loopback", "loopback")
    t.add(kind, "127.0.0.53", port + 1, "ipv4", "loopback", "loopback")
    t.add(kind, "::1", port + 2, "ipv6", "loopback", "loopback")
    t.add(kind, "::ffff:127.0.0.1", port + 3, "ipv4", "loopback", "loopback", told="127.0.0.1")
    t.add(kind, "10.77.0.1", port + 4, "ipv4", "address", "private")
    t.add(kind, "::ffff:10.77.0.1", port + 5, "ipv4", "address", "private", told="10.77.0.1")
    t.add(kind, "fd77::1", port + 6, "ipv6", "address", "private")
    t.add(kind, "2001:db8:77::1", port + 7, "ipv6", "address", "public")
    t.add(kind, "203.0.113.1", port + 8, "ipv4", "address", "public")
    t.add(kind, "100.64.0.5", port + 9, "ipv4", "address", "private")
    t.add(kind, "fe80::77%h0", port + 10, "ipv6", "interface", "private")
    t.add(kind, "10.9.9.1", port + 11, "ipv4", "address", "private", free=True, present=False)
    t.add(kind, "2001:db8:9::9", port + 12, "ipv6", "address", "public", free=True, present=False)


def devices(t, kind, port):
    t.add(kind, "0.0.0.0", port, "ipv4", "interface", "loopback", device="lo")
    t.add(kind, "::", port + 1, "dual", "interface", "loopback", device="lo", only=0)
    t.add(kind, "0.0.0.0", port + 2, "ipv4", "interface", "public", device="h0")
    t.add(kind, "::", port + 3, "ipv6", "interface", "public", device="h0", only=1)
    t.add(kind, "10.77.0.1", port + 4, "ipv4", "interface", "private", device="h0")
    t.add(kind, "0.0.0.0", port + 5, "ipv4", "interface", "public", device="g0")
    # One port, four ways.
    t.add(kind, "0.0.0.0", port + 6, "ipv4", "interface", "loopback", device="lo")
    t.add(kind, "0.0.0.0", port + 6, "ipv4", "interface", "public", device="h0")
    t.add(kind, "::1", port + 6, "ipv6", "loopback", "loopback")
    t.add(kind, "fd77::1", port + 6, "ipv6", "address", "private")


def full_queue(t):
    """listen(3) holds four; three more of seven are lost, each once: they are gone before a second SYN."""
    row = t.add(TCP, "127.0.0.1", 8031, "ipv4", "loopback", "loopback", backlog=3)
    for i in range(7):
        c = socket.socket()
        c.setblocking(False)
        if c.connect_ex(("127.0.0.1", 8031)) not in (0, errno.EINPROGRESS):
            raise OSError("connect")
        if i < 4:
            keep.append(c)
        else:
            c.close()
    row.update(queue=4, queue_max=3, overflows=3)


def renamed_thread(t):
    def run():
        ctypes.CDLL(None).prctl(15, b"another name", 0, 0, 0)       # PR_SET_NAME
        t.add(TCP, "127.0.0.1", 8032, "ipv4", "loopback", "loopback")
        done.set()
        signal.pause() if threading.current_thread() is threading.main_thread() else never.wait()
    done, never = threading.Event(), threading.Event()
    threading.Thread(target=run, daemon=True).start()
    done.wait()


def open_all():
    t = Table()
    wildcards(t, TCP, 8001)
    addresses(t, TCP, 8041)
    devices(t, TCP, 8061)
    t.add(TCP, "0.0.0.0", 8030, "ipv4", "any", "public", times=8)
    renamed_thread(t)
    wildcards(t, UDP, 9001)
    addresses(t, UDP, 9041)
    devices(t, UDP, 9061)
    t.add(UDP, "0.0.0.0", 9030, "ipv4", "any", "public", times=8)
    t.add(UDP, "224.0.0.251", 9031, "ipv4", "address", "public")
    t.add(UDP, "10.77.0.255", 9032, "ipv4", "address", "private")
    # None of these listens.
    bound(TCP, "127.0.0.1", 8033)
    bound(UDP, "127.0.0.1", 9033).connect(("127.0.0.1", 9001))
    bound(UDP, "0.0.0.0", 0).sendto(b"x", ("127.0.0.1", 9041))
    full_queue(t)
    for row in t.rows:
        print(json.dumps(row))
    print("ready", flush=True)
    signal.pause()


def ss_rows(text):
    """Protocol, address (mapped ones as IPv4), device, port, family: how often, TCP's queue, whose."""
    rows = {}
    for line in text.splitlines():
        word = line.split()
        local, _, port = word[4].rpartition(":")
        address, _, device = local.partition("%")
        address = re.sub(r"^\[(.*)\]$", r"\1", address)
        address = re.sub(r"^::ffff:", "", address)
        if word[0] == "udp" and 32768 <= int(port) <= 60999:
            continue                    # handed out by the kernel
        key = (word[0], "::" if address == "*" else address, device, int(port),
               "ipv4" if ":" not in address and address != "*" else "dual" if address == "*" else "ipv6")
        times, queue, most, pid = rows.get(key, (0, 0, 0, None))
        if word[0] == "tcp":
            queue, most = queue + int(word[2]), max(most, int(word[3]))
        whose = re.search(r"pid=(\d+)", line)
        rows[key] = times + 1, queue, most, int(whose.group(1)) if whose else pid
    return rows


def told_rows(lines):
    rows = {}
    for r in lines:
        address = r["address"].partition("%")[0]
        key = (r["proto"], address, r.get("interface", ""), r["port"], r["family"])
        rows[key] = r["listeners"], r.get("queue", 0), r.get("queue_max", 0), r.get("pid")
    return rows


def compare(told, ss):
    known = ("event", "proto", "family", "address", "port", "bind", "interface", "address_present", "scope",
             "listeners", "queue", "queue_max", "overflows")
    with open(told) as f:
        lines = [json.loads(line) for line in f]
    got = sorted(json.dumps({k: r[k] for k in known if k in r}) for r in lines if r["event"] == "listener")
    want = sorted(json.dumps({k: r[k] for k in known if k in r})
                  for r in (json.loads(line) for line in sys.stdin if line.startswith("{")))
    for line in sorted(set(want) - set(got)):
        print("missing:", line)
    for line in sorted(set(got) - set(want)):
        print("too much:", line)
    if len(got) != len(set(got)):
        print("told twice")
    with open(ss) as f:
        a, b = told_rows(lines), ss_rows(f.read())
    for key in sorted(a.keys() | b.keys()):
        if a.get(key) != b.get(key):
            print("ss differs:", key, "ours", a.get(key), "its", b.get(key))


if __name__ == "__main__":
    if sys.argv[1] == "open":
        open_all()
    else:
        compare(sys.argv[2], sys.argv[3])
