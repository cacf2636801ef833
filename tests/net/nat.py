#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Transfers and flows through a translating host.

  nat.py give ADDRESS PORT OCTETS    listens, prints "ready"; sends to who connects; prints the
                                     octets sent and those that TCP sent once more
  nat.py take ADDRESS PORT           connects and takes all in; prints the octets
  nat.py serve PORT                  answers TCP and UDP on every address; prints "ready"
  nat.py open COUNT ADDRESS PORT...  opens so many flows, TCP and UDP in turn, and holds them;
                                     prints "open"
  nat.py burst COUNT ADDRESS PORT    so many UDP datagrams, each from a port of its own
  nat.py sizes LIVE SCOPE SENT SLACK compares `live --metrics` with what was sent
  nat.py equal CONNTRACK FLOWS       `conntrack -L` against `live --json`: each translation once
Only the standard library.
"""
import json
import re
import signal
import socket
import struct
import sys
import threading


def again(s):
    """tcpi_bytes_retrans (linux/tcp.h: 8 octets at 208, Linux 4.19)."""
    info = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 512)
    return struct.unpack_from("Q", info, 208)[0] if len(info) >= 216 else 0


def listen(address, port):
    s = socket.create_server((address, port), backlog=512)
    s.settimeout(60)
    print("ready", flush=True)
    return s


def give(address, port, octets):
    c, _ = listen(address, port).accept()
    piece, left = b"z" * 65536, octets
    while left:
        left -= c.send(piece[:min(left, len(piece))])
    c.shutdown(socket.SHUT_WR)
    c.settimeout(60)
    c.recv(1)
    print(octets, again(c), flush=True)


def take(address, port):
    with socket.create_connection((address, port), 20) as s:
        total = 0
        while True:
            n = len(s.recv(1 << 20))
            if not n:
                break
            total += n
    print(total)


def serve(port):
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.bind(("0.0.0.0", port))

    def answer():
        while True:
            data, peer = u.recvfrom(2048)
            u.sendto(data, peer)

    threading.Thread(target=answer, daemon=True).start()
    s = socket.create_server(("0.0.0.0", port), backlog=512)
    print("ready", flush=True)
    held = []
    while True:
        c, _ = s.accept()
        held.append(c)
        c.sendall(c.recv(64))


def open_flows(count, address, ports):
    held = []
    for n in range(count):
        port = int(ports[n // 2 % len(ports)])
        if n % 2:
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.connect((address, port))
        else:
            s = socket.create_connection((address, port), 20)
        s.settimeout(20)
        s.send(b"hello %d" % n)
        s.recv(64)
        held.append(s)
    print("open", flush=True)
    signal.pause()


def burst(count, address, port):
    for n in range(count):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.sendto(b"x", (address, port))
        s.close()


def sizes(live, scope, sent, slack):
    slack = float(slack)
    value = {}
    for line in open(live):
        _, name, v = line.split()
        value[name] = [float(x) for x in v.split(":")]
    want, repeated = map(int, open(sent).read().split())
    repeated /= want
    total = {}
    for s in ("loopback", "private", "public", "forwarded"):
        # Without headers: 52 octets of IP and TCP with timestamps a captured packet.
        octets = value.get("netflowscope-scope-%s/if_octets" % s, [0, 0])
        packets = value.get("netflowscope-scope-%s/if_packets" % s, [0, 0])
        total[s] = max(octets[i] - 52 * packets[i] for i in (0, 1)) / want
    dropped = value["netflowscope-self/packets-dropped"][0]
    others = sum(v for s, v in total.items() if s != scope)
    print("%s %.4f times (%.4f sent again), other scopes %.4f, dropped %d"
          % (scope, total[scope], repeated, others, dropped))
    return 1 - slack <= total[scope] <= 1 + slack + repeated and others < slack and dropped == 0


def equal(conntrack, flows):
    """Both as sets of (protocol, first name, second name), each name (from, port, to, port)."""
    want, have = set(), set()
    for line in open(conntrack):
        part = re.findall(r"(src|dst|sport|dport)=(\S+)", line)
        proto = line.split()[0]
        if len(part) < 8 or proto not in ("tcp", "udp"):
            continue
        v = [x for _, x in part]
        before, reply = (v[0], v[2], v[1], v[3]), (v[4], v[6], v[5], v[7])
        after = (reply[2], reply[3], reply[0], reply[1])
        if before != after:
            want.add((proto, before, after))
    for line in open(flows):
        f = json.loads(line)
        if f["event"] != "flow" or "nat" not in f:
            continue
        ends = (f["initiator"], str(f["initiator_port"]), f["responder"], str(f["responder_port"]))
        n = f["nat"]
        other = (n["local"], str(n["local_port"]), n["remote"], str(n["remote_port"]))
        if f.get("direction") == "incoming":
            other = other[2:] + other[:2]
        have.add((f["proto"], ends, other))
    # A flow is seen under one of its names or both, and of UDP its answers may come first.
    def turned(name):
        return name[2:] + name[:2]

    forms = {(p, a, b): {(p, a, b), (p, b, a), (p, turned(a), turned(b)), (p, turned(b), turned(a))}
             for p, a, b in want}
    known = set().union(*forms.values())
    wrong = [h for h in have if h not in known]
    missing = [x for x in want if not forms[x] & have]
    print("%d translations, %d flows, %d missing, %d wrong" % (len(want), len(have), len(missing), len(wrong)))
    for x in (wrong + missing)[:5]:
        print(x, file=sys.stderr)
    return want and not missing and not wrong


def main(words):
    command, rest = words[1], words[2:]
    if command == "give":
        give(rest[0], int(rest[1]), int(rest[2]))
    elif command == "take":
        take(rest[0], int(rest[1]))
    elif command == "serve":
        serve(int(rest[0]))
    elif command == "open":
        open_flows(int(rest[0]), rest[1], rest[2:])
    elif command == "burst":
        burst(int(rest[0]), rest[1], int(rest[2]))
    elif command == "sizes":
        return 0 if sizes(*rest) else 1
    elif command == "equal":
        return 0 if equal(*rest) else 1
    else:
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
