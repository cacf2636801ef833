#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""exposure.py serve WAY... | meet TIMES PROTO SOURCE DESTINATION PORT

serve: listens on each WAY, PROTO:ADDRESS:PORT ([..] around an IPv6 address; [::] takes IPv4, too),
answers whoever comes, tells `ready` and stays.
meet: that many connects, or exchanges of datagrams, from SOURCE; tells how many were answered.
"""
import selectors
import socket
import sys


def serve(ways):
    poll = selectors.DefaultSelector()
    for way in ways:
        proto, _, rest = way.partition(":")
        address, _, port = rest.rpartition(":")
        address = address.strip("[]")
        s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET,
                          socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM)
        if ":" in address:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((address, int(port)))
        if proto == "tcp":
            s.listen(1000)
        poll.register(s, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in poll.select():
            s = key.fileobj
            if s.type == socket.SOCK_STREAM:
                s.accept()[0].close()
            else:
                data, who = s.recvfrom(100)
                s.sendto(data, who)


def met(proto, source, destination, port):
    """A lost datagram or SYN is sent again from the same port: it is one exchange all the same."""
    with socket.socket(socket.AF_INET6 if ":" in source else socket.AF_INET,
                       socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM) as s:
        s.bind((source, 0))
        s.settimeout(15 if proto == "tcp" else 3)
        try:
            s.connect((destination, port))
            for _ in range(5 if proto == "udp" else 0):
                s.send(b"?")
                try:
                    return bool(s.recv(10))
                except socket.timeout:
                    continue
            return proto == "tcp"
        except OSError:
            return False


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2:])
    else:
        times, how, a, b, n = sys.argv[2:]
        print(sum(met(how, a, b, int(n)) for _ in range(int(times))))
