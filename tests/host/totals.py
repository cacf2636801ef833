#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""totals.py serve PORT | connect PORT N ADDR... | compare TOLD SS

serve: sends back the half of what it gets.  connect: N connections, to each address in turn, each with an
own amount of octets; prints `ready` when the last answer is there, and keeps them open: every tenth with its
own FIN sent, so that the server's end has had one.  compare: our lines TOLD (JSON) with what SS (`ss -Htin`)
told of the same sockets: octets of payload, retransmits, round-trip time.
"""
import json
import re
import resource
import selectors
import signal
import socket
import sys


def unlimited():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def serve(port):
    s = socket.create_server(("::", port), family=socket.AF_INET6, backlog=1024, dualstack_ipv6=True)
    s.setblocking(False)
    wait = selectors.DefaultSelector()
    wait.register(s, selectors.EVENT_READ)
    print("ready", flush=True)
    odd, keep = {}, []
    while True:
        for key, _ in wait.select():
            c = key.fileobj
            if c is s:
                c = s.accept()[0]
                keep.append(c)
                wait.register(c, selectors.EVENT_READ)
                continue
            octets = c.recv(65536)
            if not octets:
                wait.unregister(c)
                continue
            n = len(octets) + odd.get(c, 0)
            odd[c] = n % 2
            c.setblocking(True)
            c.sendall(b"a" * (n // 2))
            c.setblocking(False)


def connect(port, n, addresses):
    wait = selectors.DefaultSelector()
    left = {}
    for i in range(n):
        c = socket.create_connection((addresses[i % len(addresses)], port))
        amount = (i * 7919 % 60000) & ~1
        c.setblocking(False)
        left[c] = [amount, amount // 2]
        if amount:
            wait.register(c, selectors.EVENT_READ | selectors.EVENT_WRITE)
    while wait.get_map():
        for key, events in wait.select():
            c, todo = key.fileobj, left[key.fileobj]
            if events & selectors.EVENT_READ:
                todo[1] -= len(c.recv(65536))
            if events & selectors.EVENT_WRITE and todo[0]:
                todo[0] -= c.send(b"q" * min(todo[0], 16384))
            if todo == [0, 0]:
                wait.unregister(c)
            elif not todo[0]:
                wait.modify(c, selectors.EVENT_READ)
    for i, c in enumerate(left):
        if i % 10 == 9:
            c.shutdown(socket.SHUT_WR)
    print("ready", flush=True)
    signal.pause()


def end(text):
    address, _, port = text.rpartition(":")
    return re.sub(r"^\[(::ffff:)?(.*)\]$", r"\2", address), int(port)


def ss_rows(text):
    rows = {}
    for head, info in zip(*[iter(text.splitlines())] * 2):
        word = head.split()

        def number(name):
            m = re.search(rf"\b{name}:(\d+)", info)
            return int(m.group(1)) if m else 0
        rtt = re.search(r"\brtt:([\d.]+)/([\d.]+)", info)
        retrans = re.search(r"\bretrans:\d+/(\d+)", info)
        fin = word[0] in ("CLOSE-WAIT", "LAST-ACK", "CLOSING")
        received = number("bytes_received")
        rows[end(word[3]) + end(word[4])] = (
            number("bytes_sent") - number("bytes_retrans"), received - (fin and received > 0),
            int(retrans.group(1)) if retrans else 0, float(rtt.group(1)), float(rtt.group(2)))
    return rows


def compare(told, ss):
    ours = {}
    with open(told) as f:
        for r in map(json.loads, f):
            if r["event"] == "connection" and "bytes_sent" in r:
                ours[r["local"], r["local_port"], r["remote"], r["remote_port"]] = (
                    r["bytes_sent"], r["bytes_received"], r["retransmits"], r["rtt_us"] / 1e3, r["rtt_var_us"] / 1e3)
    with open(ss) as f:
        its = ss_rows(f.read())
    different = 0
    for key in ours.keys() | its.keys():
        a, b = ours.get(key), its.get(key)
        # ss prints six digits of the times.
        if not a or not b or a[:3] != b[:3] or any(abs(x - y) > 1e-5 * y + 1e-9 for x, y in zip(a[3:], b[3:])):
            different += 1
            if different <= 5:
                print("differs:", key, "ours", a, "its", b)
    sums = [sum(column) for column in zip(*ours.values())]
    print(f"{len(ours)} sockets, {different} different, {sums[0]} octets sent, {sums[1]} received, {sums[2]} retransmits")
    sys.exit(different > 0 or len(ours) == 0)


if __name__ == "__main__":
    unlimited()
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    elif sys.argv[1] == "connect":
        connect(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
    else:
        compare(sys.argv[2], sys.argv[3])
