#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""counters.py serve ADDRESS PORT | trouble PEER4 PEER6 PORT | strange PEER4 PEER6 | close N ADDRESS PORT WHO | compare TOLD BEFORE AFTER

serve: answers each connection with an octet, and ends it when its client does; the port behind
PORT ends it first.  trouble: makes the kernel count, of each kind; strange:
of packets of a protocol that nobody has.  close: N connections that WHO ends
first: client, or server (behind that other port).  compare: what netflowscope TOLD with what nstat counted from BEFORE to AFTER.
"""
import errno
import os
import re
import socket
import sys
import threading
import time

FAMILIES = (socket.AF_INET, socket.AF_INET6)


def answer(c, first):
    with c:
        c.sendall(b"x")
        if not first:
            c.recv(1)


def serve(address, port):
    for first in (False, True):
        s = socket.create_server((address, port + first), backlog=512, reuse_port=False,
                                 family=socket.AF_INET6 if ":" in address else socket.AF_INET)

        def run(s=s, first=first):
            while True:
                threading.Thread(target=answer, args=(s.accept()[0], first), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


def close(n, address, port, who):
    for _ in range(n):
        with socket.create_connection((address, port)) as c:
            c.recv(1)
            if who == "client":
                c.shutdown(socket.SHUT_WR)
            c.recv(1)                       # the server's end


def refused(address, n):
    for _ in range(n):
        try:
            socket.create_connection((address, 9)).close()
        except ConnectionRefusedError:
            continue
        raise OSError("somebody listens at port 9")


def datagrams(family, address, port, n):
    """A socket each: no refusal of an earlier one is in the way."""
    for _ in range(n):
        with socket.socket(family, socket.SOCK_DGRAM) as s:
            s.sendto(b"x", (address, port))


def full(family, address):
    """A receiver that nobody reads: its buffer holds a few of them."""
    with socket.socket(family, socket.SOCK_DGRAM) as s, socket.socket(family, socket.SOCK_DGRAM) as c:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        s.bind((address, 0))
        for _ in range(40):
            c.sendto(b"x" * 1000, s.getsockname()[:2])


def queue(address):
    keep = [socket.create_server((address, 0), backlog=3)]
    for _ in range(7):
        c = socket.socket()
        c.setblocking(False)
        if c.connect_ex(keep[0].getsockname()) not in (0, errno.EINPROGRESS):
            raise OSError("connect")
        keep.append(c)
    for c in keep[5:]:          # gone before a second SYN
        c.close()


def unknown(family, address, n):
    """A protocol that nobody has (RFC 3692: 253)."""
    with socket.socket(family, socket.SOCK_RAW, 253) as s:
        s.connect((address, 0))
        for _ in range(n):
            try:
                s.send(b"x" * 8)
            except OSError:     # told that there is none
                pass


def no_route(family, address, n):
    for _ in range(n):
        with socket.socket(family, socket.SOCK_DGRAM) as s:
            try:
                s.sendto(b"x", (address, 9))
            except OSError as e:
                if e.errno != errno.ENETUNREACH:
                    raise


def trouble(peer4, peer6, port):
    refused("127.0.0.1", 3)
    refused("::1", 4)
    for family, peer, n in zip(FAMILIES, (peer4, peer6), (5, 6)):
        local = "127.0.0.1" if family == socket.AF_INET else "::1"
        datagrams(family, local, 9, n)
        full(family, local)
        close(n, peer, port, "client")
        no_route(family, "192.0.2.1" if family == socket.AF_INET else "2001:db8:1::1", n)
    queue("127.0.0.1")


def strange(peer4, peer6):
    """From elsewhere: what a raw socket of one's own takes is not unknown."""
    for family, peer, n in zip(FAMILIES, (peer4, peer6), (7, 8)):
        unknown(family, peer, n)


def numbers(path, pattern):
    found = {}
    for line in open(path):
        m = re.match(pattern, line)
        if m:
            found[m[1]] = int(m[2])
    return found


def compare(told, before, after):
    was, now = (numbers(f, r"(\w+)\s+(\d+)\s") for f in (before, after))
    said = numbers(told, r"\S+ netflowscope-kernel/protocol_counter-(\w+) (\d+)$")
    wrong = [f"{k}: told {said.get(k)}, nstat {now.get(k)} - {was.get(k)}"
             for k in said if k not in now or said[k] != now[k] - was[k]]
    wanted = open(os.path.join(os.path.dirname(__file__), "../../core/ledger/sets.def")).read()
    wanted = re.findall(r'X\(KERNEL, \w+, "(\w+)"\)', wanted)
    wrong += [f"{k}: not told, nstat {now[k]} - {was[k]}"
              for k in wanted if k not in said and now.get(k, 0) != was.get(k, 0)]
    print("%d counters, %d of them not 0: %s" %
          (len(wanted), len([k for k in said if said[k]]), "; ".join(wrong) or "all equal"))
    return bool(wrong)


if __name__ == "__main__":
    a = [int(x) if x.isdigit() else x for x in sys.argv[2:]]
    sys.exit({"serve": serve, "trouble": trouble, "strange": strange, "close": close, "compare": compare}[sys.argv[1]](*a))
