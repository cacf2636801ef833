#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Talkers for process.sh, and a look at what netflowscope told of them."""
import socket
import sys
import threading
import time


def serve(address, port):
    """Each connection asks for so many octets and gets them; datagrams come back."""
    s = socket.create_server((address, port), backlog=512)
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.bind((address, port))

    def echo():
        while True:
            data, peer = u.recvfrom(2000)
            u.sendto(data, peer)

    def answer(c):
        with c:
            while request := c.recv(8):
                c.sendall(b"x" * int.from_bytes(request, "big"))

    threading.Thread(target=echo, daemon=True).start()
    print("ready", flush=True)
    while True:
        threading.Thread(target=answer, args=(s.accept()[0],), daemon=True).start()


def resolve(address, port):
    """Answers every query over UDP: there is no such name."""
    u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    u.bind((address, port))
    print("ready", flush=True)
    while True:
        query, peer = u.recvfrom(2000)
        # QR, RD and RA, NXDOMAIN (RFC 1035, 4.1.1); the question alone comes back.
        end = query.index(b"\0", 12) + 5
        u.sendto(query[:2] + b"\x81\x83" + query[4:6] + bytes(6) + query[12:end], peer)


def ask(c, size):
    c.sendall(size.to_bytes(8, "big"))
    while size > 0:
        size -= len(c.recv(min(size, 65536)))


def short(address, port, count):
    for _ in range(count):
        with socket.create_connection((address, port)) as c:
            ask(c, 100)


def long(address, port, seconds):
    end = time.monotonic() + seconds
    with socket.create_connection((address, port)) as c:
        while time.monotonic() < end:
            ask(c, 20000)
            time.sleep(0.01)


def datagrams(address, port, seconds, connected):
    end = time.monotonic() + seconds
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if connected:
        u.connect((address, port))
    while time.monotonic() < end:
        u.send(b"y" * 500) if connected else u.sendto(b"y" * 500, (address, port))
        u.recv(2000)
        time.sleep(0.01)


def rows(path):
    """{time: {family: {group: [rx, tx]}}} of octets; running sums."""
    told = {}
    for line in open(path):
        moment, name, value = line.split()
        family, _, kind = name.removeprefix("netflowscope-").partition("/")
        if kind not in ("if_octets", "io_octets"):
            continue
        family, _, group = family.partition("-")
        if family in ("scope", "process", "unit") and group != "forwarded":
            told.setdefault(moment, {}).setdefault(family, {})[group] = [int(v) for v in value.split(":")]
    return told


def total(groups):
    return [sum(v[i] for v in groups.values()) for i in range(2)]


def adds_up(path):
    """At each interval the rows of processes and of units are as much as the scopes."""
    n = 0
    for moment, told in rows(path).items():
        want = total(told.get("scope", {}))
        for family in ("process", "unit"):
            have = total(told.get(family, {}))
            if have != want:
                sys.exit(f"{moment}: {family} {have}, scope {want}")
        n += want != [0, 0]
    print(f"{n} intervals")
    return n > 0


def share(path, family, names):
    """Percent of all octets, both ways, that these names have in the end."""
    told = rows(path)
    last = told[max(told, key=float)]
    groups = last.get(family, {})
    have = sum(sum(groups.get(name, [0, 0])) for name in names.split(","))
    print("%.3f" % (100 * have / sum(total(last["scope"]))))


def octets(path, family, name):
    told = rows(path)
    print(*told[max(told, key=float)].get(family, {}).get(name, [0, 0]))


def right(path, wanted):
    """Percent of these octets (NAME=RX:TX) that are told of their name."""
    told = rows(path)
    groups = told[max(told, key=float)].get("process", {})
    have = want = 0
    for name, octets in (w.split("=") for w in wanted):
        for got, wish in zip(groups.get(name, [0, 0]), map(int, octets.split(":"))):
            have += min(got, wish)
            want += wish
    print("%.3f" % (100 * have / want))


what, *rest = sys.argv[1:]
if what == "serve":
    serve(rest[0], int(rest[1]))
elif what == "resolve":
    resolve(rest[0], int(rest[1]))
elif what in ("short", "long"):
    (short if what == "short" else long)(rest[0], int(rest[1]), int(rest[2]))
elif what in ("udp", "udp_connected"):
    datagrams(rest[0], int(rest[1]), int(rest[2]), what == "udp_connected")
elif what == "adds_up":
    sys.exit(not adds_up(rest[0]))
elif what == "share":
    share(*rest)
elif what == "right":
    right(rest[0], rest[1:])
elif what == "octets":
    octets(*rest)
