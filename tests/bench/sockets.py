#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""sockets.py [--sockets N] [--rounds N] - what looking at the host's sockets costs, beside `ss` (row 2.9).

In a network namespace of its own (as root; else among the host's sockets) N connected sockets (10,000) are
opened, 50 that listen and 50 of UDP; then each program here takes its turns, N rounds (5).  Told are the
least CPU time (user and system) of each, and the ratio to that of `ss`.  Only the ratios mean something,
and none passes or fails a test.

NETFLOWSCOPE or top_builddir names our program; show_sockets is our dump alone, without owners.
"""
import argparse
import ctypes
import os
import resource
import shutil
import socket
import subprocess
import sys

CLONE_NEWNET = 0x40000000
TOP = os.environ.get("top_builddir", ".")
TOOL = os.environ.get("NETFLOWSCOPE", os.path.join(TOP, "plugins/cli/netflowscope"))
SHOW = os.path.join(TOP, "tests/host/show_sockets")
# Ours, the peer's, and what the ratio should be at most.
PAIRS = [
    ([SHOW, "listeners"], ["ss", "-tlnup"], 0.3),
    ([TOOL, "listen", "--json"], ["ss", "-tlnup"], 0.3),
    ([SHOW, "connections"], ["ss", "-tinp"], 0.5),
    ([TOOL, "connections", "--json"], ["ss", "-tinp"], 0.5),
]


def own_namespace():
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) < 0:
        return "among the host's sockets"
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    return "in a namespace of its own"


def open_sockets(n):
    keep = [socket.create_server(("127.0.0.1", 0), backlog=256) for _ in range(50)]
    for _ in range(50):
        keep.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        keep[-1].bind(("127.0.0.1", 0))
    for i in range(n // 2):
        server = keep[i % 50]
        c = socket.create_connection(server.getsockname())
        keep += [c, server.accept()[0]]
    return keep


def cpu(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    r = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if r.returncode != 0:
        return None
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sockets", type=int, default=10000)
    options.add_argument("--rounds", type=int, default=5)
    o = options.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if shutil.which("ss") is None:
        sys.exit("sockets.py: ss is not installed")
    where = own_namespace()
    keep = open_sockets(min(o.sockets, most - 200))
    print(f"{len(keep)} sockets {where}, least CPU time of {o.rounds} rounds")
    for ours, peer, wanted in PAIRS:
        if shutil.which(ours[0]) is None:
            continue
        times = [(cpu(ours), cpu(peer)) for _ in range(o.rounds)]
        if any(t is None for pair in times for t in pair):
            print(f"{os.path.basename(ours[0])} {' '.join(ours[1:])}: does not run here")
            continue
        a, b = (min(t) for t in zip(*times))
        print(f"{os.path.basename(ours[0])} {' '.join(ours[1:])}: {a * 1e3:.1f} ms, {' '.join(peer)}: "
              f"{b * 1e3:.1f} ms, ratio {a / b:.2f} (wanted: at most {wanted})")


if __name__ == "__main__":
    main()
